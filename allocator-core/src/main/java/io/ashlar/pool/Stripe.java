// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A shard for all the threads that own none: used under its lock.
 *
 * <p>The thread that used the stripe last frees a block under the lock, and gets it again next. All others mark it, without
 * the lock, so that two threads do not take the stripe away from each other for every block. Whoever needs a slab next
 * collects it; if nobody does, those who free do it themselves: as soon as the slabs in the queue are many bytes, and at once
 * when the pool is closed.
 */
final class Stripe<V> extends Shard<V> {

    private static final VarHandle LAST_USER;

    static {
        try {
            LAST_USER = MethodHandles.lookup()
                    .findVarHandle(Stripe.class, "lastUser", long.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final StripeLock lock = new StripeLock();
    private final int mostLeftKiB;

    // Synchronization: opaque; written under the lock, a hint to everybody else.
    private long lastUser;

    Stripe(MemoryPool<V> pool) {
        super(pool, null);
        this.mostLeftKiB = pool.leftInStripeBytes() >>> 10;
    }

    void lock() {
        lock.lock();
    }

    /** Notes for which thread the stripe is locked now. */
    void usedBy(long threadId) {
        if (lastUser != threadId) {
            LAST_USER.setOpaque(this, threadId);
        }
    }

    boolean tryLock() {
        return lock.tryLock();
    }

    /** Locks, or has the holder collect what others have freed. */
    boolean tryLockOrCall() {
        return lock.tryLockOrCall();
    }

    /** Whether the calling thread has this stripe locked, and was called by code of others under the lock. */
    boolean isInForeignCodeOfCaller() {
        return lock.isInForeignCodeOfCaller();
    }

    @Override
    void beforeForeignCode() {
        lock.beforeForeignCode();
    }

    @Override
    void afterForeignCode() {
        lock.afterForeignCode();
    }

    /** Unlocks. Whoever found the lock held and called the holder may rely on what it left being collected. */
    void unlock() {
        boolean called = lock.unlock();
        while (called && lock.tryLockOrCall()) {
            try {
                collectRemote();
            } finally {
                called = lock.unlock();
            }
        }
    }

    @Override
    void freeFromOutside(SlabRun<V> run, V view, int index, int requested) {
        if ((long) LAST_USER.getOpaque(this) != Thread.currentThread().getId() || !lock.tryLock()) {
            leave(run, view, index, requested);
            return;
        }
        try {
            run.checkNotMarked(index);
            run.bin().free(run, view, index, requested);
        } finally {
            unlock();
        }
    }

    @Override
    boolean offer(SlabRun<V> run) {
        int queuedKiB = remote.push(run.place(), Integer.MAX_VALUE);
        if ((queuedKiB > mostLeftKiB || pool.isClosed()) && lock.tryLockOrCall()) {
            try {
                collectRemote();
            } finally {
                unlock();
            }
        }
        return true;
    }
}
