// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything one owner allocates from without contention: a bin of slabs for each size class, a few large blocks that were
 * freed lately, and its counters.
 *
 * <p>The code here is single-threaded. What makes it safe is who calls it: an {@link OwnedShard} is used by its thread
 * alone, a {@link Stripe} under its lock. For everybody are only {@link #freeFromOutside}, {@link #leave}, {@link #offer},
 * {@link #tryTakeBack}, {@link #giveBackRemoteLarge}, the two queues and the scrape's methods.
 *
 * <pre>
 *   law: spareBytes == bytes of all empty slabs in the partial lists of the bins
 *        every slab of the shard is in the list of owned slabs
 * </pre>
 */
abstract class Shard<V> {

    /** What part of the bytes that a shard keeps of large blocks may wait in its queue: each may hold a region. */
    private static final int LARGE_LEFT_PART = 4;

    /** The thread whose shard this is; null for a stripe. */
    final @Nullable Thread thread;

    final MemoryPool<V> pool;
    final RemoteQueue<SlabRun<V>> remote = new RemoteQueue<>();
    private final RemoteQueue<LargeRun<V>> remoteLarge = new RemoteQueue<>();
    final LargeCounters counters = new LargeCounters();
    final RemoteFreeCounters remoteFrees;
    final LargeCache<V> largeCache;

    // Synchronization of all below: used by the owner only, see above.
    private final Bin<V>[] bins;
    int spareBytes;
    private @Nullable SlabRun<V> owned;
    private boolean stopped;

    @SuppressWarnings({"unchecked", "rawtypes"})
    Shard(MemoryPool<V> pool, @Nullable Thread thread) {
        this.pool = pool;
        this.thread = thread;
        this.bins = (Bin<V>[]) new Bin[pool.sizeClasses()];
        for (int c = 0; c < bins.length; c++) {
            bins[c] = new Bin<>(this, c);
        }
        this.remoteFrees = new RemoteFreeCounters(bins.length);
        this.largeCache = new LargeCache<>(thread == null ? 0 : pool.largeCacheBytes());
    }

    /** Hands out a block of a slab. O(1), unless a new slab is needed. */
    final @Nullable V tryAllocateSmall(int sizeClass, int size) {
        return bins[sizeClass].tryAllocate(size);
    }

    // ---- what other threads free

    /** Takes back a block of one of this shard's slabs; called by anybody but the owner thread. */
    abstract void freeFromOutside(SlabRun<V> run, V view, int index, int requested);

    /**
     * Takes in a slab in which blocks were freed from outside; called by anybody.
     *
     * @return false if this shard is retired
     */
    abstract boolean offer(SlabRun<V> run);

    /** Leaves a block for the owner of its slab to collect. */
    final void leave(SlabRun<V> run, V view, int index, int requested) {
        if (!run.putFromOutside(view, index, requested)) {
            return;
        }
        Shard<V> owner = this;
        while (!owner.offer(run)) {
            // Retired; its slabs have got their new owner before. One that has not was discarded: collected already.
            Shard<V> heir = run.shard();
            if (heir == owner) {
                return;
            }
            owner = heir;
        }
    }

    /** Collects what other threads have freed. */
    final void collectRemote() {
        forEach(remote.takeAll(), run -> run.bin().collect(run));
    }

    /** Also after one that failed: nobody else knows of the others any more. */
    private static <R extends Run<?>> void forEach(@Nullable QueuePlace<R> topmost, Consumer<R> action) {
        QueuePlace<R> place = topmost;
        try {
            while (place != null) {
                R run = place.run;
                place = place.leave();
                action.accept(run);
            }
        } finally {
            if (place != null) {
                forEach(place, action);
            }
        }
    }

    // ---- large blocks

    /** Takes a large block that was freed lately, if there is one of just this length. */
    final @Nullable LargeRun<V> tryAllocateCached(int runBytes, int size) {
        LargeRun<V> run = largeCache.take(runBytes);
        if (run == null && !stopped) {
            keepAll(remoteLarge.takeAll());
            run = largeCache.take(runBytes);
        }
        if (run == null) {
            return null;
        }
        run.countedAs(counters.allocated(runBytes, size));
        return run;
    }

    /**
     * Takes a large block back that came from here; called by anybody.
     *
     * @return false if it has to go back to its region
     */
    final boolean tryTakeBack(LargeRun<V> run, int requested) {
        if (pool.isClosed()) {
            return false;
        }
        if (thread == Thread.currentThread()) {
            return tryKeep(run, requested);
        }
        leave(run, requested);
        return true;
    }

    private boolean tryKeep(LargeRun<V> run, int requested) {
        int bytes = run.bytes();
        if (stopped || pool.isScarce() || !largeCache.offer(run)) {
            return false;
        }
        counters.freed(bytes, requested);
        return true;
    }

    private void leave(LargeRun<V> run, int requested) {
        pool.remoteFreedLarge(run.bytes(), requested); // before the block may be handed out again
        if (pool.isScarce()) {
            pool.large().giveBack(run);
        } else if (remoteLarge.push(run.place(), pool.largeCacheBytes() / LARGE_LEFT_PART >>> 10)
                == RemoteQueue.REFUSED) {
            pool.large().giveBack(run);
        }
    }

    /** Gives back the large blocks that others have left for the owner; called by anybody. They belong to nobody. */
    final void giveBackRemoteLarge() {
        forEach(remoteLarge.takeAll(), run -> pool.large().giveBack(run));
    }

    private void keepAll(@Nullable QueuePlace<LargeRun<V>> topmost) {
        if (topmost != null) {
            forEach(topmost, run -> {
                if (!largeCache.offer(run)) {
                    pool.large().giveBack(run);
                }
            });
        }
    }

    // ---- giving away

    final boolean isStopped() {
        return stopped;
    }

    /** One empty slab per class, and some more as long as they are not many bytes: the next burst finds them. None while memory is scarce. */
    final boolean isWorthKeeping(SlabRun<V> run, int keptOfItsClass) {
        boolean fits = spareBytes + run.bytes() <= pool.spareBytes();
        return (keptOfItsClass == 0 || fits) && !pool.isClosed() && !pool.isScarce();
    }

    /** Gives back every empty slab and every large block that is kept. */
    final void trim() {
        collectRemote();
        giveBackRemoteLarge();
        for (Bin<V> bin : bins) {
            bin.trim();
        }
        for (LargeRun<V> run = largeCache.takeAny(); run != null; run = largeCache.takeAny()) {
            pool.large().giveBack(run);
        }
    }

    /** Gives back what nobody has needed since this was called last, and the region that is empty because of that. */
    final void trimIdle() {
        collectRemote();
        keepAll(remoteLarge.takeAll());
        boolean gaveBack = false;
        for (Bin<V> bin : bins) {
            gaveBack |= bin.trimIdle();
        }
        for (LargeRun<V> run = largeCache.takeIdle(); run != null; run = largeCache.takeIdle()) {
            pool.large().giveBack(run);
            gaveBack = true;
        }
        largeCache.startInterval();
        if (gaveBack) {
            beforeForeignCode();
            try {
                pool.regions().closeEmpty();
            } finally {
                afterForeignCode();
            }
        }
    }

    /** Gives back what is idle, and forgets the views of what is out. O(blocks). */
    final void trimThoroughly() {
        trim();
        for (SlabRun<V> run = owned; run != null; run = run.links().nextOwned) {
            run.forgetViews();
        }
    }

    /** From here on nothing is handed out. */
    final void stopAllocating() {
        stopped = true;
        trim();
        for (Bin<V> bin : bins) {
            bin.stopAllocating();
        }
    }

    /** Gives every slab away: what is empty to the regions, the others to an heir, whose owner is calling. */
    final void passAllTo(Shard<V> heir) {
        stopAllocating();
        while (owned != null) {
            SlabRun<V> run = owned;
            bins[run.sizeClass].release(run);
            disown(run);
            heir.own(run);
            heir.bins[run.sizeClass].adopt(run);
        }
        // From here on nobody finds this shard through a slab.
        // Those who found it before have pushed their run, or will be refused.
        forEach(remote.closeAndTakeAll(), run -> run.bin().collect(run));
        forEach(remoteLarge.closeAndTakeAll(), run -> pool.large().giveBack(run));
    }

    final void giveBack(SlabRun<V> run) {
        beforeForeignCode();
        try {
            Region emptied = pool.regions().free(run, pool.budget());
            if (emptied != null) {
                pool.regions().giveBack(emptied);
            }
        } finally {
            afterForeignCode();
        }
    }

    /** The owner is about to call the source or the factory of views, which may come back to this shard. */
    void beforeForeignCode() {}

    void afterForeignCode() {}

    // ---- the list of owned slabs

    final void own(SlabRun<V> run) {
        SlabRun<V> first = owned;
        run.links().nextOwned = first;
        if (first != null) {
            first.links().previousOwned = run;
        }
        owned = run;
    }

    final void disown(SlabRun<V> run) {
        SlabRun<V> next = run.links().nextOwned;
        SlabRun<V> previous = run.links().previousOwned;
        if (next != null) {
            next.links().previousOwned = previous;
        }
        if (previous != null) {
            previous.links().nextOwned = next;
        } else {
            owned = next;
        }
        run.links().nextOwned = null;
        run.links().previousOwned = null;
    }

    // ---- counting, called by anybody, and checking

    /** Whether there is anything to give back; called by anybody. */
    final boolean holdsAnything() {
        return largeCache.bytes() > 0
                || remoteLarge.holdsAnything()
                || Arrays.stream(bins).anyMatch(bin -> bin.slabBytes() > 0);
    }

    /** What the shard counts; called by anybody. */
    final ShardStats stats(String name) {
        long remote = counters.remoteFrees();
        long frees = counters.frees() - remote;
        for (Bin<V> bin : bins) {
            frees += bin.frees();
            remote += remoteFrees.frees(bin.sizeClass);
        }
        long allocations = counters.allocations();
        long slabs = 0;
        for (Bin<V> bin : bins) {
            allocations += bin.allocations();
            slabs += bin.slabBytes();
        }
        return new ShardStats(name, thread != null, allocations, frees, remote, slabs, largeCache.bytes());
    }

    /** The blocks of a size class that were freed, of its own by anybody and of others by its owner; called by anybody. */
    final long frees(int sizeClass) {
        return bins[sizeClass].frees() + remoteFrees.frees(sizeClass);
    }

    final long allocations(int sizeClass) {
        return bins[sizeClass].allocations();
    }

    final long slabBytes(int sizeClass) {
        return bins[sizeClass].slabBytes();
    }

    final void addFreesTo(Totals totals) {
        for (Bin<V> bin : bins) {
            bin.addFreesTo(totals);
        }
        counters.addFreesTo(totals);
        remoteFrees.addFreesTo(totals);
    }

    final void addRequestedFreedTo(Totals totals) {
        for (Bin<V> bin : bins) {
            bin.addRequestedFreedTo(totals);
        }
        counters.addRequestedFreedTo(totals);
        remoteFrees.addRequestedFreedTo(totals);
    }

    final void addRequestedAllocatedTo(Totals totals) {
        for (Bin<V> bin : bins) {
            bin.addRequestedAllocatedTo(totals);
        }
        counters.addRequestedAllocatedTo(totals);
    }

    final void addAllocationsTo(Totals totals) {
        for (Bin<V> bin : bins) {
            bin.addAllocationsTo(totals);
        }
        counters.addAllocationsTo(totals);
    }

    final void checkInvariants() {
        for (SlabRun<V> run = owned; run != null; run = run.links().nextOwned) {
            bins[run.sizeClass].checkInvariants(run);
        }
        int emptyBytes = 0;
        for (Bin<V> bin : bins) {
            emptyBytes += bin.checkPartial();
        }
        if (emptyBytes != spareBytes) {
            throw new IllegalStateException("spareBytes=" + spareBytes + " counted=" + emptyBytes);
        }
        largeCache.checkInvariants();
    }
}
