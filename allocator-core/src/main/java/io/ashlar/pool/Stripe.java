// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A shard for all the threads that own none: used under its lock.
 *
 * <p>A lock of java.util.concurrent, since a virtual thread that waits for it leaves its carrier.
 */
final class Stripe<V> extends Shard<V> {

    private final ReentrantLock lock = new ReentrantLock();

    Stripe(MemoryPool<V> pool) {
        super(pool, null);
    }

    void lock() {
        lock.lock();
    }

    boolean tryLock() {
        return lock.tryLock();
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
    boolean freeFromOutside(Block<V> block) {
        if (!lock.tryLock()) {
            remote.push(block);
            if (!lock.tryLock()) {
                return true;
            }
            unlock();
            return true;
        }
        try {
            freeLocal(block);
        } finally {
            unlock();
        }
        return true;
    }
}
