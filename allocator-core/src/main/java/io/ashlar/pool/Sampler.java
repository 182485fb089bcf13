// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Watches a sample of the blocks that are out: of each size class in each shard the first and every 1,024th after it, and of the large blocks
 * that a shard keeps, or that come from the regions, likewise.
 *
 * <p>It is on when the application or a flight recording wants it. While it is off, that is a comparison per hand-out with what the owner has in a register anyway; when it is on, a block that is not
 * watched costs no more. A watched one gets a view of its own, so that freeing has nothing to look up ({@link SampledRun}).
 */
final class Sampler<V> {

    static final int INTERVAL = 1024;

    /** How many are watched at once: blocks that are never freed must not fill the heap. */
    static final int MOST = 4096;

    private final MemoryPool<V> pool;
    // Synchronization: a concurrent map; added to by whoever allocates, removed from by whoever frees.
    private final Map<SampledRun<V>, Integer> watched = new ConcurrentHashMap<>();
    // Synchronization: volatile.
    private volatile boolean on;

    Sampler(MemoryPool<V> pool) {
        this.pool = pool;
    }

    boolean isOn() {
        return on || PoolEvents.wantsBlocks();
    }

    void turn(boolean newOn) {
        on = newOn;
    }

    /** Makes a view for a block that was just taken; the block's own if enough are watched. */
    V watch(Run<V> run, int index, V ownView, int requested) {
        if (watched.size() >= MOST) {
            return ownView;
        }
        SampledRun<V> sampled = new SampledRun<>(this, run, ownView, requested);
        V view = pool.newView(sampled, index);
        watched.put(sampled, index);
        PoolEvents.allocated(pool.name(), requested, run.blockSize(index));
        return view;
    }

    void freed(SampledRun<V> sampled, SampledBlock block, String allocatedBy) {
        watched.remove(sampled);
        PoolEvents.freed(pool.name(), block.requestedBytes(), block.blockBytes(), block.ageNanos(), allocatedBy);
    }

    /** The blocks that are watched and out, the oldest first. */
    List<SampledBlock> blocks() {
        long now = System.nanoTime();
        List<SampledBlock> blocks = new ArrayList<>();
        watched.forEach((sampled, index) -> blocks.add(sampled.stats(now, index)));
        blocks.sort(Comparator.comparingLong(SampledBlock::ageNanos).reversed());
        return blocks;
    }
}
