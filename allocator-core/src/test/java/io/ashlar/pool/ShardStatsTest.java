// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ashlar.memory.MemorySource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(QuietPools.class)
class ShardStatsTest {

    private final MemorySource source = MemorySource.heap();
    private final ThreadLocal<OwnedShard<Block>> shards = new ThreadLocal<>();
    private final MemoryPool<Block> pool = TestPools.oneStripe(Block::new, source)
            .regionSize(1 << 20)
            .limit(64 << 20)
            .ownShard(shards::get)
            .build();

    @Test
    void eachShardTellsWhatItsOwnerDid() throws Exception {
        ExecutorService loop = Executors.newSingleThreadExecutor(task -> new Thread(task, "loop-1"));
        OwnedShard<Block> shard = loop.submit(() -> pool.openShard(loop)).get();
        List<Block> ofLoop = new ArrayList<>();
        List<Block> ofStripe = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            ofStripe.add(Block.allocate(pool, 1000));
        }
        loop.submit(() -> {
                    for (int i = 0; i < 20; i++) {
                        ofLoop.add(Block.allocate(shard, 1000));
                    }
                    shards.set(shard);
                    Block.allocate(shard, 100_000).release(); // taken from the regions, and kept
                    Block.allocate(shard, 100_000).release();
                    ofLoop.remove(0).release();
                    ofStripe.remove(0).release();
                })
                .get();
        ofLoop.remove(0).release(); // by this thread, which has no shard: nobody's
        ofStripe.remove(0).release();
        assertEquals(
                List.of(
                        new ShardStats("stripe-0", false, 10, 1, 0, slabBytes(10), 0),
                        new ShardStats("loop-1", true, 21, 3, 1, slabBytes(20), 128 << 10)),
                pool.shardStats());
        pool.shardStats().forEach(each -> assertEquals(List.of(each), pool.shardStats(each.name())));
        assertEquals(List.of(), pool.shardStats("loop-2"));
        assertEquals(6, pool.stats().frees());
        assertEquals(2, pool.stats().remoteFrees());

        loop.submit(shard::retire).get();
        assertEquals(1, pool.shardStats().size());
        assertEquals(slabBytes(10) + slabBytes(20), pool.shardStats().get(0).slabBytes(), "the heir has the slabs");
        ofLoop.forEach(Block::release);
        ofStripe.forEach(Block::release);
        loop.shutdown();
        TestPools.closeAndVerify(pool, source);
    }

    /** A class' first slab is of 4 KiB, and each further one twice as long. */
    private static long slabBytes(int blocks) {
        long bytes = 0;
        for (int run = 4096; bytes < blocks * 1024L; run *= 2) {
            bytes += run;
        }
        return bytes;
    }

    @Test
    void twoTogetherHaveTheSums() {
        ShardStats one = new ShardStats("a", true, 1, 2, 3, 4, 5);
        assertEquals(
                new ShardStats("a", true, 11, 22, 33, 44, 55),
                one.plus(new ShardStats("b", false, 10, 20, 30, 40, 50)));
    }
}
