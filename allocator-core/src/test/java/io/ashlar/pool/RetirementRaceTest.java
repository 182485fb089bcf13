// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The two narrow windows of the pool: whoever frees into a shard that is just retiring, or a stripe that is just busy. */
@ExtendWith(QuietPools.class)
class RetirementRaceTest {

    private static final int ROUNDS = Integer.getInteger("ashlar.test.rounds", 30_000);

    private final CountingSource source = new CountingSource();

    private MemoryPool<Block> newPool() {
        return MemoryPool.builder(Block::new)
                .source(source)
                .regionSize(64 << 10)
                .stripes(1)
                .build();
    }

    /** That nothing counts as outstanding is not enough: a free counts at once, also if the block is never collected. */
    @Test
    void aBlockFreedWhileItsShardRetiresIsNotLost() throws Exception {
        MemoryPool<RawView> pool = newRawPool();
        Race.run(ROUNDS, new Race.Course() {
            private OwnedShard<RawView> shard;
            private RawView view;

            @Override
            public void prepare() {
                shard = pool.openShard(Runnable::run);
                view = shard.allocate(500);
            }

            @Override
            public void left() {
                shard.retire();
            }

            @Override
            public void right() {
                view.free(500);
            }

            @Override
            public void verify(int round) {
                assertEquals(0, pool.stats().outstanding(), "round " + round);
                pool.trim(); // collects what the heir has in its queue
                assertEquals(0, view.slab().outstanding(), "round " + round);
            }
        });
        pool.checkInvariants();
        pool.close();
        assertEquals(0, source.reserved());
    }

    /** The slab is queued, collected, emptied, discarded or passed on, all while its last blocks come. */
    @Test
    void blocksFreedWhileTheirShardCollectsAndRetiresAreNotLost() throws Exception {
        MemoryPool<RawView> pool = newRawPool();
        Daemon.run(() -> Race.run(ROUNDS, new Race.Course() {
            private OwnedShard<RawView> shard;
            private final List<RawView> views = new ArrayList<>();

            @Override
            public void prepare() {
                views.clear();
                shard = pool.openShard(Runnable::run);
                for (int i = 0; i < 4; i++) {
                    views.add(shard.allocate(i < 3 ? 500 : 64));
                }
            }

            @Override
            public void left() {
                shard.collectRemote();
                shard.trim();
                shard.retire();
            }

            @Override
            public void right() {
                views.get(0).free(500);
                views.get(3).free(64);
                views.get(1).free(500);
                views.get(2).free(500);
            }

            @Override
            public void verify(int round) {
                pool.trim();
                for (RawView view : views) {
                    assertEquals(0, view.slab().outstanding(), "round " + round);
                }
            }
        }));
        pool.checkInvariants();
        assertEquals(0, pool.stats().outstanding());
        assertEquals(4L * ROUNDS, pool.stats().frees());
        pool.close();
        assertEquals(0, source.reserved());
    }

    private MemoryPool<RawView> newRawPool() {
        return MemoryPool.builder(RawView::new)
                .source(source)
                .regionSize(64 << 10)
                .stripes(1)
                .build();
    }

    @Test
    void theLastBlocksOfAClosedPoolComeBackThoughTheStripeIsBusy() throws Exception {
        Race.run(ROUNDS, new Race.Course() {
            private Block ours;
            private Block theirs;

            @Override
            public void prepare() {
                MemoryPool<Block> pool = newPool();
                ours = Block.allocate(pool, 500);
                theirs = Block.allocate(pool, 500);
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
