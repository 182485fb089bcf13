// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.HookedSource;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pool is closed at an awkward moment. */
@ExtendWith(QuietPools.class)
class ClosingTest {

    private static final int ROUNDS = Integer.getInteger("ashlar.test.rounds", 5_000);
    private static final int MIB = 1 << 20;
    private static final int REGION = 64 << 10;

    private final HookedSource source = new HookedSource();
    private final ExecutorService loop = Executors.newSingleThreadExecutor();
    private MemoryPool<Block> pool = newPool(Block::new);

    private MemoryPool<Block> newPool(ViewFactory<Block> views) {
        return TestPools.oneStripe(views, source)
                .limit(4 * MIB)
                .regionSize(REGION)
                .build();
    }

    @AfterEach
    void everythingComesBack() throws Exception {
        loop.shutdown();
        assertTrue(loop.awaitTermination(Daemon.PATIENCE_SECONDS, TimeUnit.SECONDS));
        TestPools.assertClosedWithNothingLeft(pool, source);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRegionInUseAfterTheLastBlockComesBackLater(boolean withAScrape) {
        Block small = Block.allocate(pool, 100);
        Block dedicated = Block.allocate(pool, 2 * REGION);
        long held = source.reserved();
        pool.close();
        source.onClose = HookedSource.IN_USE;
        dedicated.release();
        small.release();
        pool.close();
        pool.stats();
        assertEquals(held, source.reserved());
        source.onClose = HookedSource.NOTHING;
        if (withAScrape) {
            pool.stats();
        } else {
            pool.close();
        }
        assertEquals(0, source.reserved());
    }

    @Test
    void anExecutorThatThrowsDoesNotKeepAPoolFromClosing() throws Exception {
        Block.allocate(pool, 100).release();
        Executor bad = task -> {
            throw new IllegalStateException("not an event loop");
        };
        OwnedShard<Block> shard = loop.submit(() -> {
                    OwnedShard<Block> opened = pool.openShard(bad);
                    Block.allocate(opened, 100).release();
                    return opened;
                })
                .get();
        pool.close();
        assertFalse(shard.isRetired());
        loop.submit(shard::retire).get();
    }

    @Test
    void anEventLoopThatTakesNoMoreTasksRetiresItsShardWithItself() throws Exception {
        Block.allocate(pool, 100).release();
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Daemon dying = Daemon.start(() -> {
            OwnedShard<Block> shard = pool.openShard(task -> {
                throw new RejectedExecutionException("shut down");
            });
            Block.allocate(shard, 100).release();
            opened.countDown();
            GatedViews.await(end);
        });
        GatedViews.await(opened);
        pool.close();
        assertEquals(1, pool.stats().ownedShards());
        end.countDown();
        dying.join();
        assertEquals(0, pool.stats().ownedShards());
    }

    @Test
    void anOwnedShardFetchesNothingAfterClose() throws Exception {
        OwnedShard<Block> shard = loop.submit(() -> pool.openShard(loop)).get();
        CountDownLatch closed = new CountDownLatch(1);
        Future<?> late = loop.submit(() -> {
            GatedViews.await(closed); // the task that retires the shard waits behind this one
            assertFalse(shard.isRetired());
            assertThrows(
                    IllegalStateException.class,
                    () -> Block.allocate(shard, 100).release());
        });
        pool.close();
        closed.countDown();
        late.get();
    }

    @Test
    void aShardOpenedWhileThePoolClosesIsRetiredOrRefused() throws Exception {
        Race.run(ROUNDS, new Race.Course() {
            private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
            private volatile OwnedShard<Block> shard;

            @Override
            public void prepare() {
                pool = newPool(Block::new);
                shard = null;
                tasks.clear();
            }

            @Override
            public void left() {
                pool.close();
            }

            @Override
            public void right() {
                try {
                    shard = pool.openShard(tasks::add);
                } catch (IllegalStateException closed) {
                    assertTrue(pool.isClosed());
                }
            }

            @Override
            public void verify(int round) {
                assertTrue(shard == null || shard.isRetired() || !tasks.isEmpty(), "round " + round);
            }
        });
    }

    @Test
    void closingWaitsForAStripeThatIsBusy() throws Exception {
        GatedViews gate = new GatedViews(112);
        pool = newPool(gate);
        AtomicReference<Block> block = new AtomicReference<>();
        Daemon busy = Daemon.start(() -> block.set(Block.allocate(pool, 100)));
        gate.awaitReached();
        Daemon closer = Daemon.start(pool::close);
        closer.awaitWaiting();
        gate.open();
        busy.join();
        closer.join();
        block.get().release();
        assertEquals(0, source.reserved());
    }

    @Test
    void theLawsHoldWhileAClosedPoolHasBlocksOut() {
        Block kept = Block.allocate(pool, 100);
        Block.allocate(pool, 100).release();
        long held = source.reserved();
        pool.close();
        pool.checkInvariants();
        assertEquals(held, source.reserved());
        kept.release();
    }
}
