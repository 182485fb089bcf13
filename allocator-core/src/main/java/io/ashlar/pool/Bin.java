// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The slabs of one size class in one shard, and what is counted about them.
 *
 * <p>There is one current slab to allocate from, and a list of others that have free blocks. Full slabs are in no list; the
 * first block that comes back puts them there. (jemalloc calls its like a bin, too.)
 *
 * <pre>
 *   law: a slab with free blocks is current or in the partial list, never both
 *        spareEmpty == number of slabs in the partial list with nothing outstanding
 * </pre>
 *
 * <p>Synchronization: used by the owner of the shard only; see {@link Shard}. The counters are written by the owner as
 * opaque stores, which cost what plain ones do, and read by any scrape as opaque loads.
 */
final class Bin<V> {

    private static final VarHandle ALLOCATIONS = counter("allocations");
    private static final VarHandle FREES = counter("frees");
    private static final VarHandle REQUESTED_ALLOCATED = counter("requestedAllocated");
    private static final VarHandle REQUESTED_FREED = counter("requestedFreed");
    private static final VarHandle SLAB_BYTES = counter("slabBytes");

    final Shard<V> shard;
    final int sizeClass;
    final int blockSize;

    private @Nullable SlabRun<V> current;
    private @Nullable SlabRun<V> partial;
    private int spareEmpty;
    /** The least that `spareEmpty` has been since the last {@link #trimIdle()}. */
    private int leastSpare;
    /** What `allocations` was then. */
    private long allocationsBefore;

    private int nextRunBytes;

    private long allocations;
    private long frees;
    private long requestedAllocated;
    private long requestedFreed;
    /** Bytes of the slabs that the shard has of this class. */
    private long slabBytes;

    Bin(Shard<V> shard, int sizeClass) {
        this.shard = shard;
        this.sizeClass = sizeClass;
        this.blockSize = SizeClasses.blockSize(sizeClass);
        this.nextRunBytes = shard.pool.firstRunBytes(sizeClass);
    }

