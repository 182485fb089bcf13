// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A part of a mapping goes back to the operating system where native access is granted, and nowhere else. */
final class DiscardTest {

    private static final int MIB = 1 << 20;
    private static final boolean POSSIBLE = Runtime.version().feature() >= 22
            && OS.LINUX.isCurrentOs()
            && "64".equals(System.getProperty("sun.arch.data.model"));

    @TempDir
    Path directory;

    @Test
    void onlyMappingsCanDiscard() {
        List<MemorySource> others = List.of(
                MemorySource.direct(),
                MemorySource.heap(),
                MemorySource.wrap(ByteBuffer.allocateDirect(2 * MIB)),
                MemorySource.limited(MemorySource.direct(), MIB),
                new MappedMemorySource(List.of(Path.of("/no/such/directory/for/ashlar"))));
        for (MemorySource source : others) {
            assertEquals(0, source.discardUnit(), source::toString);
            try (MemoryRegion region = source.acquire(new Layout(MIB, 4096))) {
                region.buffer().putLong(4096, 42);
                assertFalse(region.discard(0, MIB), source::toString);
                assertEquals(42, region.buffer().getLong(4096), source::toString);
            }
        }
    }

    @Test
    void whatLiesOutsideOfTheRegionIsRefused() {
        MemoryRegion region = MemorySource.direct().acquire(Layout.ofSize(MIB));
        assertThrows(IndexOutOfBoundsException.class, () -> region.discard(4096, MIB));
        assertThrows(IndexOutOfBoundsException.class, () -> region.discard(-4096, 4096));
        region.close();
        assertThrows(IllegalStateException.class, () -> region.discard(0, 4096));
    }

    @Test
    void aPartGoesBackAndTheRestStays() throws Exception {
        String expected = POSSIBLE ? """
                true: resident 16 MiB, then 8 MiB; within 0, around it 7
                used again: resident 16 MiB; within 5
                refused: half an OS page, a whole one that begins within another
                closed
                a substitute: false
                """ : "false\n";
        assertPrints(expected, ForkedJvm.run(directory, "", Discards.class, granted()));
    }

    /** In a module of its own, native access is granted by that name; what is granted to the class path does not count. */
    @Test
    void aModuleIsGrantedNativeAccessByItsName() throws Exception {
        assertPrints("false\n", ForkedJvm.run(directory, "", Discards.class, inModule("ALL-UNNAMED")));
        ForkedJvm run = ForkedJvm.run(directory, "", Discards.class, inModule("io.ashlar.core"));
        assertEquals("", run.err());
        assertTrue(run.out().startsWith(POSSIBLE ? "true: resident 16 MiB, then 8 MiB" : "false"), run::toString);
    }

    /** Options that put the module on the module path, and the tests into it. */
    private static String[] inModule(String granted) throws URISyntaxException {
        List<String> options = new ArrayList<>(List.of(
                "--module-path=" + classes(MemorySource.class),
                "--add-modules=io.ashlar.core",
                "--patch-module=io.ashlar.core=" + classes(DiscardTest.class),
                "--add-reads=io.ashlar.core=java.logging"));
        if (POSSIBLE) {
            options.add("--enable-native-access=" + granted);
        }
        return options.toArray(String[]::new);
    }

