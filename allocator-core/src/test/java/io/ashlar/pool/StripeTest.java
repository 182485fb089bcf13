// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.HookedSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Blocks of threads that own no shard: who frees them, and when they are to be had again. */
class StripeTest {

    private static final int REGION = 64 << 10;
    private static final int SLAB = 4 << 10;
    private static final int SIZE = 256;
    private static final int PER_SLAB = SLAB / SIZE;

    private final CountingSource source = new CountingSource();
    private final MemoryPool<RawView> pool =
            TestPools.oneStripe(RawView::new, source).regionSize(REGION).build();

    @AfterEach
    void everythingComesBack() {
        TestPools.closeAndVerify(pool, source);
    }

    private List<RawView> allocate(int count) {
        List<RawView> views = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            views.add(pool.allocate(SIZE));
        }
        return views;
    }

    @Test
    void whatAThreadFreesItselfItGetsAgainAtOnce() {
        List<RawView> views = allocate(3);
        views.get(1).free(SIZE);
        assertEquals(2, views.get(1).slab().outstanding());
        assertSame(views.get(1), pool.allocate(SIZE));
        views.forEach(view -> view.free(SIZE));
        assertEquals(0, pool.stats().remoteFrees());
    }

    @Test
    void whatAnotherThreadFreesIsCollectedByWhoeverNeedsASlab() throws Exception {
        List<RawView> views = allocate(PER_SLAB);
        SlabRun<RawView> slab = views.get(0).slab();
        assertSame(slab, views.get(PER_SLAB - 1).slab());
        RawView freed = views.get(5);
        Daemon.run(() -> freed.free(SIZE));
        assertEquals(PER_SLAB, slab.outstanding(), "marked, not collected");
        assertEquals(PER_SLAB - 1, pool.stats().outstanding(), "but counted");
        assertSame(freed, pool.allocate(SIZE));
        views.forEach(view -> view.free(SIZE));
    }

    /** Nobody allocates any more: those who free give the memory back, but for a bounded rest. */
    @Test
    void whatOthersFreeDoesNotPileUp() throws Exception {
        int slabs = 1024;
        List<RawView> views = allocate(slabs * PER_SLAB);
        long full = source.reserved();
        assertTrue(full >= (long) slabs * SLAB, "reserved=" + full);
        Daemon.run(() -> views.forEach(view -> view.free(SIZE)));
        long rest = source.reserved();
        // A kept region; the slabs that may wait, and those that may be kept empty, of which each may hold a region.
        long most = REGION + (5L + 5L) * REGION;
        assertTrue(rest <= most, "reserved=" + rest + " of " + full);
        pool.trim();
        assertTrue(source.reserved() <= REGION, "reserved=" + source.reserved() + " after trim");
    }

    @Test
    void theThreadThatUsedItLastFreesUnderTheLock() throws Exception {
        RawView view = pool.allocate(SIZE);
        RawView[] others = new RawView[1];
        Daemon.run(() -> {
            others[0] = pool.allocate(SIZE);
            view.free(SIZE); // this thread has the stripe now
        });
        assertNotSame(view, others[0]);
        assertEquals(1, view.slab().outstanding());
        others[0].free(SIZE);
        assertEquals(1, view.slab().outstanding(), "marked: the other thread was the last");
        assertEquals(0, pool.stats().outstanding());
    }

    @Test
    void afterCloseEveryFreeIsCollectedAtOnce() throws Exception {
        List<RawView> views = allocate(40 * PER_SLAB);
        Daemon.run(() -> views.subList(0, 10).forEach(view -> view.free(SIZE)));
        pool.close();
        Daemon.run(() -> views.subList(10, views.size()).forEach(view -> view.free(SIZE)));
        assertEquals(0, source.reserved());
    }

    @Test
    void aBlockThatAnotherThreadHasFreedIsNotFreedAgainByItsLastUser() throws Exception {
        RawView view = pool.allocate(SIZE);
        Daemon.run(() -> view.free(SIZE));
        assertThrows(IllegalArgumentException.class, () -> view.free(SIZE));
        assertEquals(1, pool.stats().frees());
        assertEquals(1, view.slab().outstanding(), "still waits to be collected");
    }

    /** With many stripes and a small limit the bytes that may wait are few. */
    @Test
    void whatMayWaitFollowsTheLimit() {
        PoolConfig config =
                PoolConfig.check("p", source, 64 << 20, 16 << 20, 256, PoolConfig.DEFAULT_TRIM_AFTER, null, false);
        assertEquals((64 << 20) / 16 / 256, config.leftInStripeBytes());
        assertEquals(
                1 << 20,
                PoolConfig.check("p", source, 1L << 40, 16 << 20, 256, PoolConfig.DEFAULT_TRIM_AFTER, null, false)
                        .leftInStripeBytes());
    }

    /** Retiring closes regions under the lock of the stripe that takes over; the source may then use the pool. */
    @Test
    void aSourceMayUseThePoolWhileAShardRetires() throws Exception {
        int eighth = 128 << 10;
        AtomicReference<MemoryPool<RawView>> used = new AtomicReference<>();
        AtomicInteger calls = new AtomicInteger();
        HookedSource hooked = new HookedSource();
        MemoryPool<RawView> retiring =
                TestPools.oneStripe(RawView::new, hooked).regionSize(1 << 20).build();
        used.set(retiring);
        Daemon.run(() -> {
            OwnedShard<RawView> shard = retiring.openShard(Runnable::run);
            List<RawView> views = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                views.add(shard.allocate(eighth)); // one more than fit into a region
            }
            assertEquals(2, retiring.stats().regions());
            Collections.reverse(views);
            views.forEach(view -> view.free(eighth)); // the shard keeps one of each region
            assertEquals(2, retiring.stats().regions());
            hooked.onClose = () -> {
                calls.incrementAndGet();
                used.get().allocate(SIZE).free(SIZE);
            };
            shard.retire();
        });
        assertEquals(1, calls.get());
        hooked.onClose = HookedSource.NOTHING;
        TestPools.closeAndVerify(retiring, hooked);
    }
}
