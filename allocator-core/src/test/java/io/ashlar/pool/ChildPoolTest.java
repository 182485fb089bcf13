// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.MemorySource;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools with a limit and a reservation of their own that share the regions of a parent. */
class ChildPoolTest {

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final int RUN = 4 * KIB;

    private final PoolLog log = new PoolLog();
    private final CountingSource source = new CountingSource();
    private final MemoryPool<Block> parent = TestPools.oneStripe(Block::new, source)
            .name("edge")
            .limit(4 * MIB)
            .regionSize(MIB)
            .build();

    private MemoryPoolBuilder<Block> child(String name) {
        return MemoryPool.builder(Block::new).parent(parent).name(name).stripes(1);
    }

    @AfterEach
    void everythingComesBack() {
        if (!parent.isClosed()) {
            TestPools.closeAndVerify(parent, source);
        }
        TestPools.assertClosedWithNothingLeft(parent, source);
        log.close();
    }

    /** Allocates until the pool refuses. */
    private static List<Block> fill(MemoryPool<Block> pool, int size) {
        List<Block> blocks = new ArrayList<>();
        assertThrows(AllocationException.class, () -> {
            while (true) {
                blocks.add(Block.allocate(pool, size));
            }
        });
        return blocks;
    }

    private static long bytes(List<Block> blocks) {
        return blocks.stream().mapToLong(Block::size).sum();
    }

