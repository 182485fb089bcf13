// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Memory comes with the first touch and goes with the close, as the operating system counts it.
 *
 * <p>The whole JVM is measured, so a garbage collection at the wrong moment can spoil one measurement; each is repeated
 * a few times until it shows what it has to.
 */
@EnabledOnOs(OS.LINUX)
final class ResidentMemoryTest {

    private static final int MIB = 1 << 20;
    private static final int TOUCHED = 64 * MIB;
    private static final int MOST_OF_IT = 52 * MIB;
    private static final int ATTEMPTS = 8;

    @TempDir
    Path directory;

    @Test
    void aMappedRegionIsGivenBackWhenItIsClosed() {
        assertTrue(comesAndGoes(MemorySource.mapped(directory), MemoryRegion::close, ATTEMPTS));
    }

    @Test
    void aDirectRegionIsGivenBackWhenItIsClosed() {
        assertTrue(comesAndGoes(MemorySource.direct(), MemoryRegion::close, ATTEMPTS));
    }

    /** Negative control: a region that is not closed does not pass. */
    @Test
    void aRegionThatStaysOpenIsNoticed() {
        List<MemoryRegion> open = new ArrayList<>();
        assertFalse(comesAndGoes(MemorySource.mapped(directory), open::add, 2));
        open.forEach(MemoryRegion::close);
    }

    @Test
    void anUntouchedMappingIsNotResident() {
        MemorySource source = MemorySource.mapped(directory);
        boolean seen = false;
        for (int attempt = 0; attempt < ATTEMPTS && !seen; attempt++) {
            long before = resident();
            try (MemoryRegion region = source.acquire(new Layout(1024 * MIB, 16 * MIB))) {
                region.buffer().put(512 * MIB, (byte) 1);
                seen = resident() - before < 16 * MIB;
            }
        }
        assertTrue(seen);
    }

    /** Whether most of a region was resident after it was touched, and no longer was after it was given back. */
    private static boolean comesAndGoes(MemorySource source, Consumer<MemoryRegion> giveBack, int attempts) {
        for (int attempt = 0; attempt < attempts; attempt++) {
            long before = resident();
            MemoryRegion region = source.acquire(Layout.ofSize(TOUCHED));
            ByteBuffer buffer = region.buffer();
            for (int at = 0; at < TOUCHED; at += 4096) {
                buffer.put(at, (byte) 1);
            }
            long touched = resident();
            giveBack.accept(region);
            long after = resident();
            if (touched - before >= MOST_OF_IT && touched - after >= MOST_OF_IT) {
                return true;
            }
        }
        return false;
    }

    /** The resident set of this process in bytes. */
    private static long resident() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) * 1024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
