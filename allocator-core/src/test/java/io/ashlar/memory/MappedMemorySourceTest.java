// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@link MemorySource#mapped()}, its directories, its files and its substitute. */
final class MappedMemorySourceTest extends MemorySourceContract {

    private static final Path NOWHERE = Path.of("/no/such/directory/for/ashlar");
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    @TempDir
    Path directory;

    /** An explicit directory, since the usual ones may be held in memory on the machine that runs the test. */
    @Override
    MemorySource newSource() {
        return MemorySource.mapped(directory);
    }

    @Override
    String kind() {
        return "mapped";
    }

    @Test
    void theLargestRegionWorks() {
        MemorySource source = newSource();
        int size = Integer.MAX_VALUE - 8;
        try (MemoryRegion region = source.acquire(Layout.ofSize(size))) {
            region.buffer().put(size - 1, (byte) 7);
            assertEquals(7, region.buffer().get(size - 1));
            assertEquals(0, region.buffer().get(size - 2));
            assertEquals(size, source.reserved());
        }
        assertEquals(0, source.fallbacks());
    }

    @Test
    void theCoarsestAlignmentWorks() {
        MemorySource source = newSource();
        int half = 1 << 30;
        try (MemoryRegion region = source.acquire(new Layout(half, half))) {
            assertEquals(0, region.address() % half);
            region.buffer().put(half - 1, (byte) 7);
            assertEquals(half, source.reserved());
        }
        assertEquals(0, source.fallbacks());
    }

    @Test
    void noFileIsLeftInTheDirectory() throws IOException {
        try (MemoryRegion region = newSource().acquire(Layout.ofSize(100_000))) {
            fill(region, (byte) 1);
            if (FILES_VANISH_WHEN_OPEN) {
                assertEquals(List.of(), filesIn(directory));
            }
        }
        assertEquals(List.of(), filesIn(directory));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aRegionIsAPrivateMappingOfADeletedFileAndIsGoneAfterwards() throws IOException {
        MemoryRegion region = newSource().acquire(Layout.ofSize(100_000));
        List<String> mappings = mappingsOf(directory);
        assertEquals(1, mappings.size(), mappings::toString);
        String mapping = mappings.get(0);
        assertTrue(mapping.startsWith(Long.toHexString(region.address()) + "-"), mapping);
        assertTrue(mapping.contains(" rw-p "), mapping);
        assertTrue(mapping.endsWith(" (deleted)"), mapping);
        region.close();
        assertEquals(List.of(), mappingsOf(directory));
    }

    @Test
    void allRegionsAreMappedFromOneFileThatIsClosedWithTheLast() throws IOException {
        MemorySource source = newSource();
        MemoryRegion first = source.acquire(new Layout(100_000, 65_536));
        MemoryRegion second = source.acquire(Layout.ofSize(300_000));
        assertEquals(OS.LINUX.isCurrentOs() ? 1 : 0, openFilesIn(directory));
        first.close();
        assertEquals(OS.LINUX.isCurrentOs() ? 1 : 0, openFilesIn(directory));
        MemoryRegion third = source.acquire(Layout.ofSize(1));
        second.close();
        third.close();
        assertEquals(0, openFilesIn(directory));
        assertEquals(List.of(), filesIn(directory));
        source.acquire(Layout.ofSize(1)).close();
        assertEquals(0, source.fallbacks());
        assertEquals(0, source.reserved());
    }

    @Test
    void whatIsWrittenIntoOneRegionIsInNoOther() {
        MemorySource source = newSource();
        MemoryRegion first = source.acquire(Layout.ofSize(100_000));
        MemoryRegion before = source.acquire(Layout.ofSize(200_000));
        fill(first, (byte) 1);
        MemoryRegion after = source.acquire(Layout.ofSize(200_000));
        for (MemoryRegion other : List.of(before, after)) {
            for (int i = 0; i < other.size(); i++) {
                assertEquals(0, other.buffer().get(i));
            }
        }
        fill(before, (byte) 2);
        for (int i = 0; i < first.size(); i++) {
            assertEquals(1, first.buffer().get(i));
            assertEquals(0, after.buffer().get(i));
        }
        List.of(first, before, after).forEach(MemoryRegion::close);
    }

    /** Its channel closes itself, for everybody. */
    @Test
    void anInterruptedThreadCostsNobodyAMapping() throws Exception {
        MemorySource source = newSource();
        MemoryRegion first = source.acquire(Layout.ofSize(100_000));
        fill(first, (byte) 1);
        List<MemoryRegion> all = new CopyOnWriteArrayList<>(List.of(first));
        List<Thread> threads = new ArrayList<>();
        AtomicInteger interrupted = new AtomicInteger();
        for (int t = 0; t < 4; t++) {
            boolean interrupts = t % 2 == 0;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 200; i++) {
                    if (interrupts) {
                        Thread.currentThread().interrupt();
                    }
                    all.add(source.acquire(Layout.ofSize(10_000)));
                    interrupted.addAndGet(Thread.interrupted() ? 1 : 0);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(801, all.size());
        assertEquals(400, interrupted.get(), "who was interrupted still is");
        assertEquals(0, source.fallbacks());
        all.forEach(region -> fill(region, (byte) 2));
        all.forEach(MemoryRegion::close);
        assertEquals(0, openFilesIn(directory), "also of those that were closed by an interrupt");
        assertEquals(0, source.reserved());
    }

    @Test
    void theUsualDirectoriesServeOrAreReplaced() {
        MemorySource source = MemorySource.mapped();
        try (MemoryRegion region = source.acquire(Layout.ofSize(100_000))) {
            fill(region, (byte) 1);
            boolean usable = Stream.of(System.getProperty("java.io.tmpdir"), "/var/tmp")
                    .anyMatch(name -> SparseFiles.objection(Path.of(name)).isEmpty());
            assertEquals(usable ? 0 : 1, source.fallbacks());
        }
    }

    @Test
    void withoutADirectoryItIsDirectMemoryAndCounted() {
        MemorySource source = new MappedMemorySource(List.of(NOWHERE));
        MemoryRegion first = source.acquire(new Layout(100_000, 8192));
        MemoryRegion second = source.acquire(Layout.ofSize(1));
        assertEquals(2, source.fallbacks());
        assertEquals(100_001, source.reserved());
        assertEquals(0, first.address() % 8192);
        fill(first, (byte) 1);
        first.close();
        second.close();
        assertEquals(0, source.reserved());
        assertEquals(2, source.fallbacks(), "the count never falls");
        assertEquals("mapped", source.kind());
    }

    @Test
    void aDirectoryHeldInMemoryIsSkipped() {
        if (!SparseFiles.typeOf(SHARED_MEMORY).equals("tmpfs") || !Files.isWritable(SHARED_MEMORY)) {
            assertFalse(SparseFiles.objection(NOWHERE).isEmpty(), "no tmpfs on this machine");
            return;
        }
        assertTrue(SparseFiles.objection(SHARED_MEMORY).contains("tmpfs"));
        MemorySource alone = new MappedMemorySource(List.of(SHARED_MEMORY));
        alone.acquire(Layout.ofSize(10)).close();
        assertEquals(1, alone.fallbacks());

        MemorySource asked = MemorySource.mapped(SHARED_MEMORY);
        asked.acquire(Layout.ofSize(10)).close();
        assertEquals(0, asked.fallbacks(), "who asks for it gets it");
    }

    @Test
    void theFirstUsableCandidateIsTaken() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Path good = Files.createDirectory(directory.resolve("good"));
        MemorySource source = new MappedMemorySource(List.of(NOWHERE, file, good));
        source.acquire(Layout.ofSize(10)).close();
        boolean usable = SparseFiles.objection(good).isEmpty();
        assertEquals(usable ? 0 : 1, source.fallbacks());
    }

    @Test
    void anExplicitDirectoryThatIsNoneIsRefused() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        AllocatorConfigException missing =
                assertThrows(AllocatorConfigException.class, () -> MemorySource.mapped(NOWHERE));
        assertTrue(missing.getMessage().contains("directory=" + NOWHERE + " does not exist"), missing::getMessage);
        AllocatorConfigException noDirectory =
                assertThrows(AllocatorConfigException.class, () -> MemorySource.mapped(file));
        assertTrue(noDirectory.getMessage().contains("is no directory"), noDirectory::getMessage);
    }

