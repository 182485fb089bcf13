// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import io.ashlar.pool.PoolStats;

/**
 * The figures of an {@link ObjectPool} of about one moment; exact when nobody uses it.
 *
 * @param capacity how many objects may be out at once; {@link ObjectPool#NO_CAPACITY} if only the limit of the memory counts
 * @param exhausted how many requests got no object, because none was left
 * @param waits how many requests had to wait
 * @param waitNanos how long they did, together; nanoseconds
 * @param memory the figures of the memory that the objects lie in: a block is an object
 */
public record ObjectPoolStats(int capacity, long exhausted, long waits, long waitNanos, PoolStats memory) {

    /**
     * The name of the pool.
     *
     * @return the name
     */
    public String name() {
        return memory.name();
    }

    /**
     * How many objects have been handed out so far.
     *
     * @return objects
     */
    public long acquired() {
        return memory.allocations();
    }

    /**
     * How many objects have come back so far.
     *
     * @return objects
     */
    public long released() {
        return memory.frees();
    }

    /**
     * How many objects are out.
     *
     * @return objects
     */
    public long outstanding() {
        return memory.outstanding();
    }
}
