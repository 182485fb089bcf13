// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The two narrow windows of the pool: whoever frees into a shard that is just retiring, or a stripe that is just busy. */
@ExtendWith(QuietPools.class)
class RetirementRaceTest {

    private static final int ROUNDS = Integer.getInteger("ashlar.test.rounds", 30_000);

    private final CountingSource source = new CountingSource();

    private MemoryPool<Object> newPool() {
        return MemoryPool.<Object>builder(block -> new Object())
                .source(source)
                .regionSize(64 << 10)
                .stripes(1)
                .build();
    }

    @Test
    void aBlockFreedWhileItsShardRetiresIsNotLost() throws Exception {
        MemoryPool<Object> pool = newPool();
        Race.run(ROUNDS, new Race.Course() {
            private OwnedShard<Object> shard;
            private Block<Object> block;

            @Override
            public void prepare() {
                shard = pool.openShard(Runnable::run);
                block = shard.allocate(500);
            }

            @Override
            public void left() {
                shard.retire();
            }

            @Override
            public void right() {
                block.release();
            }

            @Override
            public void verify(int round) {
                assertEquals(0, pool.stats().outstanding(), "round " + round);
            }
        });
        pool.checkInvariants();
        pool.close();
    }

    @Test
    void theLastBlocksOfAClosedPoolComeBackThoughTheStripeIsBusy() throws Exception {
        Race.run(ROUNDS, new Race.Course() {
            private Block<Object> ours;
            private Block<Object> theirs;

            @Override
            public void prepare() {
                MemoryPool<Object> pool = newPool();
                ours = pool.allocate(500);
                theirs = pool.allocate(500);
                pool.close();
            }

            @Override
            public void left() {
                ours.release();
            }

            @Override
            public void right() {
                theirs.release();
            }

            @Override
            public void verify(int round) {
                assertEquals(0, source.reserved(), "round " + round);
            }
        });
    }
}
