// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.HookedSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request is refused only after all that is idle was put to use. */
class ScarceMemoryTest {

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final int SMALL_REGION = 64 << 10;

    private final CountingSource source = new CountingSource();
    private MemoryPool<Block> pool = newPool(MIB, MIB);

    private MemoryPool<Block> newPool(long limit, int regionSize) {
        return newPool(limit, regionSize, 1, Block::new);
    }

    private MemoryPool<Block> newPool(long limit, int regionSize, int stripes, ViewFactory<Block> views) {
        return TestPools.oneStripe(views, source)
                .limit(limit)
                .regionSize(regionSize)
                .stripes(stripes)
                .build();
    }

    @AfterEach
    void everythingComesBack() throws Exception {
        // On another thread: a stripe that a thread holds for ever would be waited for.
        Daemon.run(() -> TestPools.closeAndVerify(pool, source));
    }

    /** Allocates until the pool refuses. */
    private List<Block> fill(int size) {
        List<Block> blocks = new ArrayList<>();
        assertThrows(AllocationException.class, () -> {
            while (true) {
                blocks.add(Block.allocate(pool, size));
            }
        });
        return blocks;
    }

    /** The slab has other blocks out, so its stripe cannot give it back; who uses another stripe gets the block from there. */
    @Test
    void aFreeBlockOfAnotherStripeIsFound() throws Exception {
        pool.close();
        pool = newPool(SMALL_REGION, SMALL_REGION, 4, Block::new);
        List<Block> blocks = fill(512);
        blocks.remove(0).release();
        for (int i = 0; i < 8; i++) { // with ids one after the other, hence on all stripes
            Daemon.run(() -> {
                Block found = Block.allocate(pool, 512);
                assertThrows(AllocationException.class, () -> Block.allocate(pool, 512));
                found.release();
            });
        }
        blocks.forEach(Block::release);
    }

