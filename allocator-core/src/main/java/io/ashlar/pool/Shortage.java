// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.AllocationException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a pool does for a request that has found no memory: it gives back what is idle and tries again, and if that was not
 * enough it says why.
 */
final class Shortage<V> {

    private static final int MORE_LOOKS = 3;

    private static final int MOST_WAITS = 200;
    private static final long WAIT_NANOS = 100_000;

    private final MemoryPool<V> pool;
    private final LargeBlocks<V> large;
    private final Regions regions;
    private final Stripe<V>[] stripes;
    private final ShardList<V> owned;

    Shortage(MemoryPool<V> pool, LargeBlocks<V> large, Regions regions, Stripe<V>[] stripes, ShardList<V> owned) {
        this.pool = pool;
        this.large = large;
        this.regions = regions;
        this.stripes = stripes;
        this.owned = owned;
    }

    /** For the owner of a shard, which has no block of the class at hand. */
    V allocateSmall(OwnedShard<V> shard, int sizeClass, int size) {
        V view = tryReclaimed(shard, sizeClass, size);
        return view != null ? view : pool.allocate(size); // the stripes may have free blocks of the class
    }

    /** Tries once more when everybody has given back what is idle; null if that does not help. */
    @Nullable
    V tryReclaimed(Shard<V> shard, int sizeClass, int size) {
        if (pool.isClosed()) {
            throw pool.closedException();
        }
        if (shard.isStopped()) {
            return null; // the thread has given its shard up, but still allocates: as any other thread does
        }
        // A stripe is locked here, and may be locked again on the way: dead threads' slabs pass to whatever stripe
        // can be had, and executors are code of others.
        shard.beforeForeignCode();
        try {
            reclaim(shard, pool.firstRunBytes(sizeClass));
        } finally {
            shard.afterForeignCode();
        }
        return shard.tryAllocateSmall(sizeClass, size);
    }

    /** The last place to look, or the end. */
    V takeFromStripes(int sizeClass, int size) {
        V view = tryTakeFromStripes(sizeClass, size);
        if (view == null) {
            awaitOwners();
        }
        for (int i = 0; i < MORE_LOOKS && view == null; i++) {
            // What is freed behind the one who looks, or is on its way to its stripe, is found next time.
            Thread.yield();
            view = tryTakeFromStripes(sizeClass, size);
        }
        if (view == null && pool.isClosed()) {
            throw pool.closedException();
        }
        if (view == null) {
            throw exhausted(size, pool.firstRunBytes(sizeClass));
        }
        return view;
    }

    /**
     * Looks for a free block at the stripes, one after the other: the slabs in which they have some have others that are out, so they
     * cannot be given back.
     */
    @Nullable
    V tryTakeFromStripes(int sizeClass, int size) {
        boolean holdsStripe = callerHoldsStripe();
        for (Stripe<V> stripe : stripes) {
            if (!holdsStripe) {
                stripe.lock();
            } else if (!stripe.tryLockOrCall()) {
                continue; // two that wait for each other's stripe would wait for ever
            }
            try {
                V view = stripe.tryAllocateSmall(sizeClass, size);
                if (view != null) {
                    return view;
                }
            } finally {
                stripe.unlock();
            }
        }
        return null;
    }

    /**
     * Whether it was called by code of others, such as a factory of views, that is called under a stripe's lock: of this pool or of another that
     * shares its regions.
     */
    private boolean callerHoldsStripe() {
        for (MemoryPool<?> each : pool.family().root().family().members()) {
            if (each.shortage().isStripeInForeignCodeOfCaller()) {
                return true;
            }
        }
        return false;
    }

    private boolean isStripeInForeignCodeOfCaller() {
        for (Stripe<V> stripe : stripes) {
            if (stripe.isInForeignCodeOfCaller()) {
                return true;
            }
        }
        return false;
    }

    LargeRun<V> allocateLarge(@Nullable Shard<V> shard, int size) {
        LargeRun<V> run = null;
        if (!pool.isClosed()) {
            reclaim(shard, large.runBytes(size));
            run = large.tryAllocate(size, shard);
            if (run == null) {
                awaitOwners();
                run = large.tryAllocate(size, shard);
            }
        }
        if (run != null) {
            return run;
        }
        if (pool.isClosed()) {
            throw pool.closedException();
        }
        throw exhausted(size, large.runBytes(size));
    }

    /**
     * Gives back what is idle, as far as the calling thread may, before a request fails for want of memory: in all pools under the limit that
     * is in the way. Other owners are asked to do the same: {@link #awaitOwners}.
     *
     * @param mine the shard that the caller is allocating from; null if it holds no lock and owns nothing
     * @param bytes the length of the run that is wanted
     */
    private void reclaim(@Nullable Shard<V> mine, int bytes) {
        Object event = PoolEvents.beginTrim();
        long before = regions.returnedBytes();
        if (mine != null) {
            mine.trim();
        }
        boolean holdsStripe = callerHoldsStripe();
        if (!holdsStripe || isStripeInForeignCodeOfCaller()) {
            pool.retireDead();
        }
        for (MemoryPool<?> each : pool.family().shortOf(bytes).family().members()) {
            if (each != pool && !holdsStripe) {
                each.retireDead();
            }
            each.shortage().giveBackIdle(mine, holdsStripe);
        }
        regions.closeEmpty();
        PoolEvents.trimmed(event, pool.name(), regions.returnedBytes() - before, 0, true);
    }

    /**
     * Waits some twenty milliseconds at the most for the owners that were asked to give back what is idle. Not on a thread that owns a shard or holds a
     * lock: somebody may be waiting for it.
     */
    private void awaitOwners() {
        if (callerHoldsStripe()) {
            return;
        }
        List<OwnedShard<?>> asked = new ArrayList<>();
        for (MemoryPool<?> each : pool.family().root().family().members()) {
            asked.addAll(each.shortage().owned.snapshot());
        }
        if (asked.stream().anyMatch(shard -> shard.thread == Thread.currentThread())) {
            return;
        }
        for (int i = 0; i < MOST_WAITS && asked.stream().anyMatch(OwnedShard::isTrimPending); i++) {
            LockSupport.parkNanos(this, WAIT_NANOS);
        }
    }

    private void giveBackIdle(@Nullable Shard<?> mine, boolean holdsStripe) {
        for (Stripe<V> stripe : stripes) {
            if (!holdsStripe) {
                stripe.lock();
            } else if (!stripe.tryLockOrCall()) {
                continue; // two that wait for each other's stripe would wait for ever
            }
            try {
                stripe.trim();
            } finally {
                stripe.unlock();
            }
        }
        for (OwnedShard<V> shard : owned.snapshot()) {
            shard.giveBackRemoteLarge();
            if (shard != mine) {
                shard.trimSoon(); // also one of the calling thread's own, if it asked the pool and not its shard
            }
        }
    }

    /** The end: tells the listener, and makes the exception. */
    private AllocationException exhausted(int size, int bytes) {
        large.failed();
        MemoryPool<?> limiting = pool.family().shortOf(bytes);
        limiting.pressure().refused();
        AllocationException why = ShortageReport.of(pool, limiting, size);
        pool.exhausted(why);
        return why;
    }
}
