// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.MemorySource;
import io.ashlar.pool.RegionStats.Kind;
import io.ashlar.pool.RegionStats.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is told about regions, and about what is cached, free and fragmented. */
@ExtendWith(QuietPools.class)
class RegionStatsTest {

    private static final int REGION = 1 << 20;
    private static final int OPERATIONS = Integer.getInteger("ashlar.test.ops", 20_000);

    private final MemorySource source = MemorySource.heap();
    private final MemoryPool<RawView> pool = TestPools.oneStripe(RawView::new, source)
            .regionSize(REGION)
            .limit(64L * REGION)
            .build();

    private static long bytes(List<RegionStats> regions, Kind kind) {
        return regions.stream()
                .flatMap(region -> region.parts().stream())
                .filter(part -> part.kind() == kind)
                .mapToLong(Part::bytes)
                .sum();
    }

    /** At a quiet moment all that is told is one and the same truth. */
    private void assertConsistent() {
        PoolStats stats = pool.stats();
        List<RegionStats> regions = pool.regionStats();
        assertEquals(stats.regions(), regions.size());
        assertEquals(
                stats.reservedBytes(),
                regions.stream().mapToLong(RegionStats::bytes).sum());
        assertEquals(stats.reservedBytes(), stats.usedBytes() + stats.cachedBytes() + stats.freeBytes());
        assertEquals(
                stats.freeBytes(),
                regions.stream().mapToLong(RegionStats::freeBytes).sum());
        assertEquals(
                pool.sizeClassStats().stream()
                        .mapToLong(SizeClassStats::slabBytes)
                        .sum(),
                bytes(regions, Kind.SLAB));
        for (RegionStats region : regions) {
            int end = 0;
            for (Part part : region.parts()) {
                assertEquals(end, part.offset(), region::toString);
                assertTrue(part.bytes() > 0, region::toString);
                end += part.bytes();
            }
            assertEquals(region.bytes(), end, region::toString);
        }
        assertEquals(
                pool.shardStats().stream().mapToLong(ShardStats::slabBytes).sum(),
                pool.sizeClassStats().stream()
                        .mapToLong(SizeClassStats::slabBytes)
                        .sum());
    }

    @Test
    void aPoolThatServedNobodyHasNone() {
        assertEquals(List.of(), pool.regionStats());
        assertConsistent();
        assertEquals(1, pool.stats().hitRatio());
        assertEquals(0, pool.stats().waste());
        assertEquals(64L * REGION, pool.stats().headroomBytes());
        pool.close();
    }

    @Test
    void eachPartIsWhatItServesFor() {
        RawView small = pool.allocate(2000);
        RawView large = pool.allocate(100_000);
        RawView huge = pool.allocate(3 * REGION);
        List<RegionStats> regions = pool.regionStats();
        assertEquals(2, regions.size());
        RegionStats shared = regions.get(0);
        assertFalse(shared.dedicated());
        assertEquals(
                List.of(
                        new Part(Kind.SLAB, 0, 8192),
                        new Part(Kind.FREE, 8192, (128 << 10) - 8192),
                        new Part(Kind.LARGE, 128 << 10, 128 << 10),
                        new Part(Kind.FREE, 256 << 10, REGION - (256 << 10))),
                shared.parts());
        assertTrue(regions.get(1).dedicated());
        assertEquals(
                List.of(new Part(Kind.LARGE, 0, 3 * REGION)), regions.get(1).parts());
        assertConsistent();
        PoolStats stats = pool.stats();
        assertEquals(4 * REGION, stats.peakReservedBytes());
        assertEquals(8192 - 2048, stats.cachedBytes());
        assertEquals(3, stats.misses());
        assertEquals(0, stats.hitRatio());
        assertEquals(1 - (102_000.0 + 3 * REGION) / stats.usedBytes(), stats.waste(), 1e-9);
        long free = shared.freeBytes();
        assertEquals(1 - (REGION / 2.0) / free, stats.fragmentation(), 1e-9);

        huge.free(3 * REGION);
        large.free(100_000);
        small.free(2000);
        assertEquals(3 * REGION, pool.stats().returnedBytes());
        assertEquals(4 * REGION, pool.stats().peakReservedBytes());
        assertConsistent();
        pool.trim();
        assertEquals(4 * REGION, pool.stats().returnedBytes());
        assertEquals(0, pool.stats().fragmentation());
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void aLargeBlockThatABumpCutsUpIsTold() {
        RawView block = pool.allocate(100_000);
        BumpRun<RawView> run = pool.newBumpRun();
        run.open(block, block.run(), block.index(), 100_000, size -> pool.allocate(size));
        assertEquals(128 << 10, bytes(pool.regionStats(), Kind.BUMP));
        RawView inner = run.tryAllocate(500);
        run.close();
        assertEquals(128 << 10, bytes(pool.regionStats(), Kind.BUMP), "while a block has escaped");
        inner.free(500);
        assertEquals(0, bytes(pool.regionStats(), Kind.BUMP));
        assertConsistent();
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void aBumpsBlockThatItsShardKeepsIsALargeOneAgain() {
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        RawView block = shard.allocate(100_000);
        BumpRun<RawView> run = pool.newBumpRun();
        run.open(block, block.run(), block.index(), 100_000, shard::allocate);
        assertEquals(128 << 10, bytes(pool.regionStats(), Kind.BUMP));
        run.close();
        assertEquals(0, bytes(pool.regionStats(), Kind.BUMP));
        assertEquals(128 << 10, bytes(pool.regionStats(), Kind.LARGE), "kept for the next request");
        assertConsistent();
        shard.retire();
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void afterManyOperationsAllFiguresAgree() {
        long seed = Long.getLong("ashlar.test.seed", System.nanoTime());
        System.out.println("RegionStatsTest: -Dashlar.test.seed=" + seed);
        Random random = new Random(seed);
        List<RawView> out = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        long peak = 0;
        for (int i = 0; i < OPERATIONS; i++) {
            if (out.size() < 200 && random.nextBoolean()) {
                int size = random.nextInt(1 << random.nextInt(21));
                out.add(pool.allocate(size));
                sizes.add(size);
            } else if (!out.isEmpty()) {
                int at = random.nextInt(out.size());
                out.remove(at).free(sizes.remove(at));
            }
            peak = Math.max(peak, source.reserved());
            if (i % 500 == 0) {
                assertConsistent();
                pool.checkInvariants();
            }
        }
        assertEquals(peak, pool.stats().peakReservedBytes());
        while (!out.isEmpty()) {
            out.remove(0).free(sizes.remove(0));
        }
        assertConsistent();
        assertEquals(peak, pool.stats().peakReservedBytes());
        TestPools.closeAndVerify(pool, source);
        assertEquals(List.of(), pool.regionStats());
    }

    @Test
    void whoeverLooksWhileOthersAllocateSeesWholeRegions() throws Exception {
        Daemon other = Daemon.start(() -> {
            for (int i = 0; i < OPERATIONS; i++) {
                int size = 33 << 10 << i % 6;
                pool.allocate(size).free(size);
            }
        });
        do {
            for (RegionStats region : pool.regionStats()) {
                assertEquals(
                        region.bytes(),
                        region.parts().stream().mapToInt(Part::bytes).sum(),
                        region::toString);
            }
        } while (!other.hasEnded());
        other.join();
        TestPools.closeAndVerify(pool, source);
    }
}
