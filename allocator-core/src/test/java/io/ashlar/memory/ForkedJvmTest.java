// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What can be seen only from outside a JVM, or only in one that is short of something. */
final class ForkedJvmTest {

    private static final int MIB = 1 << 20;

    @TempDir
    Path directory;

    @Test
    void nothingIsPrintedByAnyKindOfMemory() throws Exception {
        assertPrints("done\n", ForkedJvm.run(directory, "", Quiet.class));
    }

    /** Negative control: what a program prints is seen. */
    @Test
    void aWarningWouldBeSeen() throws Exception {
        ForkedJvm run = ForkedJvm.run(directory, "", Noisy.class);
        assertEquals(0, run.exit(), run::toString);
        assertEquals(1, count("WARNING", run.err()), run::toString);
    }

    @Test
    void theSubstituteIsLoggedOnce() throws Exception {
        ForkedJvm run = ForkedJvm.run(directory, "", Substituted.class);
        assertEquals(0, run.exit(), run::toString);
        assertEquals("fallbacks=2 fallbacks=1\n", lines(run.out()));
        assertEquals(1, count("WARNING", run.err()), run::toString);
        assertEquals(1, count("io.ashlar.memory.MappedMemorySource", run.err()), run::toString);
        assertTrue(run.err().contains("does not exist"), run::toString);
        assertTrue(run.err().contains("java.io.tmpdir"), run::toString);
    }

    @Test
    void theLimitOfTheJvmIsNull() throws Exception {
        String expected = Runtime.version().feature() < 25 ? "null\n" : "region\n";
        assertPrints(expected, ForkedJvm.run(directory, "", BeyondLimit.class, "-XX:MaxDirectMemorySize=16m"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void noAddressSpaceIsNull() throws Exception {
        ForkedJvm run = ForkedJvm.run(
                directory,
                "export MALLOC_ARENA_MAX=1 && ulimit -v 3000000",
                OutOfAddresses.class,
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-XX:CompressedClassSpaceSize=32m",
                "-XX:ReservedCodeCacheSize=32m",
                "-XX:MaxDirectMemorySize=8g");
        assertPrints("mapped null, then region\ndirect null, then region\n", run);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void noFileDescriptorIsASubstitute() throws Exception {
        ForkedJvm run = ForkedJvm.run(directory, "ulimit -n 200", OutOfDescriptors.class);
        assertEquals(0, run.exit(), run::toString);
        assertEquals("fallbacks=1, later fallbacks=1\n", lines(run.out()), run::toString);
    }

    private static void assertPrints(String expected, ForkedJvm run) {
        assertEquals("", run.err());
        assertEquals(expected, lines(run.out()));
        assertEquals(0, run.exit());
    }

    private static String lines(String text) {
        return text.replace("\r\n", "\n");
    }

    private static int count(String part, String text) {
        return (text.length() - text.replace(part, "").length()) / part.length();
    }

    /** Uses every kind of memory in every way. */
    static final class Quiet {
        public static void main(String[] arguments) {
            List<MemorySource> sources = List.of(
                    MemorySource.mapped(Path.of(System.getProperty("java.io.tmpdir"))),
                    MemorySource.direct(),
                    MemorySource.heap(),
                    MemorySource.wrap(ByteBuffer.allocateDirect(4 * MIB)),
                    MemorySource.limited(MemorySource.direct(), 4L * MIB));
            for (MemorySource source : sources) {
                for (int align : new int[] {1, 64, 4096, MIB}) {
                    MemoryRegion region = source.acquire(new Layout(MIB, align));
                    for (int at = 0; at < region.size(); at += 512) {
                        region.buffer().putInt(at, at);
                    }
                    region.slice(4096, 4096).buffer().put(0, (byte) region.address());
                    region.close();
                    region.close();
                }
                if (source.tryAcquire(Layout.ofSize(Integer.MAX_VALUE)) != null || source.reserved() != 0) {
                    throw new AssertionError(source);
                }
            }
            System.out.println("done");
        }
    }

    /** Prints what must not be printed. */
    static final class Noisy {
        public static void main(String[] arguments) {
            System.getLogger("test").log(System.Logger.Level.WARNING, "as a JVM does it");
        }
    }

    /** Two sources without a directory. */
    static final class Substituted {
        public static void main(String[] arguments) {
            MemorySource first = new MappedMemorySource(List.of(Path.of("/no/such/directory/for/ashlar")));
            MemorySource second = new MappedMemorySource(List.of(Path.of("/no/such/directory/for/ashlar")));
            first.acquire(Layout.ofSize(10)).close();
            first.acquire(Layout.ofSize(10)).close();
            second.acquire(Layout.ofSize(10)).close();
            System.out.println("fallbacks=" + first.fallbacks() + " fallbacks=" + second.fallbacks());
        }
    }

    /** More direct memory than the JVM allows. */
    static final class BeyondLimit {
        public static void main(String[] arguments) {
            MemoryRegion region = MemorySource.direct().tryAcquire(Layout.ofSize(32 * MIB));
            System.out.println(region == null ? "null" : "region");
        }
    }

    /** Takes regions until there is none left, and one more after they went back. */
    static final class OutOfAddresses {
        public static void main(String[] arguments) {
            for (MemorySource source : List.of(
                    MemorySource.mapped(Path.of(System.getProperty("java.io.tmpdir"))), MemorySource.direct())) {
                List<MemoryRegion> regions = new ArrayList<>();
                MemoryRegion region = source.tryAcquire(Layout.ofSize(256 * MIB));
                while (region != null) {
                    regions.add(region);
                    region = source.tryAcquire(Layout.ofSize(256 * MIB));
                }
                if (source.reserved() != regions.size() * 256L * MIB || source.fallbacks() != 0) {
                    throw new AssertionError(source);
                }
                regions.forEach(MemoryRegion::close);
                MemoryRegion again = source.tryAcquire(Layout.ofSize(256 * MIB));
                System.out.println(source.kind() + " null, then " + (again == null ? "null" : "region"));
                if (again != null) {
                    again.close();
                }
            }
        }
    }

    /** Uses up all file descriptors, acquires, gives them back and acquires again. */
    static final class OutOfDescriptors {
        public static void main(String[] arguments) throws Exception {
            MemorySource source = MemorySource.mapped(Path.of(System.getProperty("java.io.tmpdir")));
            source.acquire(Layout.ofSize(10)).close();
            // Loads what the substitute and its log entry need, as long as files can be opened.
            new MappedMemorySource(List.of()).acquire(Layout.ofSize(10)).close();
            List<FileChannel> channels = new ArrayList<>();
            // The JVM itself may have had a file open for a moment, whose descriptor is free again.
            for (int i = 0; i < 100 && source.fallbacks() == 0; i++) {
                openAll(channels);
                source.acquire(Layout.ofSize(10)).close();
            }
            long during = source.fallbacks();
            for (FileChannel channel : channels) {
                channel.close();
            }
            source.acquire(Layout.ofSize(10)).close();
            System.out.println("fallbacks=" + during + ", later fallbacks=" + source.fallbacks());
        }

        private static void openAll(List<FileChannel> channels) throws IOException {
            try {
                while (true) {
                    channels.add(FileChannel.open(Path.of("/dev/null")));
                }
            } catch (FileSystemException noneLeft) {
                // as it should be
            }
        }
    }
}