    private static Path classes(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    @Test
    void withoutNativeAccessNothingIsCalledAndNothingPrinted() throws Exception {
        assertPrints("false\n", ForkedJvm.run(directory, "", Discards.class));
    }

    @Test
    void oneThatFailsIsTheLastAndIsLoggedOnce() throws Exception {
        String expected = POSSIBLE ? "works, fails, fails, works not; logged 1\n" : "works not; logged 0\n";
        assertPrints(expected, ForkedJvm.run(directory, "", Refused.class, granted()));
    }

    private static String[] granted() {
        return POSSIBLE ? new String[] {"--enable-native-access=ALL-UNNAMED"} : new String[0];
    }

    private static void assertPrints(String expected, ForkedJvm run) {
        assertEquals("", run.err());
        assertEquals(expected, run.out().replace("\r\n", "\n"));
        assertEquals(0, run.exit());
    }

    /** Discards the middle of a region. */
    static final class Discards {
        private static final int SIZE = 16 * MIB;
        private static final Logger LOG = Logger.getLogger("io.ashlar.memory");

        public static void main(String[] arguments) throws Exception {
            Path vanishing = Files.createTempDirectory("ashlar-discard");
            MemorySource source = MemorySource.limited(MemorySource.mapped(vanishing), 2 * SIZE);
            MemoryRegion region = source.acquire(new Layout(SIZE, MIB));
            int unit = source.discardUnit();
            if (unit == 0) {
                System.out.println(region.discard(0, SIZE));
                return;
            }
            fill(region, 7);
            long touched = resident(region);
            System.out.println(region.discard(4 * MIB, 8 * MIB) + ": resident " + touched + " MiB, then "
                    + resident(region) + " MiB; within " + only(region, 4 * MIB, 12 * MIB) + ", around it "
                    + (only(region, 0, 4 * MIB) + only(region, 12 * MIB, SIZE)) / 2);
            fill(region, 5);
            System.out.println(
                    "used again: resident " + resident(region) + " MiB; within " + only(region, 4 * MIB, 12 * MIB));
            System.out.println("refused: " + refusal(region, unit));
            region.close();
            System.out.println("closed");
            Files.delete(vanishing);
            LOG.setLevel(Level.OFF); // the substitute is announced
            MemoryRegion substitute = source.acquire(new Layout(MIB, unit));
            System.out.println("a substitute: " + substitute.discard(0, MIB));
        }

        private static void fill(MemoryRegion region, int value) {
            for (int at = 0; at < SIZE; at++) {
                region.buffer().put(at, (byte) value);
            }
        }

        /** What all bytes from one place to another hold. */
        private static int only(MemoryRegion region, int from, int to) {
            byte first = region.buffer().get(from);
            for (int at = from; at < to; at++) {
                if (region.buffer().get(at) != first) {
                    throw new AssertionError("offset=" + at);
                }
            }
            return first;
        }

        private static String refusal(MemoryRegion region, int unit) {
            String refused = refuses(region, 0, unit / 2) ? "half an OS page" : "";
            refused += refuses(region, unit / 2, unit) ? ", a whole one that begins within another" : "";
            only(region, 0, SIZE);
            return refused;
        }

        private static boolean refuses(MemoryRegion region, int offset, int size) {
            try {
                region.discard(offset, size);
                return false;
            } catch (IllegalArgumentException expected) {
                return true;
            }
        }

        /** MiB of the mapping that the system has in memory. */
        private static long resident(MemoryRegion region) throws Exception {
            String mapping = Long.toHexString(region.address()) + "-";
            List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
            int at = 0;
            while (!lines.get(at).contains(mapping)) {
                at++;
            }
            while (!lines.get(at).startsWith("Rss:")) {
                at++;
            }
            return Long.parseLong(lines.get(at).replaceAll("\\D+", "")) >> 10;
        }
    }

    /** Discards what is no mapping: so low nothing is ever mapped. */
    static final class Refused {
        private static final Logger LOG = Logger.getLogger("io.ashlar.memory");

        public static void main(String[] arguments) {
            AtomicInteger logged = new AtomicInteger();
            LOG.setLevel(Level.FINE);
            LOG.setFilter(entry -> entry.getLevel() == Level.FINE && logged.incrementAndGet() == 0);
            int unit = JdkInternals.discardUnit();
            if (unit > 0) {
                System.out.print("works, ");
                System.out.print(JdkInternals.discard(unit, unit) ? "works, " : "fails, ");
                System.out.print(JdkInternals.discard(unit, unit) ? "works, " : "fails, ");
            }
            System.out.println(
                    (MemorySource.mapped().discardUnit() > 0 ? "works" : "works not") + "; logged " + logged);
        }
    }
}
