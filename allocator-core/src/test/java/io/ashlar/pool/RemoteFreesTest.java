// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What threads free that do not own the shard: marked in the slab, and collected by the owner. */
class RemoteFreesTest {

    private static final int ROUNDS = Integer.getInteger("ashlar.test.rounds", 20_000);
    private static final int REGION = 64 << 10;
    /** With slabs of 4 KiB these are 256 blocks, four words of bits. */
    private static final int SIZE = 16;

    private static final int BLOCKS = 256;

    private final CountingSource source = new CountingSource();
    private final MemoryPool<RawView> pool =
            TestPools.oneStripe(RawView::new, source).regionSize(REGION).build();

    @AfterEach
    void everythingComesBack() {
        TestPools.closeAndVerify(pool, source);
    }

    private static List<RawView> allocate(OwnedShard<RawView> shard, int count) {
        List<RawView> views = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            views.add(shard.allocate(SIZE));
        }
        return views;
    }

    private static void free(List<RawView> views) {
        views.forEach(view -> view.free(SIZE));
    }

    @Test
    void everyBitIsCollectedOnce() throws Exception {
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        List<RawView> views = allocate(shard, BLOCKS);
        SlabRun<RawView> run = views.get(0).slab();
        assertSame(run, views.get(BLOCKS - 1).slab());
        for (int stride : new int[] {1, 3, 63, 64, 65}) {
            List<RawView> some = new ArrayList<>();
            for (int i = stride - 1; i < BLOCKS; i += stride) {
                some.add(views.get(i));
            }
            Daemon.run(() -> free(some));
            assertEquals(BLOCKS, run.outstanding(), "not before the owner collects");
            shard.collectRemote();
            assertEquals(BLOCKS - some.size(), run.outstanding());
            shard.collectRemote();
            Set<RawView> again = Collections.newSetFromMap(new IdentityHashMap<>());
            again.addAll(allocate(shard, some.size()));
            assertEquals(BLOCKS, run.outstanding(), "blocks of the same slab");
            Set<RawView> expected = Collections.newSetFromMap(new IdentityHashMap<>());
            expected.addAll(some);
            assertEquals(expected, again, "the same blocks with the same views");
        }
        free(views);
        shard.retire();
    }

    @Test
    void aRunIsQueuedOnceUntilItIsCollected() throws Exception {
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        List<RawView> views = allocate(shard, 10);
        SlabRun<RawView> run = views.get(0).slab();
        for (int round = 0; round < 2; round++) {
            List<RawView> five = views.subList(5 * round, 5 * round + 5);
            Daemon.run(() -> free(five));
            QueuePlace<SlabRun<RawView>> queued = shard.remote.takeAll();
            assertSame(run.place(), queued);
            assertNull(queued.leave());
            run.bin().collect(run);
            assertNull(shard.remote.takeAll());
        }
        assertEquals(0, run.outstanding());
        shard.retire();
    }

    @Test
    void aBlockFreedTwiceElsewhereIsNoticedAtOnce() throws Exception {
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        List<RawView> views = allocate(shard, 70);
        for (RawView view : List.of(views.get(0), views.get(69))) {
            Daemon.run(() -> view.free(SIZE));
            PoolStats once = pool.stats();
            for (int i = 0; i < 2; i++) {
                Daemon.run(() -> {
                    String message = assertThrows(IllegalArgumentException.class, () -> view.free(SIZE))
                            .getMessage();
                    assertTrue(message.contains("index=" + view.index()), message);
                    assertTrue(message.contains("freed twice"), message);
                });
            }
            assertEquals(once, pool.stats());
        }
        shard.collectRemote();
        assertEquals(68, views.get(0).slab().outstanding());
        free(views.subList(1, 69));
        assertEquals(0, pool.stats().requestedBytes());
        shard.retire();
    }

    @Test
    void ofTwoThreadsThatFreeTheSameBlockOneIsRefused() throws Exception {
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        Race.run(ROUNDS, new Race.Course() {
            private RawView view;
            private boolean leftRefused;
            private boolean rightRefused;

            @Override
            public void prepare() {
                view = shard.allocate(SIZE);
            }

            @Override
            public void left() {
                leftRefused = isRefused();
            }

            @Override
            public void right() {
                rightRefused = isRefused();
            }

            /** As another thread would, though the left side owns the shard. */
            private boolean isRefused() {
                try {
                    shard.freeFromOutside(view.slab(), view, view.index(), SIZE);
                    return false;
                } catch (IllegalArgumentException twice) {
                    return true;
                }
            }

            @Override
            public void verify(int round) {
                assertTrue(leftRefused != rightRefused, "round " + round);
                PoolStats stats = pool.stats();
                assertEquals(round + 1, stats.remoteFrees());
                assertEquals(0, stats.requestedBytes());
                assertEquals(0, stats.usedBytes());
                shard.collectRemote();
                assertEquals(0, view.slab().outstanding(), "round " + round);
            }
        });
        shard.retire();
    }

    /** Whoever marks and whoever collects at the same time: at least one of the two sees what the other did. */
    @Test
    void nothingIsLeftBehindWhileTheOwnerCollects() throws Exception {
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        Race.run(ROUNDS, new Race.Course() {
            private List<RawView> views;
            private volatile boolean freed;

            @Override
            public void prepare() {
                views = allocate(shard, BLOCKS);
                freed = false;
            }

            @Override
            public void left() {
                while (!freed) {
                    shard.collectRemote();
                }
            }

            @Override
            public void right() {
                for (int i = 0; i < BLOCKS; i += 7) {
                    views.get(i * 67 % BLOCKS).free(SIZE); // each one in another word than the one before
                }
                freed = true;
            }

            @Override
            public void verify(int round) {
                shard.collectRemote();
                int left = BLOCKS - (BLOCKS + 6) / 7;
                assertEquals(left, views.get(0).slab().outstanding(), "round " + round);
                for (int i = 0; i < BLOCKS; i++) {
                    if (i % 7 != 0) {
                        views.get(i * 67 % BLOCKS).free(SIZE);
                    }
                }
            }
        });
        shard.retire();
    }

    /** Views that have exchanged their blocks: the one that was there before would lead to a block of somebody else. */
    @Test
    void theViewThatFreesABlockIsThereBeforeTheBlockIs() throws Exception {
        MemoryPool<MovingView> moving = MemoryPool.builder(MovingView::new)
                .source(source)
                .regionSize(REGION)
                .stripes(1)
                .build();
        OwnedShard<MovingView> shard = moving.openShard(Runnable::run);
        Race.run(2 * ROUNDS, new Race.Course() {
            private MovingView first;
            private MovingView second;
            private MovingView[] again;

            @Override
            public void prepare() {
                first = shard.allocate(SIZE);
                second = shard.allocate(SIZE);
                int index = first.index;
                first.index = second.index;
                second.index = index;
            }

            @Override
            public void left() {
                SlabRun<MovingView> run = (SlabRun<MovingView>) first.run;
                while (run.outstanding() > 0) {
                    shard.collectRemote();
                }
                again = new MovingView[] {shard.allocate(SIZE), shard.allocate(SIZE)};
            }

            @Override
            public void right() {
                first.free();
                second.free();
            }

            @Override
            public void verify(int round) {
                assertNotSame(again[0], again[1], "round " + round);
                assertTrue(again[0] == first || again[0] == second, "round " + round);
                assertTrue(again[1] == first || again[1] == second, "round " + round);
                again[0].free();
                again[1].free();
            }
        });
        shard.retire();
        moving.close();
    }

    private static final class MovingView {

        private final Run<MovingView> run;
        private int index;

        MovingView(Run<MovingView> run, int index) {
            this.run = run;
            this.index = index;
        }

        void free() {
            run.free(this, index, SIZE);
        }
    }

    @Test
    void whatIsMarkedButNotYetQueuedWhenTheShardRetiresGoesToTheHeir() throws Exception {
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        List<RawView> views = allocate(shard, 3);
        SlabRun<RawView> run = views.get(0).slab();
        Daemon.run(() -> {
            views.get(0).free(SIZE);
            // Marked by a thread that finds the run queued, before the owner collects and retires.
            assertFalse(run.putFromOutside(views.get(1), views.get(1).index(), SIZE));
        });
        shard.collectRemote();
        assertEquals(1, run.outstanding());
        Daemon.run(
                () -> assertTrue(run.putFromOutside(views.get(2), views.get(2).index(), SIZE)));
        shard.retire();
        assertEquals(1, run.outstanding(), "marked, but in no queue");
        Shard<RawView> heir = run.bin().shard;
        assertNotSame(shard, heir);
        assertFalse(shard.offer(run), "the retired shard takes nothing any more");
        assertTrue(heir.offer(run));
        heir.collectRemote();
        assertEquals(0, run.outstanding());
    }

    @Test
    void whoeverStillKnowsTheRetiredShardFindsTheHeir() throws Exception {
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        List<RawView> views = allocate(shard, 3);
        SlabRun<RawView> run = views.get(0).slab();
        shard.retire();
        Daemon.run(() -> {
            for (RawView view : views) {
                shard.freeFromOutside(run, view, view.index(), SIZE);
            }
        });
        pool.trim();
        assertEquals(0, run.outstanding());
        assertEquals(3, pool.stats().remoteFrees());
        assertNull(shard.remote.takeAll(), "the retired shard's queue stays closed");
    }

    @Test
    void aRunThatWasDiscardedBetweenMarkAndPushDoesNotHoldUpWhoFreed() throws Exception {
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        RawView view = shard.allocate(SIZE);
        SlabRun<RawView> run = view.slab();
        Daemon.run(() -> assertTrue(run.putFromOutside(view, view.index(), SIZE)));
        // The owner had the run in its hands at that moment: it has reset the flag and looks at the bits now.
        run.bin().collect(run);
        shard.trim();
        assertFalse(run.isBound(), "discarded");
        shard.retire();
        assertFalse(shard.offer(run));
        assertSame(shard, run.bin().shard, "a discarded run gets no heir");
        // The way of whoever pushes now is the one after a mark. A second mark of the block, and its count, are the
        // test's doing, and taken back.
        Daemon.run(() -> shard.leave(run, view, view.index(), SIZE));
        pool.remoteFreed(run.sizeClass, -1, -SIZE);
        assertEquals(1, pool.stats().frees());
    }

    @Test
    void aRunThatIsDiscardedAndStillInTheQueueIsPassedBy() throws Exception {
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        RawView view = shard.allocate(SIZE);
        RawView other = shard.allocate(2 * SIZE);
        SlabRun<RawView> run = view.slab();
        Daemon.run(() -> assertTrue(run.putFromOutside(view, view.index(), SIZE)));
        run.bin().collect(run);
        shard.trim();
        assertFalse(run.isBound());
        assertTrue(shard.offer(run));
        Daemon.run(() -> other.free(2 * SIZE));
        shard.collectRemote();
        assertEquals(0, other.slab().outstanding(), "the next one in the queue is collected");
        assertNull(shard.remote.takeAll());
        shard.retire();
    }
}
