// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which runs a shard takes, keeps and passes on. */
class SlabRunsTest {

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    private final CountingSource source = new CountingSource();
    private MemoryPool<RawView> pool = newPool(16 * MIB);

    private MemoryPool<RawView> newPool(int regionSize) {
        return TestPools.oneStripe(RawView::new, source)
                .limit(1 << 30)
                .regionSize(regionSize)
                .build();
    }

    @AfterEach
    void everythingComesBack() {
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void theRunsOfAClassDoubleUpToTheLongest() {
        List<RawView> blocks = new ArrayList<>();
        Set<SlabRun<RawView>> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        TreeMap<Integer, Integer> runsOfLength = new TreeMap<>();
        for (int i = 0; i < 5000; i++) {
            RawView block = pool.allocate(1000);
            blocks.add(block);
            if (seen.add(block.slab())) {
                runsOfLength.merge(block.slab().bytes(), 1, Integer::sum);
            }
        }
        assertEquals(256 * KIB, runsOfLength.lastKey());
        for (int bytes = 4 * KIB; bytes < 256 * KIB; bytes *= 2) {
            assertEquals(1, runsOfLength.get(bytes), "runs of " + bytes + " bytes");
        }
        blocks.forEach(view -> view.free(1000));
    }

    @Test
    void anEmptySlabIsKept() {
        List<RawView> full = new ArrayList<>();
        RawView block = pool.allocate(500);
        SlabRun<RawView> first = block.slab();
        while (block.slab() == first) {
            full.add(block);
            block = pool.allocate(500);
        }
        RawView beyond = block; // the only one of the current slab
        full.forEach(view -> view.free(500));
        List<RawView> again = new ArrayList<>();
        do {
            block = pool.allocate(500);
            again.add(block);
        } while (block.slab() == beyond.slab());
        assertSame(first, block.slab(), "a load around the edge of a slab fetches a run each time");
        again.forEach(view -> view.free(500));
        beyond.free(500);
    }

    @Test
    void afterABurstTheRunsGoBackButForAFew() {
        pool = newPool(MIB);
        List<RawView> blocks = new ArrayList<>();
        for (int i = 0; i < 16 * KIB; i++) {
            blocks.add(pool.allocate(1000));
        }
        assertTrue(pool.stats().regions() >= 16);
        blocks.forEach(view -> view.free(1000));
        // At most one for the current slab, one for the empty slabs that are kept, and one that is empty.
        assertTrue(pool.stats().regions() <= 3, "regions=" + pool.stats().regions());
    }

    @Test
    void trimmingLeavesTheViewsOfFreeBlocks() {
        RawView kept = pool.allocate(100);
        RawView freed = pool.allocate(100);
        freed.free(100);
        pool.trim();
        RawView again = pool.allocate(100);
        assertSame(freed, again);
        again.free(100);
        kept.free(100);
    }

    @Test
    void aSlabThatIsPassedOnHalfFullServesItsHeir() {
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        RawView kept = shard.allocate(100);
        RawView freed = shard.allocate(100);
        freed.free(100);
        shard.retire();
        pool.checkInvariants();
        RawView next = pool.allocate(100);
        assertSame(kept.slab(), next.slab());
        assertNotSame(kept, next);
        next.free(100);
        kept.free(100);
    }
}
