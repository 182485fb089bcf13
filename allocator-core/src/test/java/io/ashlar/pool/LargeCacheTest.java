// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.MemorySource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The large blocks that an owned shard keeps. With regions of 1 MiB it keeps 256 KiB of them. */
@ExtendWith(QuietPools.class)
class LargeCacheTest {

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    private final CountingSource source = new CountingSource();
    private MemoryPool<RawView> pool = newPool(1 << 30, MIB);
    private OwnedShard<RawView> shard = pool.openShard(Runnable::run);

    private MemoryPool<RawView> newPool(long limit, int regionSize) {
        return TestPools.oneStripe(RawView::new, source)
                .limit(limit)
                .watermarks(limit - 1, limit)
                .regionSize(regionSize)
                .build();
    }

    private void usePool(long limit, int regionSize) {
        pool.close();
        pool = newPool(limit, regionSize);
        shard = pool.openShard(Runnable::run);
    }

    @AfterEach
    void everythingComesBack() {
        TestPools.closeAndVerify(pool, source);
    }

    /** Whether a block that was freed still has its place. */
    private static boolean isKept(RawView view) {
        return view.run().isBound();
    }

    private static long countKept(List<RawView> views) {
        return views.stream().filter(LargeCacheTest::isKept).count();
    }

    private static List<RawView> allocate(OwnedShard<RawView> shard, int count, int size) {
        List<RawView> views = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            views.add(shard.allocate(size));
        }
        return views;
    }

    @Test
    void aKeptBlockIsHandedOutAgainWithItsViewAndPlace() {
        RawView below = shard.allocate(100 * KIB);
        RawView view = shard.allocate(100 * KIB);
        ByteBuffer memory = view.run().memory();
        int offset = view.run().blockOffset(0);
        assertNotSame(below.run(), view.run());
        memory.putLong(offset, 42);
        view.free(100 * KIB);
        below.free(100 * KIB);
        assertTrue(isKept(view) && isKept(below));
        RawView last = shard.allocate(70 * KIB); // another size, but of the same length
        assertSame(below, last, "the block that was freed last is taken first");
        RawView again = shard.allocate(128 * KIB);
        assertSame(view, again);
        assertSame(memory, again.run().memory());
        assertEquals(offset, again.run().blockOffset(0));
        assertEquals(128 * KIB, again.run().blockSize(0));
        assertEquals(42, memory.getLong(offset));
        again.free(128 * KIB);
        last.free(70 * KIB);
    }

    @Test
    void aKeptBlockCountsAsFreed() {
        RawView view = shard.allocate(100 * KIB);
        for (int round = 1; round <= 3; round++) {
            PoolStats out = pool.stats();
            assertEquals(round, out.allocations());
            assertEquals(round - 1, out.frees());
            assertEquals(1, out.outstanding());
            assertEquals(128 * KIB, out.usedBytes());
            assertEquals(100 * KIB, out.requestedBytes());
            view.free(100 * KIB);
            PoolStats kept = pool.stats();
            assertTrue(isKept(view));
            assertEquals(round, kept.frees());
            assertEquals(0, kept.remoteFrees());
            assertEquals(0, kept.outstanding());
            assertEquals(0, kept.usedBytes());
            assertEquals(0, kept.requestedBytes());
            assertEquals(MIB, kept.reservedBytes());
            assertSame(view, shard.allocate(100 * KIB));
        }
        view.free(100 * KIB);
        shard.trim();
        assertFalse(isKept(view));
        assertEquals(4, pool.stats().frees(), "a block counts as freed only once");
    }

    @ParameterizedTest
    @CsvSource({
        "4096, 16",
        "8192, 16",
        "16384, 16",
        "32768, 8",
        "65536, 4",
        "131072, 2",
        "262144, 1",
        "524288, 0",
        "1048576, 0"
    })
    void asManyOfOneLengthAreKeptAsFitIntoItsStackAndTheBytes(int size, int expected) {
        List<RawView> views = allocate(shard, 40, size);
        views.forEach(view -> view.free(size));
        assertEquals(expected, countKept(views));
        pool.checkInvariants();
        List<RawView> again = allocate(shard, 40, size);
        Set<Run<RawView>> places = Collections.newSetFromMap(new IdentityHashMap<>());
        again.forEach(view -> places.add(view.run()));
        assertEquals(40, places.size(), "a block is handed out twice");
        again.forEach(view -> view.free(size));
        assertEquals(expected, countKept(again));
        shard.trim();
        assertEquals(0, countKept(again));
        assertEquals(1, pool.stats().regions(), "the empty one");
    }

    @Test
    void theBytesAreBoundedOverAllLengths() {
        RawView long1 = shard.allocate(128 * KIB);
        List<RawView> middle = allocate(shard, 2, 64 * KIB);
        RawView shortest = shard.allocate(4 * KIB);
        long1.free(128 * KIB);
        middle.forEach(view -> view.free(64 * KIB));
        shortest.free(4 * KIB);
        assertTrue(isKept(long1));
        assertEquals(2, countKept(middle));
        assertFalse(isKept(shortest), "256 KiB are kept already");
        RawView out = shard.allocate(64 * KIB);
        List<RawView> tiny = allocate(shard, 16, 4 * KIB);
        tiny.forEach(view -> view.free(4 * KIB));
        assertEquals(16, countKept(tiny), "as much as was taken out");
        out.free(64 * KIB);
        assertFalse(isKept(out));
        pool.checkInvariants();
    }

    @ParameterizedTest
    @CsvSource({"65536, 65536, 4096", "1048576, 65536, 16384", "1048576, 1048576, 65536", "4194304, 1048576, 262144"})
    void aSmallLimitKeepsLess(long limitForTwo, int regionSize, int keptBytes) {
        usePool(limitForTwo / 2 * PoolConfig.processors(), regionSize);
        List<RawView> views = allocate(shard, 8, keptBytes / 4 < 4 * KIB ? keptBytes : keptBytes / 4);
        int size = views.get(0).run().blockSize(0);
        views.forEach(view -> view.free(size));
        assertEquals(keptBytes, countKept(views) * size);
        RawView longer = shard.allocate(2 * keptBytes);
        longer.free(2 * keptBytes);
        assertFalse(isKept(longer));
    }

    @Test
    void aDedicatedRegionGoesBackAtOnce() {
        RawView view = shard.allocate(2 * MIB);
        assertEquals(2 * MIB, source.reserved());
        view.free(2 * MIB);
        assertFalse(isKept(view));
        assertEquals(0, source.reserved());
    }

    @Test
    void aDedicatedRegionIsRefusedWhateverTheBound() {
        Budget budget = new Budget("test", null, Long.MAX_VALUE, () -> {});
        Regions regions = new Regions("test", MemorySource.heap(), 64 * KIB, 0, false);
        LargeCache<RawView> cache = new LargeCache<>(Integer.MAX_VALUE);
        LargeRun<RawView> dedicated = new LargeRun<>(pool.large());
        LargeRun<RawView> shared = new LargeRun<>(pool.large());
        assertTrue(regions.allocate(dedicated, 128 * KIB, budget));
        assertTrue(regions.allocate(shared, 32 * KIB, budget));
        assertFalse(cache.offer(dedicated));
        assertTrue(cache.offer(shared));
        cache.checkInvariants();
        assertNull(cache.take(128 * KIB));
        assertNull(cache.take(16 * KIB));
        assertNull(cache.take(64 * KIB));
        assertSame(shared, cache.takeAny());
        assertNull(cache.takeAny());
        cache.checkInvariants();
    }

    @Test
    void aBlockThatHasGrownIsKeptWithItsNewLength() {
        RawView view = shard.allocate(60 * KIB);
        assertTrue(view.run().tryResize(0, 60 * KIB, 100 * KIB));
        view.free(100 * KIB);
        assertTrue(isKept(view));
        pool.checkInvariants();
        RawView half = shard.allocate(60 * KIB);
        assertNotSame(view, half);
        assertEquals(64 * KIB, half.run().blockSize(0));
        RawView again = shard.allocate(128 * KIB);
        assertSame(view, again);
        assertEquals(128 * KIB, again.run().blockSize(0));
        again.free(128 * KIB);
        half.free(60 * KIB);
    }

    @Test
    void whatAnotherThreadFreesIsLeftToTheOwner() throws Exception {
        usePool(64 * MIB, 4 * MIB);
        RawView first = shard.allocate(100 * KIB);
        RawView second = shard.allocate(100 * KIB);
        RawView ofAStripe = pool.allocate(100 * KIB);
        Daemon.run(() -> {
            first.free(100 * KIB);
            second.free(100 * KIB);
        });
        assertTrue(isKept(first) && isKept(second));
        PoolStats stats = pool.stats();
        assertEquals(2, stats.frees(), "counted before it is collected");
        assertEquals(2, stats.remoteFrees());
        assertEquals(128 * KIB, stats.usedBytes());
        assertEquals(100 * KIB, stats.requestedBytes());
        assertTrue(Set.of(first, second).contains(shard.allocate(70 * KIB)));
        assertTrue(Set.of(first, second).contains(shard.allocate(70 * KIB)));
        Daemon.run(() -> first.free(70 * KIB));
        second.free(70 * KIB);
        shard.trim();
        assertFalse(isKept(first) || isKept(second), "what others have freed goes back, too");
        ofAStripe.free(100 * KIB);
        assertFalse(isKept(ofAStripe));
    }

    @Test
    void anOwnerWhoDoesNotCollectIsLeftABoundedRest() throws Exception {
        List<RawView> views = allocate(shard, 40, 64 * KIB);
        Daemon.run(() -> views.forEach(view -> view.free(64 * KIB)));
        assertEquals(1, countKept(views), "64 KiB");
        RawView whole = shard.allocate(MIB);
        RawView dedicated = shard.allocate(MIB + 1);
        Daemon.run(() -> {
            whole.free(MIB);
            dedicated.free(MIB + 1);
        });
        assertFalse(isKept(whole) || isKept(dedicated));
        assertEquals(42, pool.stats().frees());
        assertEquals(42, pool.stats().remoteFrees());
        shard.retire();
        assertEquals(0, countKept(views));
    }

    @Test
    void whoeverIsShortOfMemoryTakesWhatWaitsForAnOwner() throws Exception {
        usePool(2 * MIB, MIB);
        RawView view = shard.allocate(32 * KIB);
        Daemon.run(() -> {
            view.free(32 * KIB);
            assertTrue(isKept(view), "waits for the owner");
            RawView oneRegion = pool.allocate(MIB);
            assertTrue(isKept(view));
            RawView theOther = pool.allocate(MIB);
            assertEquals(2 * MIB, pool.stats().usedBytes());
            oneRegion.free(MIB);
            theOther.free(MIB);
        });
    }

    @Test
    void trimmingGivesBackWhatWaitsForAnOwnerOfAnotherThread() throws Exception {
        RawView view = shard.allocate(64 * KIB);
        Daemon.run(() -> {
            view.free(64 * KIB);
            assertTrue(isKept(view));
            pool.trim();
            assertFalse(isKept(view));
        });
    }

    @Test
    void aRetiredShardIsLeftNothing() throws Exception {
        List<RawView> views = allocate(shard, 2, 64 * KIB);
        Daemon.run(() -> views.get(0).free(64 * KIB));
        shard.retire();
        Daemon.run(() -> views.get(1).free(64 * KIB));
        assertEquals(0, countKept(views));
    }

    /** The owner allocates, keeps, collects and trims while the other thread frees; each block is in one hand at a time. */
    @Test
    void largeBlocksGoBackAndForthUnharmed() throws Exception {
        int rounds = Integer.getInteger("ashlar.test.rounds", 50_000);
        BlockingQueue<RawView> handedOver = new ArrayBlockingQueue<>(8);
        Daemon other = Daemon.start(() -> {
            for (int i = 0; i < rounds; i++) {
                RawView view = handedOver.take();
                assertEquals(i, view.run().memory().getInt(view.run().blockOffset(0)), "overwritten");
                view.free(40 * KIB);
            }
        });
        for (int i = 0; i < rounds; i++) {
            RawView view = shard.allocate(40 * KIB);
            view.run().memory().putInt(view.run().blockOffset(0), i);
            while (!handedOver.offer(view)) {
                RawView mine = shard.allocate(40 * KIB);
                mine.run().memory().putInt(mine.run().blockOffset(0), -1);
                mine.free(40 * KIB);
                if (other.hasEnded()) {
                    break; // it has failed: join tells
                }
            }
            if (i % 1000 == 0) {
                shard.trim();
            }
        }
        other.join();
        assertTrue(pool.stats().remoteFrees() > 0);
    }

    @Test
    void retiringGivesTheKeptBlocksBackAndKeepsNoMore() {
        List<RawView> views = allocate(shard, 2, 64 * KIB);
        views.get(0).free(64 * KIB);
        assertTrue(isKept(views.get(0)));
        shard.retire();
        assertFalse(isKept(views.get(0)));
        views.get(1).free(64 * KIB);
        assertFalse(isKept(views.get(1)));
        RawView late = shard.allocate(64 * KIB);
        late.free(64 * KIB);
        assertFalse(isKept(late));
        assertEquals(3, pool.stats().frees());
    }

    @Test
    void whatADeadThreadKeptComesBack() throws Exception {
        List<RawView> views = new ArrayList<>();
        Daemon.run(() -> {
            views.addAll(allocate(pool.openShard(Runnable::run), 4, 64 * KIB));
            views.forEach(view -> view.free(64 * KIB));
        });
        assertEquals(4, countKept(views));
        pool.stats(); // notices the death
        assertEquals(0, countKept(views));
    }

    @Test
    void closingGivesTheKeptBlocksBackOnTheThreadOfTheirOwner() throws Exception {
        Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        CountDownLatch kept = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        List<RawView> views = new ArrayList<>();
        Daemon owner = Daemon.start(() -> {
            OwnedShard<RawView> theirs = pool.openShard(tasks::add);
            views.addAll(allocate(theirs, 3, 64 * KIB));
            views.get(0).free(64 * KIB);
            views.get(1).free(64 * KIB);
            kept.countDown();
            GatedViews.await(closed);
            assertEquals(2, countKept(views.subList(0, 2)));
            assertThrows(IllegalStateException.class, () -> theirs.allocate(64 * KIB), "closed");
            views.get(2).free(64 * KIB);
            assertFalse(isKept(views.get(2)), "nothing is kept any more");
            assertEquals(2, countKept(views));
            tasks.forEach(Runnable::run);
            assertEquals(0, countKept(views));
        });
        GatedViews.await(kept);
        pool.close();
        assertEquals(MIB, source.reserved());
        closed.countDown();
        owner.join();
        assertEquals(0, source.reserved());
    }

    @Test
    void closingGivesTheKeptBlocksOfTheCallerBackAtOnce() {
        RawView view = shard.allocate(100 * KIB);
        view.free(100 * KIB);
        assertEquals(MIB, source.reserved());
        pool.close();
        assertFalse(isKept(view));
        assertEquals(0, source.reserved());
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 64 * KIB, MIB})
    void whatIsKeptMakesRoomBeforeARequestOfItsOwnerFails(int size) {
        usePool(MIB + 1, MIB); // keeps 64 KiB, and is never under pressure
        RawView view = shard.allocate(32 * KIB);
        List<RawView> rest = size == MIB ? List.of() : allocate(shard, 31, 32 * KIB);
        view.free(32 * KIB);
        assertTrue(isKept(view));
        if (size == 64 * KIB) {
            rest.get(0).free(32 * KIB); // with the first, what is missing
        }
        RawView wanted = shard.allocate(size);
        assertFalse(isKept(view) && view.run() != wanted.run());
        wanted.free(size);
        for (int i = size == 64 * KIB ? 1 : 0; i < rest.size(); i++) {
            rest.get(i).free(32 * KIB);
        }
    }

    @Test
    void aRequestThatFailsHasGivenBackWhatWasKept() {
        usePool(MIB, MIB);
        RawView half = shard.allocate(512 * KIB);
        RawView view = shard.allocate(64 * KIB);
        view.free(64 * KIB);
        assertTrue(isKept(view));
        assertThrows(AllocationException.class, () -> shard.allocate(MIB));
        assertFalse(isKept(view));
        half.free(512 * KIB);
    }

    @Test
    void theOwnersThreadFindsWhatItKeptIfItAsksThePool() {
        usePool(MIB, MIB);
        RawView view = shard.allocate(64 * KIB);
        view.free(64 * KIB);
        assertTrue(isKept(view));
        RawView all = pool.allocate(MIB);
        assertFalse(isKept(view) && view.run() != all.run());
        all.free(MIB);
    }

    @Test
    void anotherOwnerIsAskedForWhatItKeeps() throws Exception {
        usePool(MIB, MIB);
        Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        CountDownLatch kept = new CountDownLatch(1);
        CountDownLatch refused = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch trimmed = new CountDownLatch(1);
        Daemon owner = Daemon.start(() -> {
            OwnedShard<RawView> theirs = pool.openShard(tasks::add);
            theirs.allocate(64 * KIB).free(64 * KIB);
            kept.countDown();
            GatedViews.await(refused);
            assertEquals(1, tasks.size(), "asked once");
            tasks.remove().run();
            trimmed.countDown();
            GatedViews.await(end);
            theirs.retire();
        });
        GatedViews.await(kept);
        assertThrows(AllocationException.class, () -> pool.allocate(MIB));
        assertThrows(AllocationException.class, () -> pool.allocate(MIB));
        refused.countDown();
        GatedViews.await(trimmed);
        pool.allocate(MIB).free(MIB);
        end.countDown();
        owner.join();
    }
}
