// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Everything one owner allocates from without contention: its slabs and its counters.
 *
 * <p>The code here is single-threaded. What makes it safe is who calls it: an {@link OwnedShard} is used by its thread
 * alone, a {@link Stripe} under its lock. Only {@link #freeFromOutside} and {@link #remote} are for everybody.
 *
 * <p>Per size class there is one current slab to allocate from, and a list of others that have free blocks. Full slabs
 * are in no list; the first block that comes back puts them there.
 *
 * <pre>
 *   law, per size class:  a slab with free blocks is current or in the partial list, never both
 *                         spareEmpty == number of slabs in the partial list with nothing outstanding
 *   spareBytes == bytes of all slabs that spareEmpty counts
 *   every slab of the shard is in the list of owned slabs
 * </pre>
 */
abstract class Shard<V> {

    /** Empty slabs are kept up to the bytes of so many of the longest. */
    private static final int SPARE_RUNS = 4;

    /** The thread whose shard this is; null for a stripe. */
    final @Nullable Thread thread;

    final MemoryPool<V> pool;
    final RemoteFrees<V> remote = new RemoteFrees<>();
    final ShardCounters counters;

    // Synchronization of all below: used by the owner only, see above.
    private final @Nullable SlabRun<V>[] current;
    private final @Nullable SlabRun<V>[] partial;
    private final int[] spareEmpty;
    private int spareBytes;
    private final int[] nextRunBytes;
    private @Nullable SlabRun<V> owned;
    private boolean stopped;

    @SuppressWarnings({"unchecked", "rawtypes"})
    Shard(MemoryPool<V> pool, @Nullable Thread thread) {
        int classes = pool.sizeClasses();
        this.pool = pool;
        this.thread = thread;
        this.counters = new ShardCounters(classes);
        this.current = (SlabRun<V>[]) new SlabRun[classes];
        this.partial = (SlabRun<V>[]) new SlabRun[classes];
        this.spareEmpty = new int[classes];
        this.nextRunBytes = new int[classes];
        for (int c = 0; c < classes; c++) {
            nextRunBytes[c] = pool.firstRunBytes(c);
        }
    }

    /**
     * Takes back a block of one of this shard's slabs; called by anybody but the owner thread.
     *
     * @return false if this shard is retired, and the slab has another owner by now
     */
    abstract boolean freeFromOutside(Block<V> block);

    /** Hands out a block of a slab. O(1), unless a new slab is needed. */
    final @Nullable Block<V> tryAllocateSmall(int sizeClass, int size) {
        SlabRun<V> run = current[sizeClass];
        Block<V> block = run == null ? null : run.tryTake(pool);
        if (block == null) {
            block = tryAllocateFromNext(sizeClass);
            if (block == null) {
                return null;
            }
        }
        block.handOut(size);
        counters.allocated(sizeClass, size);
        return block;
    }

    /** The current slab is full, or there is none: collect what others freed, else take another slab, else a new one. */
    private @Nullable Block<V> tryAllocateFromNext(int sizeClass) {
        if (stopped || pool.isClosed()) {
            return null;
        }
        collectRemote();
        SlabRun<V> run = current[sizeClass];
        if (run == null || !run.hasFree()) {
            run = partial[sizeClass];
            if (run != null) {
                unlist(run);
            } else {
                run = newRun(sizeClass);
            }
            current[sizeClass] = run;
        }
        return run == null ? null : run.tryTake(pool);
    }

    private @Nullable SlabRun<V> newRun(int sizeClass) {
        SlabRun<V> run = new SlabRun<>(this, sizeClass);
        int bytes = nextRunBytes[sizeClass];
        int least = pool.firstRunBytes(sizeClass);
        if (pool.regions().allocate(run, bytes)) {
            nextRunBytes[sizeClass] = Math.min(2 * bytes, pool.longestRunBytes());
        } else if (bytes == least || !pool.regions().allocate(run, least)) {
            return null;
        }
        try {
            run.cut();
        } catch (Throwable e) {
            giveBack(run);
            throw e;
        }
        own(run);
        return run;
    }

    final boolean isStopped() {
        return stopped;
    }

    /** Takes a block back; called by the owner. O(1), unless a slab goes back. */
    final void freeLocal(Block<V> block) {
        SlabRun<V> run = block.slabRun;
        assert run != null;
        run.put(block);
        counters.freed(run.sizeClass, block.requested);
        if (run != current[run.sizeClass]) {
            settle(run);
        }
    }

    private void settle(SlabRun<V> run) {
        if (!run.listed) {
            list(run);
        }
        if (run.outstanding() == 0) {
            if (isWorthKeeping(run)) {
                spareEmpty[run.sizeClass]++;
                spareBytes += run.bytes();
            } else {
                removeFromPartial(run);
                discard(run);
            }
        }
    }

    /** One empty slab per class, and some more as long as they are not many bytes: the next burst finds them. */
    private boolean isWorthKeeping(SlabRun<V> run) {
        boolean fits = spareBytes + run.bytes() <= SPARE_RUNS * pool.longestRunBytes();
        return (spareEmpty[run.sizeClass] == 0 || fits) && !pool.isClosed();
    }

    /** Collects what other threads have freed. */
    final void collectRemote() {
        freeAll(remote.takeAll());
    }

    private void freeAll(@Nullable Block<V> topmost) {
        Block<V> block = topmost;
        while (block != null) {
            Block<V> below = block.below;
            block.below = null;
            counters.remoteFreed();
            try {
                freeLocal(block);
            } catch (IllegalArgumentException e) {
                // Another thread's mistake: whoever collects did nothing wrong, and must not lose the other blocks.
                pool.reportMisuse(e);
            }
            block = below;
        }
    }

    /** Gives every empty slab back. */
    final void trim() {
        collectRemote();
        for (int c = 0; c < current.length; c++) {
            SlabRun<V> run = current[c];
            if (run != null && run.outstanding() == 0) {
                current[c] = null;
                discard(run);
            }
            trimPartial(c);
        }
    }

    private void trimPartial(int sizeClass) {
        SlabRun<V> run = partial[sizeClass];
        while (run != null && spareEmpty[sizeClass] > 0) {
            SlabRun<V> next = run.nextPartial;
            if (run.outstanding() == 0) {
                unlist(run);
                discard(run);
            }
            run = next;
        }
    }

    /** Gives every slab away: what is empty to the regions, the others to an heir, whose owner is calling. */
    final void passAllTo(Shard<V> heir) {
        stopAllocating();
        while (owned != null) {
            SlabRun<V> run = owned;
            if (run.listed) {
                unlist(run);
            }
            disown(run);
            heir.adopt(run);
        }
        // From here on nobody finds this shard through a slab.
        // Those who found it before have pushed their block, or will be refused.
        heir.freeAll(remote.closeAndTakeAll());
    }

    private void adopt(SlabRun<V> run) {
        own(run);
        if (run.hasFree()) {
            list(run);
        }
        run.passTo(this);
    }

    /** From here on nothing is handed out. No slab stays current, so that each goes back when its last block does. */
    final void stopAllocating() {
        stopped = true;
        trim();
        for (int c = 0; c < current.length; c++) {
            SlabRun<V> run = current[c];
            current[c] = null;
            if (run != null && run.hasFree()) {
                list(run);
            }
        }
    }

    private void discard(SlabRun<V> run) {
        disown(run);
        nextRunBytes[run.sizeClass] = run.bytes();
        giveBack(run);
    }

    private void giveBack(SlabRun<V> run) {
        Region emptied = pool.regions().free(run);
        if (emptied != null) {
            pool.regions().giveBack(emptied);
        }
    }

    private void list(SlabRun<V> run) {
        SlabRun<V> first = partial[run.sizeClass];
        run.nextPartial = first;
        if (first != null) {
            first.previousPartial = run;
        }
        partial[run.sizeClass] = run;
        run.listed = true;
    }

    /** Takes a slab out of the partial list, empty or not. */
    private void unlist(SlabRun<V> run) {
        if (run.outstanding() == 0) {
            spareEmpty[run.sizeClass]--;
            spareBytes -= run.bytes();
        }
        removeFromPartial(run);
    }

    private void removeFromPartial(SlabRun<V> run) {
        SlabRun<V> next = run.nextPartial;
        SlabRun<V> previous = run.previousPartial;
        if (next != null) {
            next.previousPartial = previous;
        }
        if (previous != null) {
            previous.nextPartial = next;
        } else {
            partial[run.sizeClass] = next;
        }
        run.nextPartial = null;
        run.previousPartial = null;
        run.listed = false;
    }

    private void own(SlabRun<V> run) {
        SlabRun<V> first = owned;
        run.nextOwned = first;
        if (first != null) {
            first.previousOwned = run;
        }
        owned = run;
    }

    private void disown(SlabRun<V> run) {
        SlabRun<V> next = run.nextOwned;
        SlabRun<V> previous = run.previousOwned;
        if (next != null) {
            next.previousOwned = previous;
        }
        if (previous != null) {
            previous.nextOwned = next;
        } else {
            owned = next;
        }
        run.nextOwned = null;
        run.previousOwned = null;
    }

    final void addTo(Totals totals) {
        counters.addTo(totals, remote);
    }

    final void checkInvariants() {
        int[] empty = new int[current.length];
        int emptyBytes = 0;
        for (SlabRun<V> run = owned; run != null; run = run.nextOwned) {
            run.checkInvariants();
            boolean isCurrent = current[run.sizeClass] == run;
            if (run.owner() != this || (isCurrent && run.listed) || (run.hasFree() && !isCurrent && !run.listed)) {
                throw new IllegalStateException(
                        run + " current=" + isCurrent + " listed=" + run.listed + " hasFree=" + run.hasFree());
            }
            if (run.listed && run.outstanding() == 0) {
                empty[run.sizeClass]++;
                emptyBytes += run.bytes();
            }
        }
        if (!Arrays.equals(empty, spareEmpty) || emptyBytes != spareBytes) {
            throw new IllegalStateException("spareEmpty=" + Arrays.toString(spareEmpty) + " counted="
                    + Arrays.toString(empty) + " spareBytes=" + spareBytes + " counted=" + emptyBytes);
        }
    }
}
