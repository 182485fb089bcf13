// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.MemorySource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The slabs of each small size class have regions of their own, as long as there is room for that. */
class RegionGroupsTest {

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final int FIRST = 64 * KIB;

    private final CountingSource source = new CountingSource();
    private MemoryPool<RawView> pool = newPool(1 << 30, 4 * MIB);

    private record Held(RawView view, int size) {
        void free() {
            view.free(size);
        }

        Region region() {
            return view.run().region();
        }
    }

    private MemoryPool<RawView> newPool(long limit, int regionSize) {
        return TestPools.oneStripe(RawView::new, source)
                .limit(limit)
                .regionSize(regionSize)
                .build();
    }

    @AfterEach
    void everythingComesBack() {
        TestPools.closeAndVerify(pool, source);
    }

    private Held allocate(int size) {
        return new Held(pool.allocate(size), size);
    }

    private List<Held> allocateUntil(long reserved, int size) {
        List<Held> all = new ArrayList<>();
        while (source.reserved() < reserved) {
            all.add(allocate(size));
        }
        return all;
    }

    private static void freeAll(List<Held> all) {
        all.forEach(Held::free);
    }

    private long slabBytes() {
        return pool.sizeClassStats().stream()
                .mapToLong(SizeClassStats::slabBytes)
                .sum();
    }

    private static Random newRandom() {
        long seed = Long.getLong("ashlar.test.seed", System.nanoTime());
        System.out.println("RegionGroupsTest: -Dashlar.test.seed=" + seed);
        return new Random(seed);
    }

    @Test
    void survivorsOfAMixedBurstKeepLittleMoreThanTheirSlabs() {
        Random random = newRandom();
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        List<Held> burst = new ArrayList<>();
        List<Held> survivors = new ArrayList<>();
        for (int i = 1; i <= 50_000; i++) {
            boolean survives = i % 1000 == 0;
            int size = survives ? 17 : random.nextInt(1 << 4 + random.nextInt(10));
            RawView view = random.nextBoolean() ? pool.allocate(size) : shard.allocate(size);
            (survives ? survivors : burst).add(new Held(view, size));
        }
        long most = source.reserved();
        freeAll(burst);
        pool.trim();
        long slabs = slabBytes();
        long reserved = source.reserved();
        assertTrue(slabs > 0 && reserved <= 2 * slabs, "reserved=" + reserved + " slabs=" + slabs);
        assertTrue(reserved < most / 16, "of " + most + " bytes there are " + reserved);
        freeAll(survivors);
        shard.retire();
    }

    @Test
    void smallClassesLieApartAndAllElseTogether() {
        Held first = allocate(17);
        Held like = allocate(32);
        Held other = allocate(33);
        Held largestApart = allocate(1024);
        Held larger = allocate(1025);
        Held large = allocate(100 * KIB);
        assertSame(first.region(), like.region());
        assertNotSame(first.region(), other.region());
        assertNotSame(largestApart.region(), larger.region());
        assertSame(larger.region(), large.region());
        assertEquals(4, pool.stats().regions());
        assertEquals(4 * MIB + 3 * FIRST, source.reserved());
        freeAll(List.of(first, like, other, largestApart, larger, large));
    }

    /** At most half as much again as the slabs take, but for what is too short to be halved. */
    @Test
    void aGroupGrowsWithItsSlabs() {
        List<Held> all = new ArrayList<>();
        for (long before = 0; before < 16 * MIB; before = source.reserved()) {
            all.addAll(allocateUntil(before + 1, 1000));
            assertTrue(source.reserved() <= slabBytes() * 3 / 2 + FIRST, () -> pool.stats() + " of " + slabBytes());
        }
        assertTrue(pool.stats().regions() < 24, () -> pool.stats().toString());
        freeAll(all);
    }

    @ParameterizedTest
    @CsvSource({"65536, 4096", "1048576, 4096", "16777216, 16384", "67108864, 65536", "1099511627776, 65536"})
    void theFirstRegionFollowsTheLimit(long limit, int bytes) {
        pool = newPool(limit, 64 * KIB);
        Held block = allocate(17);
        assertEquals(bytes, source.reserved());
        block.free();
    }

    /** Where little is left below the limit, a class takes little of it in advance. */
    @Test
    void nearTheLimitAGroupGrowsLess() {
        pool = newPool(8 * MIB, 4 * MIB);
        List<Held> all = allocateUntil(5 * MIB, 1000);
        assertTrue(source.reserved() <= slabBytes() + 8 * MIB / 16 + FIRST, () -> pool.stats() + " of " + slabBytes());
        freeAll(all);
    }

    @Test
    void whatShrinksKeepsTheShorterEmptyRegion() {
        List<Held> all = allocateUntil(4 * MIB, 1000);
        freeAll(all);
        pool.checkInvariants();
        for (RegionStats region : pool.regionStats()) {
            assertTrue(region.bytes() <= 2 * FIRST || region.freeBytes() < region.bytes(), region::toString);
        }
    }