    /** A stripe that somebody else has locked for a moment is no reason to refuse. */
    @Test
    void whoTakesOneAtATimeIsNeverRefused() throws Exception {
        pool.close();
        pool = newPool(SMALL_REGION, SMALL_REGION, 4, Block::new);
        List<Block> blocks = fill(512);
        for (int i = 0; i < 4; i++) {
            blocks.remove(i * 16).release();
        }
        long refusedBefore = pool.stats().failures();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<Void>> running = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            running.add(threads.submit(() -> {
                for (int i = 0; i < 20_000; i++) {
                    Block.allocate(pool, 512).release();
                }
                return null;
            }));
        }
        for (Future<Void> each : running) {
            each.get(60, TimeUnit.SECONDS);
        }
        threads.shutdown();
        assertEquals(refusedBefore, pool.stats().failures());
        blocks.forEach(Block::release);
    }

    /** Each holds its stripe while its factory asks for more, which has everybody's stripe looked at. */
    @Test
    void factoriesThatAskForMoreDoNotWaitForEachOther() throws Exception {
        pool.close();
        AtomicReference<MemoryPool<Block>> asked = new AtomicReference<>();
        pool = newPool(SMALL_REGION, SMALL_REGION, 2, (run, index) -> {
            Block made = new Block(run, index);
            if (!run.isLarge()) {
                assertThrows(AllocationException.class, () -> Block.allocate(asked.get(), 60 * KIB));
            }
            return made;
        });
        asked.set(pool);
        Block.allocate(pool, 40 * KIB).release();
        Block kept = Block.allocate(pool, 8 * KIB);
        List<Daemon> daemons = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            daemons.add(Daemon.start(() -> {
                List<Block> blocks = new ArrayList<>();
                for (int i = 0; i < 500; i++) {
                    blocks.add(Block.allocate(pool, 16));
                }
                blocks.forEach(Block::release);
            }));
        }
        for (Daemon daemon : daemons) {
            daemon.join();
        }
        kept.release();
    }

    @Test
    void whereALongRunDoesNotFitAShortOneDoes() {
        List<Block> small = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            small.add(Block.allocate(pool, 512)); // from then on this class takes the longest runs, 16 KiB
        }
        List<Block> rest = fill(4 * KIB);
        for (int i = 0; i < rest.size(); i += 2) {
            rest.get(i).release();
        }
        for (int i = 0; i < 64; i++) {
            small.add(Block.allocate(pool, 512));
        }
        small.forEach(Block::release);
        for (int i = 1; i < rest.size(); i += 2) {
            rest.get(i).release();
        }
    }

    @Test
    void whatADeadThreadHeldServesTheNext() throws Exception {
        Daemon.run(() -> Block.allocate(pool.openShard(Runnable::run), 1000).release());
        Block.allocate(pool, MIB).release();
    }

    /** The only stripe is locked by then, and the dead thread's slabs pass to it. */
    @Test
    void whatADeadThreadHeldServesASmallRequest() throws Exception {
        pool = newPool(SMALL_REGION, SMALL_REGION);
        List<Block> kept = new ArrayList<>();
        Daemon.run(() -> keepOneOfEachSlab(pool.openShard(Runnable::run), kept));
        Daemon.run(() -> kept.add(Block.allocate(pool, 500)));
        assertEquals(1, pool.stats().failures(), "only the dead thread was refused");
        kept.forEach(Block::release);
    }

    @Test
    void aSmallRequestIsRefusedThoughAThreadHasDied() throws Exception {
        pool = newPool(SMALL_REGION, SMALL_REGION);
        List<Block> kept = new ArrayList<>();
        Daemon.run(() -> {
            OwnedShard<Block> shard = pool.openShard(Runnable::run);
            assertThrows(AllocationException.class, () -> {
                while (true) {
                    kept.add(Block.allocate(shard, 500));
                }
            });
        });
        Daemon.run(() -> assertThrows(AllocationException.class, () -> Block.allocate(pool, 500)));
        assertEquals(2, pool.stats().failures());
        assertEquals(0, pool.stats().ownedShards());
        kept.forEach(Block::release);
    }

    /** The figures that a refusal comes with begin with the dead, too, and are taken while the stripe is locked. */
    @Test
    void aSmallRequestIsRefusedThoughAThreadDiesMeanwhile() throws Exception {
        pool = newPool(SMALL_REGION, SMALL_REGION);
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        AtomicReference<Thread> owner = new AtomicReference<>();
        Daemon dying = Daemon.start(() -> {
            owner.set(Thread.currentThread());
            pool.openShard(task -> {
                end.countDown(); // asked to trim, the thread dies instead
                awaitEndOf(owner.get());
            });
            opened.countDown();
            GatedViews.await(end);
        });
        GatedViews.await(opened);
        List<Block> blocks = new ArrayList<>();
        Daemon.run(() -> blocks.addAll(fill(500)));
        dying.join();
        assertEquals(0, end.getCount());
        assertEquals(1, pool.stats().failures());
        assertEquals(0, pool.stats().ownedShards());
        blocks.forEach(Block::release);
    }

    private static void awaitEndOf(Thread thread) {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(Daemon.PATIENCE_SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Fills the pool, so that no run is left; then frees most of it, so that none comes back. */
    private static void keepOneOfEachSlab(OwnedShard<Block> shard, List<Block> kept) {
        List<Block> blocks = new ArrayList<>();
        assertThrows(AllocationException.class, () -> {
            while (true) {
                blocks.add(Block.allocate(shard, 500));
            }
        });
        for (int i = 0; i < blocks.size(); i++) {
            if (i % 8 == 0) {
                kept.add(blocks.get(i));
            } else {
                blocks.get(i).release();
            }
        }
    }

    @Test
    void anOwnersThreadThatAsksThePoolFindsItsOwnIdleSlabs() {
        OwnedShard<Block> shard = pool.openShard(Runnable::run);
        Block.allocate(shard, 1000).release();
        Block.allocate(pool, MIB).release();
        shard.retire();
    }

    @Test
    void anOwnersIdleSlabsMakeRoomBeforeItsRequestFails() {
        OwnedShard<Block> shard = pool.openShard(Runnable::run);
        for (int size = 16; size <= 2048; size *= 2) {
            Block.allocate(shard, size).release();
        }
        Block.allocate(shard, MIB).release();
        shard.retire();
    }

    @Test
    void anOwnerTakesTheFreeBlocksOfStripesBeforeItsRequestFails() {
        pool = newPool(SMALL_REGION, SMALL_REGION);
        List<Block> blocks = fill(500);
        List<Block> kept = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            if (i % 8 == 0) {
                kept.add(blocks.get(i)); // one in each slab, so that no run comes back
            } else {
                blocks.get(i).release();
            }
        }
        OwnedShard<Block> shard = pool.openShard(Runnable::run);
        Block.allocate(shard, 500).release();
        shard.retire();
        kept.forEach(Block::release);
    }

    @Test
    void aThreadThatHasRetiredItsShardIsRefusedLikeAnyOther() {
        OwnedShard<Block> shard = pool.openShard(Runnable::run);
        shard.retire();
        Block all = Block.allocate(shard, MIB);
        assertThrows(AllocationException.class, () -> Block.allocate(shard, MIB));
        assertThrows(AllocationException.class, () -> Block.allocate(shard, 100));
        all.release();
    }

    @Test
    void otherOwnersAreAskedToGiveBackWhatIsIdle() throws Exception {
        ExecutorService loop = Executors.newSingleThreadExecutor();
        OwnedShard<Block> shard = loop.submit(() -> pool.openShard(loop)).get();
        List<Block> blocks =
                loop.submit(() -> TestPools.allocate(shard, 700, 1000)).get();
        blocks.forEach(Block::release);
        assertEquals(0, pool.stats().usedBytes());
        Block half;
        try {
            half = Block.allocate(pool, MIB / 2);
        } catch (AllocationException ownerWasAsked) {
            loop.submit(() -> {}).get();
            half = Block.allocate(pool, MIB / 2);
        }
        half.release();
        loop.submit(shard::retire).get();
        loop.shutdown();
        assertTrue(loop.awaitTermination(Daemon.PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** Giving back takes its time: who waits for it must not go on when it begins. */
    @Test
    void anOwnerIsPendingUntilItHasGivenBack() throws Exception {
        List<Runnable> tasks = new ArrayList<>();
        HookedSource slow = new HookedSource();
        MemoryPool<Block> slowly = TestPools.oneStripe(Block::new, slow)
                .limit(MIB)
                .regionSize(SMALL_REGION)
                .build();
        OwnedShard<Block> shard = slowly.openShard(tasks::add);
        List<Block> blocks = TestPools.allocate(shard, 3000, 100);
        Daemon.run(() -> blocks.forEach(Block::release)); // the owner has to collect them
        List<Boolean> pending = new ArrayList<>();
        slow.onClose = () -> pending.add(shard.isTrimPending());
        shard.trimSoon();
        assertTrue(shard.isTrimPending());
        tasks.remove(0).run();
        assertTrue(pending.size() > 1, pending::toString);
        assertTrue(pending.stream().allMatch(each -> each), pending::toString);
        assertEquals(false, shard.isTrimPending());
        slow.onClose = HookedSource.NOTHING;
        shard.retire();
        TestPools.closeAndVerify(slowly, slow);
    }

    @Test
    void aStripeThatIsBusyIsWaitedForBeforeARequestFails() throws Exception {
        GatedViews gate = new GatedViews(16);
        pool = newPool(2 * MIB, MIB, 1, gate);
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < 1100; i++) {
            blocks.add(Block.allocate(pool, 1024)); // more than one region
        }
        Daemon busy = Daemon.start(() -> Block.allocate(pool, 16).release());
        gate.awaitReached();
        blocks.forEach(Block::release); // nobody can collect them now
        Daemon inNeed = Daemon.start(() -> Block.allocate(pool, MIB).release());
        inNeed.awaitWaiting();
        gate.open();
        inNeed.join();
        busy.join();
    }

    @Test
    void aBusyStripeIsPassedByWhileAnotherIsFree() throws Exception {
        GatedViews gate = new GatedViews(16);
        pool = newPool(MIB, SMALL_REGION, 2, gate);
        Daemon busy = Daemon.start(() -> Block.allocate(pool, 16).release());
        gate.awaitReached();
        try {
            for (int i = 0; i < 2; i++) { // one of two threads with consecutive ids prefers the busy stripe
                Daemon.run(() -> Block.allocate(pool, 100).release());
            }
        } finally {
            gate.open();
        }
        busy.join();
    }

    @Test
    void aSmallEmptyRegionMakesRoomForALargerOne() {
        pool = newPool(2 * MIB, MIB);
        Block dedicated = Block.allocate(pool, MIB + MIB / 2);
        Block.allocate(pool, MIB / 2).release();
        dedicated.release();
        assertEquals(MIB / 2, source.reserved());
        Block first = Block.allocate(pool, MIB);
        Block second = Block.allocate(pool, MIB);
        first.release();
        second.release();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofTwoEmptyRegionsTheLargerIsKept(boolean largerEmptiesFirst) {
        pool = newPool(MIB + SMALL_REGION, MIB);
        Block whole = Block.allocate(pool, MIB);
        Block rest = Block.allocate(pool, SMALL_REGION);
        (largerEmptiesFirst ? whole : rest).release();
        (largerEmptiesFirst ? rest : whole).release();
        assertEquals(MIB, source.reserved());
        int calls = source.calls.get();
        for (int i = 0; i < 100; i++) {
            Block.allocate(pool, MIB).release();
        }
        assertEquals(calls, source.calls.get(), "calls of the source");
    }

    /** An event loop gives back what it keeps in a task of its own; who is no event loop waits for that before it is refused. */
    @ParameterizedTest
    @ValueSource(ints = {100, 64 * KIB})
    void whatAnotherThreadKeepsIsNoReasonToRefuse(int size) throws Exception {
        pool.close();
        pool = newPool(MIB, MIB);
        ExecutorService loop = Executors.newSingleThreadExecutor();
        Executor busy = task -> loop.execute(() -> {
            LockSupport.parkNanos(500_000);
            task.run();
        });
        OwnedShard<Block> shard = loop.submit(() -> pool.openShard(busy)).get();
        loop.submit(() -> {
                    Block.allocate(shard, 100).release();
                    Block.allocate(shard, 64 * KIB).release();
                })
                .get();
        long kept = pool.stats().cachedBytes();
        assertTrue(kept >= 64 * KIB + 4 * KIB, "kept " + kept);
        List<Block> blocks = fill(size);
        assertEquals(0, pool.stats().headroomBytes());
        assertTrue(pool.stats().cachedBytes() < 4 * KIB, () -> pool.stats().toString());
        blocks.forEach(Block::release);
        loop.submit(shard::retire).get();
        loop.shutdown();
        assertTrue(loop.awaitTermination(Daemon.PATIENCE_SECONDS, TimeUnit.SECONDS));
    }
}
