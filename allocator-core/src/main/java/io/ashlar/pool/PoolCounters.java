// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * What threads without a shard count about blocks that are not theirs, and the sum of all that is counted in a pool.
 *
 * <p>Synchronization: adders; anybody adds and reads.
 */
final class PoolCounters {

    private final LongAdder[] frees;
    private final LongAdder largeFrees = new LongAdder();
    private final LongAdder largeUsedFreed = new LongAdder();
    private final LongAdder requestedFreed = new LongAdder();
    private final LongAdder resized = new LongAdder();

    PoolCounters(int sizeClasses) {
        frees = new LongAdder[sizeClasses];
        Arrays.setAll(frees, c -> new LongAdder());
    }

    void freed(int sizeClass, int blocks, int requested) {
        requestedFreed.add(requested);
        frees[sizeClass].add(blocks);
    }

    void freedLarge(int blockBytes, int requestedBytes) {
        requestedFreed.add(requestedBytes);
        largeUsedFreed.add(blockBytes);
        largeFrees.increment();
    }

    /** A block was resized by somebody who does not own its shard. */
    void resized(int delta) {
        resized.add(delta);
    }

    /**
     * Adds up all counters. Frees before allocations, in all shards: a block that is freed in between then counts as
     * outstanding, not as freed without having been allocated. Requested bytes lie in between, so that they do not exceed
     * the used ones; of them, too, all that were freed before any that were allocated, because a block may be counted in
     * one place when it is handed out, and in another when it is freed.
     */
    Totals sum(LargeCounters large, List<? extends Shard<?>> shards) {
        Totals totals = new Totals(frees.length);
        addFreesTo(totals);
        large.addFreesTo(totals);
        shards.forEach(shard -> shard.addFreesTo(totals));
        VarHandle.loadLoadFence();
        totals.requested -= requestedFreed.sum();
        large.addRequestedFreedTo(totals);
        shards.forEach(shard -> shard.addRequestedFreedTo(totals));
        VarHandle.loadLoadFence();
        totals.requested += resized.sum();
        large.addRequestedAllocatedTo(totals);
        shards.forEach(shard -> shard.addRequestedAllocatedTo(totals));
        VarHandle.loadLoadFence();
        large.addAllocationsTo(totals);
        shards.forEach(shard -> shard.addAllocationsTo(totals));
        return totals;
    }

    /** Adds up what is counted of one size class; frees first, too. */
    SizeClassStats sum(int sizeClass, Totals retired, List<? extends Shard<?>> shards) {
        long freed = frees[sizeClass].sum() + retired.smallFrees[sizeClass];
        for (Shard<?> shard : shards) {
            freed += shard.frees(sizeClass);
        }
        VarHandle.loadLoadFence();
        long allocated = retired.smallAllocations[sizeClass];
        long slabs = 0; // who has retired has none
        for (Shard<?> shard : shards) {
            allocated += shard.allocations(sizeClass);
            slabs += shard.slabBytes(sizeClass);
        }
        return new SizeClassStats(SizeClasses.blockSize(sizeClass), allocated, freed, slabs);
    }

    private void addFreesTo(Totals totals) {
        long large = largeFrees.sum();
        totals.frees += large;
        totals.remoteFrees += large;
        totals.used -= largeUsedFreed.sum();
        for (int c = 0; c < frees.length; c++) {
            long freed = frees[c].sum();
            totals.remoteFrees += freed;
            totals.addSmallFrees(c, freed);
        }
    }
}