    @Test
    void eachGroupKeepsAnEmptyRegion() {
        Regions regions = new Regions("test", MemorySource.limited(source, 1 << 30), MIB, 40, false);
        Budget budget = new Budget("test", null, Long.MAX_VALUE, () -> {});
        List<SlabRun<RawView>> runs = List.of(slab(16), slab(100), slab(1000), slab(1500));
        for (int round = 0; round < 10; round++) {
            for (SlabRun<RawView> run : runs) {
                assertTrue(regions.allocate(run, 4 * KIB, budget));
            }
            for (SlabRun<RawView> run : runs) {
                assertNull(regions.free(run, budget));
            }
            regions.checkInvariants(budget);
        }
        assertEquals(runs.size(), source.calls.get(), "calls of the source");
        assertTrue(regions.allocate(runs.get(0), 4 * KIB, budget));
        assertNull(regions.free(runs.get(0), budget));
        regions.closeIdle(); // all have become empty lately
        assertEquals(runs.size(), regions.count());
        assertTrue(regions.allocate(runs.get(0), 4 * KIB, budget));
        assertNull(regions.free(runs.get(0), budget));
        regions.closeIdle();
        assertEquals(1, regions.count(), "one was needed");
        regions.closeIdle();
        assertEquals(0, source.reserved());
    }

    private SlabRun<RawView> slab(int size) {
        Held block = allocate(size);
        SlabRun<RawView> run = new SlabRun<>(block.view().slab().bin());
        block.free();
        pool.trim();
        source.calls.set(0);
        return run;
    }

    // ---- shortage

    @Test
    void aSlabTakesRoomInARegionOfAnyGroup() {
        pool = newPool(MIB, MIB);
        Held half = allocate(MIB / 2);
        assertEquals(MIB, source.reserved());
        Held small = allocate(17);
        Held other = allocate(500);
        assertSame(half.region(), small.region());
        assertSame(half.region(), other.region());
        half.free();
        small.free();
        pool.checkInvariants();
        other.free();
    }

    @Test
    void aLargeBlockTakesRoomInARegionOfASmallClass() {
        pool = newPool(MIB, 256 * KIB);
        List<Held> all = new ArrayList<>();
        while (pool.stats().headroomBytes() > 0) {
            all.add(allocate(500));
        }
        Held kept = all.stream()
                .filter(held -> held.region().memory().size() >= 32 * KIB)
                .findFirst()
                .orElseThrow();
        Region region = kept.region();
        List<Held> gone = all.stream()
                .filter(held -> held.region() == region && held != kept)
                .toList();
        freeAll(gone);
        all.removeAll(gone);
        pool.trim();
        int free = region.largestFree();
        assertTrue(free >= 16 * KIB && pool.stats().headroomBytes() == 0, region.stats()::toString);
        Held large = allocate(free);
        assertSame(region, large.region());
        large.free();
        freeAll(all);
    }

    /** Also by those who do not make others give back what is idle. */
    @Test
    void theEmptyRegionsOfSmallClassesMakeRoomForALargeOne() {
        pool = newPool(MIB, MIB);
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        RawView small = shard.allocate(17);
        small.free(17);
        shard.trim();
        assertTrue(source.reserved() > 0);
        RawView whole = pool.tryAllocate(MIB);
        assertNotNull(whole);
        whole.free(MIB);
        shard.retire();
    }

    /** Refused is only what finds no room in any region, nor below the limit. */
    @ParameterizedTest
    @CsvSource({"65536, 65536", "1048576, 262144", "4194304, 1048576", "6000000, 4194304"})
    void nothingIsRefusedThatHasRoomAnywhere(int limit, int regionSize) {
        pool = newPool(limit, regionSize);
        Random random = newRandom();
        List<Held> all = new ArrayList<>();
        int refused = 0;
        for (int i = 0; i < 30_000; i++) {
            boolean shrinks = i % 4000 > 3000;
            if (!all.isEmpty() && random.nextInt(shrinks ? 3 : 9) > (shrinks ? 0 : 6)) {
                int at = random.nextInt(all.size());
                Held last = all.remove(all.size() - 1);
                (at == all.size() ? last : all.set(at, last)).free();
                continue;
            }
            int size = random.nextInt(1 << random.nextInt(Integer.numberOfTrailingZeros(regionSize) + 1));
            try {
                all.add(allocate(size));
            } catch (AllocationException e) {
                refused++;
                assertNoRoomFor(size);
            }
            if (i % 100 == 0) {
                pool.checkInvariants();
            }
        }
        assertTrue(refused > 0, "the limit was never reached");
        freeAll(all);
    }

    private void assertNoRoomFor(int size) {
        int run = size <= pool.largestSlabBlock()
                ? pool.firstRunBytes(SizeClasses.indexOf(size))
                : pool.large().runBytes(size);
        long left = pool.stats().headroomBytes();
        assertTrue(left < run, () -> "size=" + size + " run=" + run + " left below the limit=" + left);
        for (RegionStats region : pool.regionStats()) {
            for (RegionStats.Part part : region.parts()) {
                int from = (part.offset() + run - 1) / run * run;
                assertTrue(
                        part.kind() != RegionStats.Kind.FREE || from + run > part.offset() + part.bytes(),
                        () -> "size=" + size + " run=" + run + " finds room in " + region);
            }
        }
    }

    @Test
    void aSourceOfOneRegionServesAllClasses() {
        MemorySource one = MemorySource.wrap(ByteBuffer.allocate(MIB));
        MemoryPool<RawView> wrapped = TestPools.oneStripe(RawView::new, one).build();
        List<Held> all = new ArrayList<>();
        for (int size : new int[] {16, 100, 1000, 2000, 100_000, 17}) {
            all.add(new Held(wrapped.allocate(size), size));
        }
        assertEquals(1, wrapped.stats().regions());
        assertEquals(MIB, one.reserved());
        freeAll(all);
        TestPools.closeAndVerify(wrapped, one);
    }
}
