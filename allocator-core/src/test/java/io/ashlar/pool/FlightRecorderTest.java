// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.ForkedJvm;
import io.ashlar.memory.MemorySource;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a pool costs a JVM that does not record, and one that cannot. */
class FlightRecorderTest {

    @TempDir
    private Path folder;

    /** Comes by every place where an event could be due. */
    static final class Program {

        public static void main(String[] args) {
            MemoryPool<Block> pool = MemoryPool.builder(Block::new)
                    .source(MemorySource.direct())
                    .regionSize(1 << 20)
                    .limit(2 << 20)
                    .build();
            pool.sampleBlocks(true);
            Block block = Block.allocate(pool, 100);
            Block.allocate(pool, 100_000).release();
            try {
                Block.allocate(pool, 5 << 20);
            } catch (AllocationException refused) {
                System.out.println("refused");
            }
            block.release();
            pool.trim();
            pool.close();
            System.out.println("closed with reserved=" + pool.stats().reservedBytes());
        }
    }

    @Test
    void withoutARecordingNoEventIsLoaded() throws Exception {
        ForkedJvm jvm = ForkedJvm.run(folder, "", Program.class, "-verbose:class");
        assertEquals(0, jvm.exit(), jvm::err);
        assertTrue(jvm.out().contains("closed with reserved=0"), jvm::out);
        assertTrue(jvm.out().contains("io.ashlar.pool.PoolEvents "), "the control: the places were come by");
        assertFalse(jvm.out().contains("jdk.jfr.Event "), "the recorder's classes were loaded");
        assertFalse(jvm.out().contains("io.ashlar.pool.FlightEvents"), "the events were loaded");
    }

    @Test
    void aRuntimeWithoutARecorderWillDo() throws Exception {
        ForkedJvm jvm =
                ForkedJvm.run(folder, "", Program.class, "--limit-modules", "java.base,java.logging,jdk.unsupported");
        assertEquals("refused\nclosed with reserved=0\n", jvm.out(), jvm::err);
        assertEquals(0, jvm.exit());
        assertEquals("", jvm.err());
    }
}