    @Test
    void aDirectoryThatVanishesCostsOnlyTheRegionsOfThatTime() throws IOException {
        Path vanishing = Files.createDirectory(directory.resolve("vanishing"));
        MemorySource source = MemorySource.mapped(vanishing);
        MemoryRegion before = source.acquire(Layout.ofSize(50_000));
        Files.delete(vanishing);
        source.acquire(Layout.ofSize(50_000)).close();
        assertEquals(0, source.fallbacks(), "the file is open");
        before.close();
        MemoryRegion during = source.acquire(Layout.ofSize(50_000));
        assertEquals(1, source.fallbacks());
        Files.createDirectory(vanishing);
        MemoryRegion after = source.acquire(Layout.ofSize(50_000));
        assertEquals(1, source.fallbacks());
        for (MemoryRegion region : List.of(during, after)) {
            assertNotNull(region.buffer());
            fill(region, (byte) 1);
            region.close();
        }
        assertEquals(0, source.reserved());
    }

    private static final boolean FILES_VANISH_WHEN_OPEN = !OS.WINDOWS.isCurrentOs();

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static List<String> mappingsOf(Path directory) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(directory.toString())).toList();
        }
    }

    /** How many file descriptors of this process lead into a directory; 0 where that cannot be told. */
    private static int openFilesIn(Path directory) throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        int count = 0;
        for (Path descriptor : filesIn(descriptors)) {
            try {
                if (Files.readSymbolicLink(descriptor).startsWith(directory)) {
                    count++;
                }
            } catch (IOException closedMeanwhile) {
                // It was the descriptor of the listing itself.
            }
        }
        return count;
    }
}