    /** Leaves spare slabs. */
    private static void warmUp(MemoryPool<Block> pool) {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            blocks.add(Block.allocate(pool, 2_000));
        }
        releaseAll(blocks);
        assertTrue(pool.stats().cachedBytes() > 0, pool::dump);
    }

    private static void releaseAll(List<Block> blocks) {
        blocks.forEach(Block::release);
        blocks.clear();
    }

    @Test
    void aChildTakesItsMemoryFromTheRegionsOfItsParent() {
        Block own = Block.allocate(parent, 2_000);
        MemoryPool<Block> tenant = child("tenant").limit(MIB).build();
        assertEquals("edge/tenant", tenant.name());
        Block block = Block.allocate(tenant, 2_000);
        Block large = Block.allocate(tenant, 100 * KIB);
        assertEquals(1, parent.stats().regions(), "one region for both");
        assertEquals(MIB, parent.stats().reservedBytes());
        PoolStats stats = tenant.stats();
        assertEquals(128 * KIB + 2 * RUN, stats.reservedBytes());
        assertEquals(stats.reservedBytes(), parent.stats().childrenBytes());
        assertEquals(MIB - stats.reservedBytes(), stats.headroomBytes());
        assertEquals(2, stats.outstanding());
        assertEquals(1, parent.stats().outstanding(), "each counts its own");
        for (PoolStats each : List.of(stats, parent.stats())) {
            assertEquals(
                    each.reservedBytes(),
                    each.usedBytes() + each.cachedBytes() + each.childrenBytes() + each.freeBytes(),
                    each::toString);
        }
        assertEquals(List.of(), tenant.regionStats());
        assertEquals(-1, tenant.residentBytes());
        List.of(own, block, large).forEach(Block::release);
        tenant.checkInvariants();
    }

    /** Its buffers take the parent's memory as before. */
    @Test
    void whatAClosedChildStillHasOutCountsForThePressureOfItsParent() {
        MemoryPool<Block> tenant = child("tenant").build();
        MemoryPool<Block> below = MemoryPool.builder(Block::new)
                .parent(tenant)
                .name("below")
                .stripes(1)
                .build();
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            blocks.add(Block.allocate(i % 2 == 0 ? tenant : below, 128 * KIB));
        }
        tenant.close();
        assertTrue(parent.checkPressure(), parent::dump);
        assertEquals(25 * 128 * KIB, parent.pressureStats().usedBytes());
        PoolStats stats = parent.stats();
        assertEquals(25 * 128 * KIB, stats.childrenBytes());
        assertEquals(
                stats.reservedBytes(),
                stats.usedBytes() + stats.cachedBytes() + stats.childrenBytes() + stats.freeBytes(),
                stats::toString);
        releaseAll(blocks);
        assertEquals(0, parent.pressureStats().usedBytes());
        assertEquals(0, parent.stats().childrenBytes());
        child("tenant").build().close(); // the name is free
    }

    @Test
    void aClosedChildIsForgottenWhenAllIsBack() throws InterruptedException {
        MemoryPool<Block> tenant = child("tenant").build();
        WeakReference<MemoryPool<Block>> known = new WeakReference<>(tenant);
        Block block = Block.allocate(tenant, 128 * KIB);
        tenant.close();
        assertEquals(128 * KIB, parent.pressureStats().usedBytes());
        block.release();
        assertEquals(0, parent.pressureStats().usedBytes());
        tenant = null;
        block = null;
        for (int i = 0; i < 500 && known.get() != null; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertNull(known.get());
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 3_000, 40_000, 200_000, 2_000_000})
    void theLimitOfAChildIsExact(int size) {
        MemoryPool<Block> tenant = child("tenant").limit(3 * MIB).build();
        List<Block> blocks = fill(tenant, size);
        PoolStats stats = tenant.stats();
        assertTrue(stats.peakReservedBytes() <= 3 * MIB, stats::toString);
        assertTrue(stats.headroomBytes() < Math.max(2 * size, 4 * RUN), stats::toString);
        Block.allocate(parent, 100_000).release(); // the parent is not at its limit
        releaseAll(blocks);
        releaseAll(fill(tenant, size));
    }

    @Test
    void aRunThatGrowsInPlaceStaysWithinTheLimit() {
        MemoryPool<Block> tenant = child("tenant").limit(256 * KIB).build();
        Block block = Block.allocate(tenant, 128 * KIB);
        assertTrue(block.tryResize(200 * KIB));
        assertEquals(256 * KIB, tenant.stats().reservedBytes());
        assertFalse(block.tryResize(300 * KIB));
        tenant.checkInvariants();
        block.release();
        assertEquals(0, tenant.stats().reservedBytes());
    }

    @Test
    void theParentsLimitHoldsForAllTogether() {
        MemoryPool<Block> a = child("a").build();
        MemoryPool<Block> b = child("b").limit(3 * MIB).build();
        List<Block> ofA = fill(a, 500);
        assertEquals(4 * MIB, a.stats().reservedBytes());
        AllocationException refused = assertThrows(AllocationException.class, () -> Block.allocate(b, 500));
        assertTrue(
                refused.getMessage()
                        .matches("(?s).*pool edge/b cannot serve requested=500 .*what is short is its parent edge: "
                                + "limit=4194304 .*edge/a has 4194304.*"),
                refused::getMessage);
        assertEquals(0, refused.available());
        releaseAll(ofA);
        Block.allocate(b, 500).release();
    }

    @Test
    void aReservationIsLeftAloneByEverybodyElse() {
        MemoryPool<Block> a = child("a").limit(2 * MIB).reservation(MIB).build();
        MemoryPool<Block> b = child("b").reservation(MIB / 2).build();
        List<Block> ofB = fill(b, 500);
        assertEquals(3 * MIB, b.stats().reservedBytes(), "all but what was promised to a");
        assertThrows(AllocationException.class, () -> Block.allocate(parent, 500));
        assertEquals(MIB, a.stats().headroomBytes());
        assertEquals(0, b.stats().headroomBytes());
        List<Block> ofA = fill(a, 500);
        assertEquals(MIB, a.stats().reservedBytes());
        releaseAll(ofB);
        ofA.addAll(fill(a, 500));
        assertEquals(2 * MIB, a.stats().reservedBytes(), "beyond its reservation up to its limit");
        releaseAll(ofA);
        ofB.addAll(fill(b, 40_000));
        assertTrue(b.stats().reservedBytes() <= 3 * MIB);
        releaseAll(ofB);
    }

    @Test
    void whatIsPromisedCannotBePromisedAgain() {
        child("a").reservation(3 * MIB).build();
        AllocatorConfigException e = assertThrows(
                AllocatorConfigException.class,
                () -> child("b").reservation(2 * MIB).build());
        assertTrue(e.getMessage().contains("reservation=2097152 bytes for pool edge/b"), e::getMessage);
        assertTrue(e.getMessage().contains("headroom=1048576"), e::getMessage);
        child("b").reservation(MIB).build();
    }

    @Test
    void aPromiseMakesTheParentGiveBackWhatIsIdle() {
        warmUp(parent);
        child("a").reservation(4 * MIB).build();
        assertEquals(0, parent.stats().headroomBytes());
        assertThrows(AllocationException.class, () -> Block.allocate(parent, 1));
    }

    @Test
    void grandchildrenAreLimitedByAllAboveThem() {
        MemoryPool<Block> a = child("a").limit(2 * MIB).reservation(MIB).build();
        MemoryPool<Block> inner = MemoryPool.builder(Block::new)
                .parent(a)
                .name("inner")
                .reservation(MIB / 2)
                .build();
        assertEquals("edge/a/inner", inner.name());
        List<Block> outer = fill(parent, 500);
        assertEquals(MIB / 2, a.stats().headroomBytes());
        assertEquals(MIB, inner.stats().headroomBytes());
        List<Block> ofA = fill(a, 500);
        assertEquals(MIB / 2, a.budget().taken());
        List<Block> ofInner = fill(inner, 500);
        assertEquals(MIB / 2, inner.stats().reservedBytes());
        assertEquals(MIB, a.stats().reservedBytes());
        releaseAll(outer);
        ofInner.addAll(fill(inner, 500));
        assertEquals(2 * MIB, a.stats().reservedBytes());
        releaseAll(ofA);
        releaseAll(ofInner);
    }

    @Test
    void whatIsIdleElsewhereIsNoReasonToRefuse() {
        MemoryPool<Block> a = child("a").build();
        MemoryPool<Block> b = child("b").build();
        warmUp(a);
        List<Block> ofB = fill(b, 100 * KIB);
        assertEquals(4 * MIB, b.stats().reservedBytes());
        assertEquals(0, a.stats().cachedBytes());
        releaseAll(ofB);
    }

    @Test
    void whoIsAtItsOwnLimitLeavesTheOthersTheirSpareSlabs() {
        MemoryPool<Block> a = child("a").build();
        MemoryPool<Block> b = child("b").limit(MIB).build();
        Block.allocate(a, 100).release();
        assertEquals(RUN, a.stats().cachedBytes());
        List<Block> ofB = fill(b, 500);
        assertEquals(RUN, a.stats().cachedBytes());
        releaseAll(ofB);
    }

    @Test
    void aClosedChildReportsWhatIsOutAndKeepsItValid() {
        MemoryPool<Block> a = child("a").reservation(2 * MIB).build();
        Block small = Block.allocate(a, 100);
        Block large = Block.allocate(a, 100 * KIB);
        small.memory().putLong(small.offset(), 42);
        large.memory().putLong(large.offset(), 43);
        a.close();
        assertTrue(log.text().contains("pool edge/a was closed with outstanding=2"), log::text);
        assertThrows(IllegalStateException.class, () -> Block.allocate(a, 1));
        assertEquals(RUN + 128 * KIB, a.stats().reservedBytes());
        assertEquals(
                4 * MIB - RUN - 128 * KIB,
                parent.budget().limit() - parent.budget().demand(),
                "its reservation is free, what it has out counts");
        MemoryPool<Block> again = child("a").build();
        releaseAll(fill(again, 10_000));
        again.close();
        releaseAll(fill(parent, 10_000));
        assertEquals(42, small.memory().getLong(small.offset()));
        assertEquals(43, large.memory().getLong(large.offset()));
        small.release();
        large.release();
        assertEquals(0, a.stats().reservedBytes());
        parent.trim();
        assertEquals(0, parent.stats().reservedBytes());
    }

    @Test
    void closingTheParentClosesTheChildren() {
        MemoryPool<Block> a = child("a").build();
        MemoryPool<Block> inner =
                MemoryPool.builder(Block::new).parent(a).name("inner").build();
        Block block = Block.allocate(inner, 100);
        Block.allocate(a, 100).release();
        parent.close();
        assertTrue(a.isClosed() && inner.isClosed());
        assertEquals(RUN, source.reserved(), "a region of its class");
        assertThrows(IllegalStateException.class, () -> child("late").build());
        block.release();
        assertEquals(0, source.reserved());
    }

    @Test
    void trimmingTheParentTrimsTheChildren() {
        MemoryPool<Block> a = child("a").build();
        warmUp(a);
        parent.trim();
        assertEquals(0, parent.stats().reservedBytes());
    }

    @Test
    void theShardsOfAChildRetireWhenItIsClosed() throws Exception {
        ExecutorService loop = Executors.newSingleThreadExecutor();
        MemoryPool<Block> a = child("a").build();
        OwnedShard<Block> shard = loop.submit(() -> a.openShard(loop)).get();
        Block small = loop.submit(() -> Block.allocate(shard, 100)).get();
        loop.submit(() -> Block.allocate(shard, 100 * KIB).release()).get();
        assertEquals(128 * KIB, a.stats().cachedBytes() - (RUN - 112));
        a.close();
        loop.submit(() -> {}).get();
        assertTrue(shard.isRetired());
        assertEquals(RUN, a.stats().reservedBytes());
        small.release();
        assertEquals(0, a.stats().reservedBytes());
        loop.shutdown();
        assertTrue(loop.awaitTermination(Daemon.PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertConfig(() -> child("a").limit(5 * MIB).build(), "limit=5242880 bytes for pool a exceeds");
        assertConfig(() -> child("a").limit(KIB).build(), "limit=1024 bytes is less than the smallest");
        assertConfig(() -> child("a").limit(-1).build(), "limit=-1 bytes");
        assertConfig(() -> child("a").limit(MIB).reservation(2 * MIB).build(), "reservation=2097152 bytes is not");
        assertConfig(() -> child("a").reservation(-1).build(), "reservation=-1 bytes is not");
        assertConfig(() -> child("a").source(MemorySource.heap()).build(), "is a child of edge and shares");
        assertConfig(() -> child("a").regionSize(MIB).build(), "regionSize=1048576");
        assertConfig(() -> child(" ").build(), "is blank");
        assertConfig(
                () -> MemoryPool.builder(Block::new).name("root").reservation(1).build(), "pool root has no parent");
        assertConfig(() -> child("a").whenExhausted(null).build(), "whenExhausted=null");
        child("a").build();
        assertConfig(() -> child("a").build(), "pool edge/a is there already");
    }

    private static void assertConfig(Runnable build, String says) {
        AllocatorConfigException e = assertThrows(AllocatorConfigException.class, build::run);
        assertTrue(e.getMessage().contains(says), e::getMessage);
    }

    @Test
    void theListenerIsToldWhatTheCallerIsAboutToGet() {
        List<AllocationException> told = new ArrayList<>();
        MemoryPool<Block> a =
                child("a").limit(64 * KIB).whenExhausted(told::add).build();
        List<Block> blocks = fill(a, 500);
        assertThrows(AllocationException.class, () -> Block.allocate(a, 100_000));
        assertEquals(
                List.of(500L, 100_000L),
                told.stream().map(AllocationException::requested).toList());
        assertEquals(2, a.stats().failures());
        String message = told.get(1).getMessage();
        assertTrue(message.contains("most of it in " + blocks.size() + " blocks of 512 bytes"), message);
        assertEquals(null, a.tryAllocate(100_000));
        assertEquals(2, told.size(), "who only tries did not fail");
        releaseAll(blocks);
    }

    @Test
    void aListenerThatThrowsChangesNothing() {
        MemoryPool<Block> a = child("a")
                .limit(64 * KIB)
                .whenExhausted(why -> {
                    throw new LinkageError("broken");
                })
                .build();
        AllocationException refused = assertThrows(AllocationException.class, () -> Block.allocate(a, 100_000));
        assertEquals("pool edge/a", refused.allocator());
        assertTrue(log.text().contains("the listener for exhaustion failed"), log::text);
        Block.allocate(a, 100).release();
    }

    @Test
    void aListenerMayMakeRoom() {
        List<Block> kept = new ArrayList<>();
        MemoryPool<Block> a = child("a")
                .limit(64 * KIB)
                .whenExhausted(why -> releaseAll(kept))
                .build();
        kept.addAll(fill(a, 2_000));
        assertThrows(AllocationException.class, () -> Block.allocate(a, 2_000));
        assertEquals(List.of(), kept, "the request that failed made room");
        Block.allocate(a, 2_000).release();
    }

    @Test
    void bytesOfManyChildrenAddUp() {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            MemoryPool<Block> each = child("tenant-" + i).limit(128 * KIB).build();
            blocks.addAll(fill(each, 1 + 700 * i));
            assertTrue(bytes(blocks) <= parent.stats().childrenBytes());
            each.checkInvariants();
        }
        assertTrue(parent.stats().reservedBytes() <= 4 * MIB);
        releaseAll(blocks);
        parent.checkInvariants();
    }

    @Test
    void theDumpShowsWhatChildrenHave() {
        MemoryPool<Block> a = child("a").limit(MIB).reservation(MIB / 2).build();
        Block block = Block.allocate(a, 100 * KIB);
        assertTrue(parent.dump().contains("|  |- children   128 KiB"), parent::dump);
        assertTrue(
                a.dump()
                        .contains(
                                "|- limit         1.0 MiB, of which 896 KiB can still be had, and 512 KiB are promised"),
                a::dump);
        block.release();
    }

    @Test
    void aChildIsUnderPressureWhenItsParentIs() {
        MemoryPool<Block> a = child("a").limit(MIB).build();
        MemoryPool<Block> b = child("b").build();
        List<Block> blocks = new ArrayList<>();
        while (a.stats().usedBytes() < MIB * 3 / 4) {
            blocks.add(Block.allocate(a, 2_000));
        }
        Block.allocate(a, 50 * KIB).release();
        assertTrue(a.isUnderPressure());
        assertFalse(parent.isUnderPressure() || b.isUnderPressure(), "it is a's own");
        while (parent.pressureStats().usedBytes() < 3 * MIB) {
            blocks.add(Block.allocate(b, 64 * KIB));
        }
        assertTrue(parent.isUnderPressure() && b.isUnderPressure());
        assertEquals(
                blocks.stream().mapToLong(Block::size).sum(),
                parent.pressureStats().usedBytes());
        releaseAll(blocks);
        parent.whenBelow().orTimeout(Daemon.PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        a.whenBelow().orTimeout(Daemon.PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        assertFalse(a.isUnderPressure() || b.isUnderPressure());
    }
}
