// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ashlar.memory.AllocationException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
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
    private MemoryPool<Object> pool = newPool(MIB, MIB);

    private MemoryPool<Object> newPool(long limit, int regionSize) {
        return newPool(limit, regionSize, 1, block -> new Object());
    }

    private MemoryPool<Object> newPool(long limit, int regionSize, int stripes, ViewFactory<Object> views) {
        return MemoryPool.builder(views)
                .source(source)
                .limit(limit)
                .regionSize(regionSize)
                .stripes(stripes)
                .build();
    }

    @AfterEach
    void everythingComesBack() {
        pool.checkInvariants();
        assertEquals(0, pool.stats().outstanding());
        assertEquals(0, pool.stats().requestedBytes());
        pool.close();
        assertEquals(0, pool.stats().ownedShards());
        assertEquals(0, source.reserved());
    }

    /** Allocates until the pool refuses. */
    private List<Block<Object>> fill(int size) {
        List<Block<Object>> blocks = new ArrayList<>();
        assertThrows(AllocationException.class, () -> {
            while (true) {
                blocks.add(pool.allocate(size));
            }
        });
        return blocks;
    }

    @Test
    void whereALongRunDoesNotFitAShortOneDoes() {
        List<Block<Object>> small = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            small.add(pool.allocate(512)); // from then on this class takes the longest runs, 16 KiB
        }
        List<Block<Object>> rest = fill(4 * KIB);
        for (int i = 0; i < rest.size(); i += 2) {
            rest.get(i).release();
        }
        for (int i = 0; i < 64; i++) {
            small.add(pool.allocate(512));
        }
        small.forEach(Block::release);
        for (int i = 1; i < rest.size(); i += 2) {
            rest.get(i).release();
        }
    }

    @Test
    void whatADeadThreadHeldServesTheNext() throws Exception {
        Daemon.run(() -> pool.openShard(Runnable::run).allocate(1000).release());
        pool.allocate(MIB).release();
    }

    @Test
    void anOwnersIdleSlabsMakeRoomBeforeItsRequestFails() {
        OwnedShard<Object> shard = pool.openShard(Runnable::run);
        for (int size = 16; size <= 2048; size *= 2) {
            shard.allocate(size).release();
        }
        shard.allocate(MIB).release();
        shard.retire();
    }

    @Test
    void anOwnerTakesTheFreeBlocksOfStripesBeforeItsRequestFails() {
        pool = newPool(SMALL_REGION, SMALL_REGION);
        List<Block<Object>> blocks = fill(500);
        List<Block<Object>> kept = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            if (i % 8 == 0) {
                kept.add(blocks.get(i)); // one in each slab, so that no run comes back
            } else {
                blocks.get(i).release();
            }
        }
        OwnedShard<Object> shard = pool.openShard(Runnable::run);
        shard.allocate(500).release();
        shard.retire();
        kept.forEach(Block::release);
    }

    @Test
    void aThreadThatHasRetiredItsShardIsRefusedLikeAnyOther() {
        OwnedShard<Object> shard = pool.openShard(Runnable::run);
        shard.retire();
        Block<Object> all = shard.allocate(MIB);
        assertThrows(AllocationException.class, () -> shard.allocate(MIB));
        assertThrows(AllocationException.class, () -> shard.allocate(100));
        all.release();
    }

    @Test
    void otherOwnersAreAskedToGiveBackWhatIsIdle() throws Exception {
        ExecutorService loop = Executors.newSingleThreadExecutor();
        OwnedShard<Object> shard = loop.submit(() -> pool.openShard(loop)).get();
        List<Block<Object>> blocks =
                loop.submit(() -> allocate(shard, 700, 1000)).get();
        blocks.forEach(Block::release);
        assertEquals(0, pool.stats().usedBytes());
        Block<Object> half;
        try {
            half = pool.allocate(MIB / 2);
        } catch (AllocationException ownerWasAsked) {
            loop.submit(() -> {}).get();
            half = pool.allocate(MIB / 2);
        }
        half.release();
        loop.submit(shard::retire).get();
        loop.shutdown();
        loop.awaitTermination(Daemon.PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static List<Block<Object>> allocate(OwnedShard<Object> shard, int count, int size) {
        List<Block<Object>> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            blocks.add(shard.allocate(size));
        }
        return blocks;
    }

    @Test
    void aStripeThatIsBusyIsWaitedForBeforeARequestFails() throws Exception {
        GatedViews gate = new GatedViews(16);
        pool = newPool(2 * MIB, MIB, 1, gate);
        List<Block<Object>> blocks = new ArrayList<>();
        for (int i = 0; i < 1100; i++) {
            blocks.add(pool.allocate(1024)); // more than one region
        }
        Daemon busy = Daemon.start(() -> pool.allocate(16).release());
        gate.awaitReached();
        blocks.forEach(Block::release); // nobody can collect them now
        Daemon inNeed = Daemon.start(() -> pool.allocate(MIB).release());
        inNeed.awaitWaiting();
        gate.open();
        inNeed.join();
        busy.join();
    }

    @Test
    void aBusyStripeIsPassedByWhileAnotherIsFree() throws Exception {
        GatedViews gate = new GatedViews(16);
        pool = newPool(MIB, SMALL_REGION, 2, gate);
        Daemon busy = Daemon.start(() -> pool.allocate(16).release());
        gate.awaitReached();
        try {
            for (int i = 0; i < 2; i++) { // one of two threads with consecutive ids prefers the busy stripe
                Daemon.run(() -> pool.allocate(100).release());
            }
        } finally {
            gate.open();
        }
        busy.join();
    }

    @Test
    void aSmallEmptyRegionMakesRoomForALargerOne() {
        pool = newPool(2 * MIB, MIB);
        Block<Object> dedicated = pool.allocate(MIB + MIB / 2);
        pool.allocate(MIB / 2).release();
        dedicated.release();
        assertEquals(MIB / 2, source.reserved());
        Block<Object> first = pool.allocate(MIB);
        Block<Object> second = pool.allocate(MIB);
        first.release();
        second.release();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofTwoEmptyRegionsTheLargerIsKept(boolean largerEmptiesFirst) {
        pool = newPool(MIB + SMALL_REGION, MIB);
        Block<Object> whole = pool.allocate(MIB);
        Block<Object> rest = pool.allocate(SMALL_REGION);
        (largerEmptiesFirst ? whole : rest).release();
        (largerEmptiesFirst ? rest : whole).release();
        assertEquals(MIB, source.reserved());
        int calls = source.calls.get();
        for (int i = 0; i < 100; i++) {
            pool.allocate(MIB).release();
        }
        assertEquals(calls, source.calls.get(), "calls of the source");
    }
}
