// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The blocks that are too large for a slab: each is a run of its own, or a whole region.
 *
 * <p>The block objects, with their views, are kept apart from the memory and used again for any large block.
 *
 * <p>Synchronization: every field is guarded by the lock of {@link Regions}, but a scrape reads the counters without it.
 */
final class LargeBlocks<V> {

    private static final int KEPT_AT_MOST = 1024;

    private final MemoryPool<V> pool;
    private final Regions regions;
    private final List<Block<V>> spare = new ArrayList<>();
    private boolean closed;

    private final Counters counters = new Counters();

    LargeBlocks(MemoryPool<V> pool, Regions regions) {
        this.pool = pool;
        this.regions = regions;
    }

    /** How long the run for a request is: a power of two, or what was asked if that is more than a region holds. */
    private int runBytes(int size) {
        if (size > regions.regionSize()) {
            return size;
        }
        return Math.max(Region.SMALLEST_RUN, ceilingPowerOfTwo(size));
    }

    static int ceilingPowerOfTwo(int value) {
        return value <= 1 ? 1 : Integer.highestOneBit(value - 1) << 1;
    }

    /** Hands out a block, or returns null if there is no memory for it. */
    @Nullable
    Block<V> tryAllocate(int size) {
        regions.lock().lock();
        try {
            if (!spare.isEmpty()) {
                return tryPlace(spare.remove(spare.size() - 1), size);
            }
        } finally {
            regions.lock().unlock();
        }
        // Without the lock: the factory of views is foreign code, and may use the pool itself.
        return tryPlace(new Block<>(pool), size);
    }

    private @Nullable Block<V> tryPlace(Block<V> block, int size) {
        regions.lock().lock();
        try {
            if (closed) {
                throw pool.closedException();
            }
            if (!regions.allocate(runOf(block), runBytes(size))) {
                keep(block);
                return null;
            }
            block.bindLarge();
            block.handOut(size);
            counters.allocated(block.size(), size);
            return block;
        } finally {
            regions.lock().unlock();
        }
    }

    void free(Block<V> block) {
        Region emptied = null;
        regions.lock().lock();
        try {
            if (!runOf(block).isBound()) {
                throw new IllegalArgumentException("the large block is not handed out: freed twice?");
            }
            counters.freed(block.size(), block.requested);
            emptied = regions.free(runOf(block));
            block.unbindLarge();
            keep(block);
        } finally {
            regions.lock().unlock();
            if (emptied != null) {
                regions.giveBack(emptied);
            }
        }
    }

    private void keep(Block<V> block) {
        if (spare.size() < KEPT_AT_MOST) {
            spare.add(block);
        }
    }

    boolean tryResize(Block<V> block, int newRequested) {
        regions.lock().lock();
        try {
            if (newRequested > block.size() && !tryGrow(block, newRequested)) {
                return false;
            }
            counters.add(Counters.REQUESTED_ALLOCATED, newRequested - block.requested);
            block.requested = newRequested;
            return true;
        } finally {
            regions.lock().unlock();
        }
    }

    private boolean tryGrow(Block<V> block, int newSize) {
        int before = block.size();
        if (newSize > regions.regionSize() || !regions.tryGrow(runOf(block), newSize)) {
            return false;
        }
        block.bindLarge();
        counters.add(Counters.USED_ALLOCATED, block.size() - before);
        return true;
    }

    void failed() {
        regions.lock().lock();
        try {
            counters.add(Counters.FAILURES, 1);
        } finally {
            regions.lock().unlock();
        }
    }

    void close() {
        regions.lock().lock();
        try {
            closed = true;
        } finally {
            regions.lock().unlock();
        }
    }

    void addTo(Totals totals) {
        counters.addTo(totals);
    }

    private static Run runOf(Block<?> block) {
        Run run = block.largeRun;
        assert run != null;
        return run;
    }

    /** What is counted about large blocks. */
    private static final class Counters extends PaddedCounters {

        static final int ALLOCATIONS = 0;
        static final int FREES = 1;
        static final int USED_ALLOCATED = 2;
        static final int USED_FREED = 3;
        static final int REQUESTED_ALLOCATED = 4;
        static final int REQUESTED_FREED = 5;
        static final int FAILURES = 6;

        Counters() {
            super(7);
        }

        void allocated(int blockBytes, int requestedBytes) {
            add(ALLOCATIONS, 1);
            add(USED_ALLOCATED, blockBytes);
            add(REQUESTED_ALLOCATED, requestedBytes);
        }

        void freed(int blockBytes, int requestedBytes) {
            add(FREES, 1);
            add(REQUESTED_FREED, requestedBytes);
            add(USED_FREED, blockBytes);
        }

        /** In the order that ShardCounters explains. */
        void addTo(Totals totals) {
            totals.frees += get(FREES);
            totals.used -= get(USED_FREED);
            totals.requested -= get(REQUESTED_FREED);
            VarHandle.loadLoadFence();
            totals.requested += get(REQUESTED_ALLOCATED);
            VarHandle.loadLoadFence();
            totals.used += get(USED_ALLOCATED);
            totals.allocations += get(ALLOCATIONS);
            totals.failures += get(FAILURES);
        }
    }
}
