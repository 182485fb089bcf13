// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/** A shard for all the threads that own none: used under its lock. */
final class Stripe<V> extends Shard<V> {

    private final StripeLock lock = new StripeLock();

    Stripe(MemoryPool<V> pool) {
        super(pool, null);
    }

    void lock() {
        lock.lock();
    }

    boolean tryLock() {
        return lock.tryLock();
    }

    @Override
    void beforeForeignCode() {
        lock.beforeForeignCode();
    }

    @Override
    void afterForeignCode() {
        lock.afterForeignCode();
    }

    /**
     * Unlocks, and then collects what others had to leave because the lock was held. Whoever leaves a block tries the
     * lock afterwards; so either it gets the lock, or the holder it lost to has yet to come by here.
     */
    void unlock() {
        lock.unlock();
        while (!remote.isEmpty() && lock.tryLock()) {
            try {
                collectRemote();
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    void freeFromOutside(SlabRun<V> run, V view, int index, int requested) {
        if (!lock.tryLock()) {
            leave(run, view, index, requested);
            return;
        }
        try {
            run.bin().free(run, view, index, requested);
        } finally {
            unlock();
        }
    }

    @Override
    boolean offer(SlabRun<V> run) {
        remote.push(run);
        if (lock.tryLock()) {
            unlock();
        }
        return true;
    }
}
