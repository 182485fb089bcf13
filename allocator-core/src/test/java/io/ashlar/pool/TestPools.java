// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.MemorySource;
import java.util.ArrayList;
import java.util.List;

/** How most tests begin with a pool, and what holds of every pool in the end. */
final class TestPools {

    private TestPools() {}

    /** A pool where all threads without a shard of their own meet. */
    static <V> MemoryPoolBuilder<V> oneStripe(ViewFactory<V> views, MemorySource source) {
        return MemoryPool.builder(views).source(source).stripes(1);
    }

    static List<Block> allocate(OwnedShard<Block> shard, int count, int size) {
        List<Block> blocks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            blocks.add(Block.allocate(shard, size));
        }
        return blocks;
    }

    /** Closes a pool that has got all its blocks back, and whose source serves nobody else. */
    static void closeAndVerify(MemoryPool<?> pool, MemorySource source) {
        assertAllReturned(pool);
        pool.close();
        assertClosedWithNothingLeft(pool, source);
    }

    static void assertClosedWithNothingLeft(MemoryPool<?> pool, MemorySource source) {
        assertTrue(pool.isClosed());
        assertAllReturned(pool);
        assertEquals(0, pool.stats().ownedShards(), "owned shards");
        assertEquals(0, source.reserved(), "bytes that did not go back to the source");
        for (SizeClassStats each : pool.sizeClassStats()) {
            assertEquals(0, each.slabBytes(), each::toString);
        }
    }

    private static void assertAllReturned(MemoryPool<?> pool) {
        pool.checkInvariants();
        PoolStats stats = pool.stats();
        assertEquals(0, stats.outstanding(), "a test left blocks behind");
        assertEquals(0, stats.usedBytes(), "used bytes");
        assertEquals(0, stats.requestedBytes(), "requested bytes");
        for (SizeClassStats each : pool.sizeClassStats()) {
            assertEquals(0, each.outstanding(), each::toString);
        }
    }
}
