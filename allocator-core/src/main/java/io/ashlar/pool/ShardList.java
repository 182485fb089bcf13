// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.StampedLock;
import java.util.function.BiFunction;

/**
 * The owned shards of a pool, and the sums of those that have retired.
 *
 * <p>Synchronization: both fields change under the write lock. A scrape reads them optimistically and starts again when
 * they changed meanwhile, so that no event loop ever waits for a scrape.
 */
final class ShardList<V> {

    private static final int OPTIMISTIC_TRIES = 64;

    private final StampedLock lock = new StampedLock();
    private volatile List<OwnedShard<V>> shards = List.of();
    private final Totals retired;

    ShardList(int sizeClasses) {
        retired = new Totals(sizeClasses);
    }

    /** The shards of the moment. */
    List<OwnedShard<V>> snapshot() {
        return shards;
    }

    void add(OwnedShard<V> shard) {
        long stamp = lock.writeLock();
        try {
            List<OwnedShard<V>> more = new ArrayList<>(shards);
            more.add(shard);
            shards = List.copyOf(more);
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /** Removes a shard that has retired, and keeps what it counted. */
    void remove(OwnedShard<V> shard) {
        long stamp = lock.writeLock();
        try {
            List<OwnedShard<V>> fewer = new ArrayList<>(shards);
            fewer.remove(shard);
            shards = List.copyOf(fewer);
            shard.addFreesTo(retired);
            shard.addRequestedFreedTo(retired);
            shard.addRequestedAllocatedTo(retired);
            shard.addAllocationsTo(retired);
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /** Adds up what the shards of the moment count and those that have retired have counted; again if one of them retires meanwhile. */
    <T> T sum(BiFunction<List<OwnedShard<V>>, Totals, T> sum) {
        for (int i = 0; i < OPTIMISTIC_TRIES; i++) {
            long stamp = lock.tryOptimisticRead();
            T sums = sum.apply(shards, retired);
            if (lock.validate(stamp)) {
                return sums;
            }
            Thread.onSpinWait();
        }
        long stamp = lock.readLock();
        try {
            return sum.apply(shards, retired);
        } finally {
            lock.unlockRead(stamp);
        }
    }
}
