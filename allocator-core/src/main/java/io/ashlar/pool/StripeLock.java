// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A lock for what takes a few nanoseconds and, rarely, a call to the OS. One compare-and-set locks it, one
 * exchange unlocks it: a waiting thread is not woken but looks again by itself, at first spinning, then parking for ever
 * longer. Hence no order among the waiters, and at most {@value #LONGEST_PARK_NANOS} ns too late. A virtual thread that parks leaves its carrier.
 *
 * <p>Reentrant only for code of others that is called under it: between {@link #beforeForeignCode} and {@link
 * #afterForeignCode} the holder may lock again. Happens-before: what one holder did is visible to the next.
 */
final class StripeLock {

    private static final int SPINS = 64;
    private static final long SHORTEST_PARK_NANOS = 1_000;
    private static final long LONGEST_PARK_NANOS = 100_000;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(int[].class);
    private static final int PADDING = 32;
    private static final int FREE = 0;
    private static final int HELD = 1;
    /** Held, and the holder is to look for work when it unlocks. */
    private static final int CALLED = 2;

    // Synchronization: compare-and-set to lock, exchange to unlock, through WORD. The padding keeps the one word
    // that is used off the cache lines of whatever lies beside it, such as another stripe.
    private final int[] words = new int[PADDING + 1 + PADDING];

    // Synchronization: none needed to compare it with the reading thread, since only that thread writes itself here.
    private @Nullable Thread inForeignCode;

    // Synchronization: both used by the holder only.
    private int foreignDepth;
    private int reentries;

    boolean tryLock() {
        return (int) WORD.getVolatile(words, PADDING) == FREE && WORD.compareAndSet(words, PADDING, FREE, HELD)
                || tryReenter();
    }

    /** Locks, or has the holder's {@link #unlock()} return true. What the caller wrote as volatile, the holder sees after that. */
    boolean tryLockOrCall() {
        while (true) {
            int seen = (int) WORD.getVolatile(words, PADDING);
            if (seen == FREE || inForeignCode == Thread.currentThread()) {
                if (tryLock()) {
                    return true;
                }
            } else if (seen == CALLED || WORD.compareAndSet(words, PADDING, HELD, CALLED)) {
                return false;
            }
        }
    }

    private boolean tryReenter() {
        if (inForeignCode != Thread.currentThread()) {
            return false;
        }
        reentries++;
        return true;
    }

    boolean isInForeignCodeOfCaller() {
        return inForeignCode == Thread.currentThread();
    }

    /** The holder is about to call code of others. May be nested. */
    void beforeForeignCode() {
        foreignDepth++;
        inForeignCode = Thread.currentThread();
    }

    void afterForeignCode() {
        if (--foreignDepth == 0) {
            inForeignCode = null;
        }
    }

    void lock() {
        for (int i = 0; i < SPINS; i++) {
            if (tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        long nanos = SHORTEST_PARK_NANOS;
        while (!tryLock()) {
            LockSupport.parkNanos(this, nanos);
            nanos = Math.min(2 * nanos, LONGEST_PARK_NANOS);
        }
    }

    /**
     * Unlocks.
     *
     * @return true if somebody has called the holder meanwhile: {@link #tryLockOrCall}
     */
    boolean unlock() {
        if (reentries > 0) {
            reentries--;
            return false;
        }
        return (int) WORD.getAndSet(words, PADDING, FREE) == CALLED;
    }
}
