// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ashlar.memory.MemorySource;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ResidentMemoryTest {

    private static final int MIB = 1 << 20;

    private static MemoryPool<Block> poolOn(MemorySource source) {
        return MemoryPool.builder(Block::new).source(source).limit(64 * MIB).build();
    }

    @Test
    void whatWasWrittenIsResidentAndNothingElse() {
        assumeTrue(Files.exists(Path.of("/proc/self/smaps")), "only Linux tells");
        try (MemoryPool<Block> pool = poolOn(MemorySource.mapped())) {
            assertEquals(0, pool.residentBytes());
            Block block = Block.allocate(pool, 8 * MIB);
            Block second = Block.allocate(pool, 20 * MIB);
            assertTrue(pool.residentBytes() < MIB, () -> pool.residentBytes() + " bytes before anything was written");
            for (int i = 0; i < 3 * MIB; i += 4096) {
                block.memory().put(block.offset() + i, (byte) 1);
                second.memory().put(second.offset() + i, (byte) 1);
            }
            long resident = pool.residentBytes();
            assertTrue(resident >= 6 * MIB && resident < 7 * MIB, () -> resident + " bytes of 6 MiB that were written");
            second.release();
            assertTrue(pool.residentBytes() < 4 * MIB, "a region that was given back counts no more");
            block.release();
        }
    }

    @Test
    void ofJavaArraysNobodyKnows() {
        try (MemoryPool<Block> pool = poolOn(MemorySource.heap())) {
            Block block = Block.allocate(pool, 100);
            assertEquals(-1, pool.residentBytes());
            block.release();
        }
    }
}
