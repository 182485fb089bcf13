// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

class RegionsTest {

    private static final int REGION = 64 << 10;

    /** Regions that refuse to be closed for a while, as memory does that an I/O operation is using. */
    private static final class BusySource implements MemorySource {

        private final MemorySource heap = MemorySource.heap();
        private boolean busy;

        @Override
        public String kind() {
            return "busy";
        }

        @Override
        public long reserved() {
            return heap.reserved();
        }

        @Override
        public MemoryRegion tryAcquire(Layout layout) {
            MemoryRegion region = heap.acquire(layout);
            return (MemoryRegion) Proxy.newProxyInstance(
                    MemoryRegion.class.getClassLoader(), new Class<?>[] {MemoryRegion.class}, (proxy, method, args) -> {
                        if (busy && method.getName().equals("close")) {
                            throw new IllegalStateException("in use");
                        }
                        return method.invoke(region, args);
                    });
        }
    }

    @Test
    void aRegionThatIsInUseIsClosedLater() {
        BusySource source = new BusySource();
        MemoryPool<Object> pool = MemoryPool.<Object>builder(block -> new Object())
                .source(source)
                .regionSize(REGION)
                .build();
        Block<Object> first = pool.allocate(REGION);
        Block<Object> second = pool.allocate(REGION);
        Block<Object> dedicated = pool.allocate(2 * REGION);
        source.busy = true;
        first.release();
        second.release();
        dedicated.release();
        assertEquals(4 * REGION, source.reserved());
        assertEquals(4 * REGION, pool.stats().reservedBytes());
        pool.checkInvariants();
        source.busy = false;
        pool.close();
        assertEquals(0, source.reserved());
        assertEquals(0, pool.stats().reservedBytes());
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