    private static VarHandle counter(String field) {
        try {
            return MethodHandles.lookup()
                    .findVarHandle(Bin.class, field, long.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // ---- allocating and freeing

    /** Hands out a block. O(1), unless a new slab is needed. */
    @Nullable
    V tryAllocate(int size) {
        if ((allocations & Sampler.INTERVAL - 1) == 0 && shard.pool.sampler().isOn()) {
            return tryAllocateWatched(size);
        }
        SlabRun<V> run = current;
        V view = run == null ? null : run.tryTake();
        if (view == null) {
            run = next();
            view = run == null ? null : run.tryTake();
            if (view == null) {
                return null;
            }
        }
        countAllocation(size);
        return view;
    }

    private @Nullable V tryAllocateWatched(int size) {
        SlabRun<V> run = current;
        if (run == null || !run.hasFree()) {
            run = next();
        }
        V view = run == null ? null : run.tryTakeWatched(size);
        if (view != null) {
            countAllocation(size);
        }
        return view;
    }

    private void countAllocation(int size) {
        ALLOCATIONS.setOpaque(this, allocations + 1);
        REQUESTED_ALLOCATED.setOpaque(this, requestedAllocated + size);
    }

    /** The current slab is full, or there is none: collect what others freed, else take another slab, else a new one. */
    private @Nullable SlabRun<V> next() {
        if (shard.isStopped() || shard.pool.isClosed()) {
            return null;
        }
        shard.collectRemote();
        SlabRun<V> run = current;
        if (run == null || !run.hasFree()) {
            run = partial;
            if (run != null) {
                unlist(run);
            } else {
                run = newRun();
                SlabRun<V> meanwhile = current; // the source, or what it calls, may have come back to this shard
                if (meanwhile != null && meanwhile.hasFree()) {
                    current = run != null ? run : meanwhile;
                    if (run != null) {
                        settle(meanwhile);
                    }
                    return current;
                }
            }
            current = run;
        }
        return run;
    }

    private @Nullable SlabRun<V> newRun() {
        SlabRun<V> run = new SlabRun<>(this);
        if (!tryPlace(run)) {
            return null;
        }
        try {
            run.cut();
        } catch (Throwable e) {
            shard.giveBack(run);
            throw e;
        }
        shard.own(run);
        addSlabBytes(run.bytes());
        shard.pool.pressure().fetched(run.bytes());
        return run;
    }

    private void addSlabBytes(int bytes) {
        SLAB_BYTES.setOpaque(this, slabBytes + bytes);
    }

    private boolean tryPlace(SlabRun<V> run) {
        Regions regions = shard.pool.regions();
        Budget budget = shard.pool.budget();
        int bytes = nextRunBytes;
        int least = shard.pool.firstRunBytes(sizeClass);
        shard.beforeForeignCode();
        try {
            if (regions.allocate(run, bytes, budget)) {
                nextRunBytes = Math.min(2 * bytes, shard.pool.longestRunBytes());
                return true;
            }
            return bytes != least && regions.allocate(run, least, budget);
        } finally {
            shard.afterForeignCode();
        }
    }

    /** Takes a block back. O(1), unless a slab goes back. */
    void free(SlabRun<V> run, V view, int index, int requested) {
        run.put(view, index);
        REQUESTED_FREED.setOpaque(this, requestedFreed + requested);
        FREES.setOpaque(this, frees + 1);
        if (run != current) {
            settle(run);
        }
    }

    /** Takes back what other threads have freed in a slab. */
    void collect(SlabRun<V> run) {
        if (run.collect() > 0 && run != current) {
            settle(run);
        }
    }

    private void settle(SlabRun<V> run) {
        if (!run.links().listed) {
            list(run);
        }
        if (run.outstanding() == 0) {
            if (shard.isWorthKeeping(run, spareEmpty)) {
                spareEmpty++;
                shard.spareBytes += run.bytes();
            } else {
                removeFromPartial(run);
                discard(run);
            }
        }
    }

    // ---- giving away

    /** Gives every empty slab back. */
    void trim() {
        SlabRun<V> run = current;
        if (run != null && run.outstanding() == 0) {
            current = null;
            discard(run);
        }
        run = partial;
        while (run != null && spareEmpty > 0) {
            SlabRun<V> next = run.links().nextPartial;
            if (run.outstanding() == 0) {
                unlist(run);
                discard(run);
            }
            run = next;
        }
    }

    /** Gives back the empty slabs that nobody has needed since this was called last; returns whether there were any. */
    boolean trimIdle() {
        boolean gaveBack = leastSpare > 0;
        SlabRun<V> run = current;
        if (run != null && allocations == allocationsBefore && run.outstanding() == 0) {
            current = null;
            discard(run);
            gaveBack = true;
        }
        allocationsBefore = allocations;
        run = partial;
        for (int idle = leastSpare; run != null && idle > 0; ) {
            SlabRun<V> next = run.links().nextPartial;
            if (run.outstanding() == 0) {
                unlist(run);
                discard(run);
                idle--;
            }
            run = next;
        }
        leastSpare = spareEmpty;
        return gaveBack;
    }

    /** From here on no slab is current, so that each goes back when its last block does. */
    void stopAllocating() {
        SlabRun<V> run = current;
        current = null;
        if (run != null && run.hasFree()) {
            list(run);
        }
    }

    /** Lets a slab go to another shard's bin. */
    void release(SlabRun<V> run) {
        if (run.links().listed) {
            unlist(run);
        }
        addSlabBytes(-run.bytes());
    }

    /** Takes over a slab from another shard's bin. */
    void adopt(SlabRun<V> run) {
        if (run.hasFree()) {
            list(run);
        }
        run.passTo(this);
        addSlabBytes(run.bytes());
    }

    private void discard(SlabRun<V> run) {
        shard.disown(run);
        addSlabBytes(-run.bytes());
        nextRunBytes = run.bytes();
        shard.giveBack(run);
    }

    // ---- the partial list

    private void list(SlabRun<V> run) {
        SlabRun<V> first = partial;
        run.links().nextPartial = first;
        if (first != null) {
            first.links().previousPartial = run;
        }
        partial = run;
        run.links().listed = true;
    }

    /** Takes a slab out of the partial list, empty or not. */
    private void unlist(SlabRun<V> run) {
        if (run.outstanding() == 0) {
            spareEmpty--;
            leastSpare = Math.min(leastSpare, spareEmpty);
            shard.spareBytes -= run.bytes();
        }
        removeFromPartial(run);
    }

    private void removeFromPartial(SlabRun<V> run) {
        SlabRun<V> next = run.links().nextPartial;
        SlabRun<V> previous = run.links().previousPartial;
        if (next != null) {
            next.links().previousPartial = previous;
        }
        if (previous != null) {
            previous.links().nextPartial = next;
        } else {
            partial = next;
        }
        run.links().nextPartial = null;
        run.links().previousPartial = null;
        run.links().listed = false;
    }

    // ---- counting; what is added to the sums of a scrape is called by anybody

    void resized(int delta) {
        REQUESTED_ALLOCATED.setOpaque(this, requestedAllocated + delta);
    }

    long frees() {
        return (long) FREES.getOpaque(this);
    }

    long allocations() {
        return (long) ALLOCATIONS.getOpaque(this);
    }

    long slabBytes() {
        return (long) SLAB_BYTES.getOpaque(this);
    }

    void addFreesTo(Totals totals) {
        totals.addSmallFrees(sizeClass, frees());
    }

    void addRequestedFreedTo(Totals totals) {
        totals.requested -= (long) REQUESTED_FREED.getOpaque(this);
    }

    void addRequestedAllocatedTo(Totals totals) {
        totals.requested += (long) REQUESTED_ALLOCATED.getOpaque(this);
    }

    void addAllocationsTo(Totals totals) {
        totals.addSmallAllocations(sizeClass, allocations());
        totals.slabBytes[sizeClass] += slabBytes();
    }

    // ---- checking

    void checkInvariants(SlabRun<V> run) {
        run.checkInvariants();
        boolean isCurrent = current == run;
        if (run.bin() != this
                || (isCurrent && run.links().listed)
                || (run.hasFree() && !isCurrent && !run.links().listed)) {
            throw new IllegalStateException(
                    run + " current=" + isCurrent + " listed=" + run.links().listed + " hasFree=" + run.hasFree());
        }
    }

    /** Verifies the partial list; returns the bytes of its empty slabs. */
    int checkPartial() {
        int empty = 0;
        int emptyBytes = 0;
        for (SlabRun<V> run = partial; run != null; run = run.links().nextPartial) {
            if (run.outstanding() == 0) {
                empty++;
                emptyBytes += run.bytes();
            }
        }
        if (empty != spareEmpty) {
            throw new IllegalStateException(
                    "sizeClass=" + sizeClass + " spareEmpty=" + spareEmpty + " counted=" + empty);
        }
        return emptyBytes;
    }
}
