// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The blocks that are too large for a slab: each is a run of its own, or a whole region. A shard keeps a few of its own when
 * they are freed ({@link LargeCache}), by whomever; all others come and go here.
 *
 * <p>The run objects, with their views, are kept apart from the memory and used again for any large block.
 *
 * <p>Synchronization: every field is guarded by the lock of {@link Regions}, but a scrape reads the counters without it.
 */
final class LargeBlocks<V> {

    private static final int KEPT_AT_MOST = 1024;

    private final MemoryPool<V> pool;
    private final Regions regions;
    private final List<LargeRun<V>> spare = new ArrayList<>();
    private final LargeCounters counters = new LargeCounters();
    private boolean closed;

    LargeBlocks(MemoryPool<V> pool, Regions regions) {
        this.pool = pool;
        this.regions = regions;
    }

    /** How long the run for a request is: a power of two, or what was asked if that is more than a region holds. */
    int runBytes(int size) {
        if (size > regions.regionSize()) {
            return size;
        }
        return Math.max(Region.SMALLEST_RUN, ceilingPowerOfTwo(size));
    }

    static int ceilingPowerOfTwo(int value) {
        return value <= 1 ? 1 : Integer.highestOneBit(value - 1) << 1;
    }

    /**
     * Takes a block, to be handed out, or returns null if there is no memory for it or the pool is closed.
     *
     * @param home the shard that may keep it when it is freed
     */
    @Nullable
    LargeRun<V> tryAllocate(int size, @Nullable Shard<V> home) {
        regions.lock().lock();
        try {
            if (!spare.isEmpty()) {
                return tryPlace(spare.remove(spare.size() - 1), size, home);
            }
        } finally {
            regions.lock().unlock();
        }
        // Without the lock: the factory of views is foreign code, and may use the pool itself.
        LargeRun<V> run = new LargeRun<>(this);
        run.setView(pool.newView(run, 0));
        regions.lock().lock();
        try {
            return tryPlace(run, size, home);
        } finally {
            regions.lock().unlock();
        }
    }

    private @Nullable LargeRun<V> tryPlace(LargeRun<V> run, int size, @Nullable Shard<V> home) {
        boolean placed = false;
        try {
            placed = !closed && regions.allocate(run, runBytes(size), pool.budget());
        } finally {
            if (!placed) {
                keep(run);
            }
        }
        if (!placed) {
            return null;
        }
        run.setHome(home);
        run.countedAs(counters.allocated(run.bytes(), size));
        pool.pressure().fetched(run.bytes());
        return run;
    }

    /** Takes a block back. */
    void free(LargeRun<V> run, int requested) {
        takeBack(run, true, requested);
    }

    /** Takes a block back that was counted as freed before. */
    void giveBack(LargeRun<V> run) {
        takeBack(run, false, 0);
    }

    private void takeBack(LargeRun<V> run, boolean count, int requested) {
        Region emptied = null;
        regions.lock().lock();
        try {
            if (count) {
                counters.freed(run.bytes(), requested);
            }
            emptied = regions.free(run, pool.budget());
            run.setHome(null);
            keep(run);
        } finally {
            regions.lock().unlock();
            if (emptied != null) {
                regions.giveBack(emptied);
            }
        }
    }

    private void keep(LargeRun<V> run) {
        if (spare.size() < KEPT_AT_MOST) {
            try {
                spare.add(run);
            } catch (OutOfMemoryError e) {
                // Of the Java heap. Another object is made next time.
            }
        }
    }

    boolean tryResize(LargeRun<V> run, int requested, int newRequested) {
        regions.lock().lock();
        try {
            if (newRequested > run.bytes() && !tryGrow(run, newRequested)) {
                return false;
            }
            counters.resized(newRequested - requested);
            return true;
        } finally {
            regions.lock().unlock();
        }
    }

    private boolean tryGrow(LargeRun<V> run, int newSize) {
        int before = run.bytes();
        if (newSize > regions.regionSize() || !regions.tryGrow(run, newSize, pool.budget())) {
            return false;
        }
        counters.grown(run.bytes() - before);
        pool.pressure().fetched(run.bytes() - before);
        return true;
    }

    void failed() {
        regions.lock().lock();
        try {
            counters.failed();
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

    LargeCounters counters() {
        return counters;
    }
}
