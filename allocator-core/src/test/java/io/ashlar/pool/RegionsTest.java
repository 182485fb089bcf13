// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.HookedSource;
import io.ashlar.memory.MemorySource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegionsTest {

    private final Budget budget = new Budget("test", null, Long.MAX_VALUE, () -> {});

    private static final int REGION = 64 << 10;

    private final MemoryPool<Block> none = MemoryPool.builder(Block::new).build();

    /** A run of no pool in particular, which nobody hands out. */
    private Run<Block> newRun() {
        return new LargeRun<>(none.large());
    }

    @Test
    void aRegionThatIsInUseIsClosedLater() {
        HookedSource source = new HookedSource();
        MemoryPool<Block> pool =
                MemoryPool.builder(Block::new).source(source).regionSize(REGION).build();
        Block first = Block.allocate(pool, REGION);
        Block second = Block.allocate(pool, REGION);
        Block dedicated = Block.allocate(pool, 2 * REGION);
        source.onClose = HookedSource.IN_USE;
        first.release();
        second.release();
        dedicated.release();
        assertEquals(4 * REGION, source.reserved());
        assertEquals(4 * REGION, pool.stats().reservedBytes());
        pool.checkInvariants();
        source.onClose = HookedSource.NOTHING;
        pool.close();
        assertEquals(0, source.reserved());
        assertEquals(0, pool.stats().reservedBytes());
    }

    @Test
    void aRegionThatWasInUseIsClosedBeforeTheNextIsOpened() {
        HookedSource source = new HookedSource();
        Regions regions = new Regions("test", MemorySource.limited(source, 2 * REGION), REGION, 0, false);
        Run<Block> first = newRun();
        Run<Block> second = newRun();
        assertTrue(regions.allocate(first, REGION, budget));
        assertTrue(regions.allocate(second, REGION, budget));
        source.onClose = HookedSource.IN_USE;
        assertNull(regions.free(first, budget), "one empty region is kept");
        Region emptied = regions.free(second, budget);
        assertNotNull(emptied);
        regions.giveBack(emptied);
        assertEquals(2 * REGION, source.reserved());
        source.onClose = HookedSource.NOTHING;
        assertTrue(regions.allocate(first, REGION, budget));
        assertTrue(regions.allocate(second, REGION, budget), "the limit leaves room only if the region went back");
        regions.free(first, budget);
        regions.giveBack(regions.free(second, budget));
        regions.close();
        assertEquals(0, source.reserved());
    }

    @Test
    void runsComeFromTheLowestAddressOfTheOldestRegion() {
        Regions regions = new Regions("test", MemorySource.heap(), REGION, 0, false);
        List<Run<Block>> runs = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            Run<Block> run = newRun();
            runs.add(run);
            assertTrue(regions.allocate(run, Region.SMALLEST_RUN, budget));
            assertEquals(i % 16 * Region.SMALLEST_RUN, run.offset());
        }
        assertEquals(2, regions.count());
        Region oldest = runs.get(0).region();
        regions.free(runs.get(20), budget);
        regions.free(runs.get(5), budget);
        Run<Block> again = newRun();
        assertTrue(regions.allocate(again, Region.SMALLEST_RUN, budget));
        assertEquals(oldest, again.region());
        assertEquals(5 * Region.SMALLEST_RUN, again.offset());
        regions.checkInvariants(budget);
    }
}
