// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/**
 * The figures of one shard of a pool at about one moment.
 *
 * @param name the name of the thread that owns it, or {@code "stripe-<number>"}
 * @param owned whether a thread owns it; a stripe serves all threads that own none
 * @param allocations the blocks that were ever handed out from its slabs and of the large blocks that it kept; a large block that comes straight
 *     from the regions counts in no shard
 * @param frees the blocks of its own that its owner has freed; of a stripe, those that were freed under its lock
 * @param remoteFrees the blocks of other shards that its owner has freed, if the pool can tell: {@link MemoryPoolBuilder#ownShard}
 * @param slabBytes the bytes of its slabs
 * @param cachedBytes the bytes of large blocks that it keeps for the next requests
 */
public record ShardStats(
        String name, boolean owned, long allocations, long frees, long remoteFrees, long slabBytes, long cachedBytes) {

    /**
     * The figures of two shards together.
     *
     * @param other the other shard
     * @return the sums, under this one's name
     */
    public ShardStats plus(ShardStats other) {
        return new ShardStats(
                name,
                owned,
                allocations + other.allocations,
                frees + other.frees,
                remoteFrees + other.remoteFrees,
                slabBytes + other.slabBytes,
                cachedBytes + other.cachedBytes);
    }
}
