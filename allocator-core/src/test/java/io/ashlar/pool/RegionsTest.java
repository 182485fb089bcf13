// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.MemorySource;
import org.junit.jupiter.api.Test;

class RegionsTest {

    private static final int REGION = 64 << 10;

    @Test
    void aRegionThatIsInUseIsClosedLater() {
        HookedSource source = new HookedSource();
        MemoryPool<Object> pool = MemoryPool.<Object>builder(block -> new Object())
                .source(source)
                .regionSize(REGION)
                .build();
        Block<Object> first = pool.allocate(REGION);
        Block<Object> second = pool.allocate(REGION);
        Block<Object> dedicated = pool.allocate(2 * REGION);
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
        Regions regions = new Regions(MemorySource.limited(source, 2 * REGION), REGION);
        Run first = new Run();
        Run second = new Run();
        assertTrue(regions.allocate(first, REGION));
        assertTrue(regions.allocate(second, REGION));
        source.onClose = HookedSource.IN_USE;
        assertNull(regions.free(first), "one empty region is kept");
        Region emptied = regions.free(second);
        assertNotNull(emptied);
        regions.giveBack(emptied);
        assertEquals(2 * REGION, source.reserved());
        source.onClose = HookedSource.NOTHING;
        assertTrue(regions.allocate(first, REGION));
        assertTrue(regions.allocate(second, REGION), "the limit leaves room only if the region went back");
        regions.free(first);
        regions.giveBack(regions.free(second));
        regions.close();
        assertEquals(0, source.reserved());
    }

    @Test
    void runsComeFromTheLowestAddressOfTheOldestRegion() {
        Regions regions = new Regions(MemorySource.heap(), REGION);
        Run[] runs = new Run[32];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = new Run();
            assertTrue(regions.allocate(runs[i], Region.SMALLEST_RUN));
            assertEquals(i % 16 * Region.SMALLEST_RUN, runs[i].offset());
        }
        assertEquals(2, regions.count());
        Region oldest = runs[0].region();
        regions.free(runs[20]);
        regions.free(runs[5]);
        Run again = new Run();
        assertTrue(regions.allocate(again, Region.SMALLEST_RUN));
        assertEquals(oldest, again.region());
        assertEquals(5 * Region.SMALLEST_RUN, again.offset());
        regions.checkInvariants();
    }
}
