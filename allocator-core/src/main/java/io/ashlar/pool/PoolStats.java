// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/**
 * The figures of a pool at about one moment: {@code requested <= used <= reserved <= limit} whenever nothing is being
 * allocated or freed meanwhile.
 *
 * <p>Pools that share regions: blocks, failures, requested, used and cached bytes are each pool's own. What a child calls reserved are the bytes
 * of its runs in the regions of the root, and those of its own children; the regions themselves are among the figures of the root alone.
 *
 * @param name the pool's name
 * @param source the kind of memory, see {@link io.ashlar.memory.MemorySource#kind()}
 * @param requestedBytes the bytes that callers asked for and still hold
 * @param usedBytes the bytes of outstanding blocks
 * @param cachedBytes the bytes of runs that are not used: free blocks of slabs, and large blocks that shards keep
 * @param childrenBytes the bytes that children call reserved
 * @param freeBytes the bytes of regions that are in no run; {@code used + cached + children + free = reserved}
 * @param reservedBytes the bytes of regions held from the source
 * @param peakReservedBytes the most that the reserved bytes have been
 * @param reservationBytes the bytes that nobody else gets; 0 of a pool without a parent
 * @param limitBytes the ceiling of the reserved bytes
 * @param headroomBytes what may still be obtained: what neither this limit, nor that of a parent, nor what was promised to others forbids
 * @param fragmentation what part of the free bytes lies outside of the longest free run of its region, from 0 to 1
 * @param outstanding the blocks that are handed out and not yet freed
 * @param allocations the blocks that were ever handed out
 * @param frees the blocks that were ever freed
 * @param remoteFrees those of them by another thread than the owner of their shard; of a stripe, by another
 *     than the one that used it last
 * @param misses the requests that found nothing at hand in their shard, and took a run from the regions, under their lock
 * @param returnedBytes the bytes of regions that were ever given back to the source
 * @param discardedBytes the bytes of free runs that ever went back to the operating system while their region stayed; those that
 *     were used again may do so once more. They remain reserved
 * @param failures the requests that were refused for want of memory
 * @param sourceFallbacks the regions that came from a substitute of the configured kind of memory
 * @param regions the regions held now
 * @param ownedShards the shards that are owned by a thread now
 * @param closed whether the pool was closed
 */
public record PoolStats(
        String name,
        String source,
        long requestedBytes,
        long usedBytes,
        long cachedBytes,
        long childrenBytes,
        long freeBytes,
        long reservedBytes,
        long peakReservedBytes,
        long reservationBytes,
        long limitBytes,
        long headroomBytes,
        double fragmentation,
        long outstanding,
        long allocations,
        long frees,
        long remoteFrees,
        long misses,
        long returnedBytes,
        long discardedBytes,
        long failures,
        long sourceFallbacks,
        int regions,
        int ownedShards,
        boolean closed) {

    /**
     * What part of the used bytes was not asked for.
     *
     * @return from 0 to 1; 0 if nothing is used
     */
    public double waste() {
        return usedBytes == 0 ? 0 : Math.max(0, 1 - requestedBytes / (double) usedBytes);
    }

    /**
     * What part of the blocks ever handed out was at hand, without asking the regions for a run.
     *
     * @return from 0 to 1; 1 if none was handed out
     */
    public double hitRatio() {
        return allocations == 0 ? 1 : Math.max(0, 1 - misses / (double) allocations);
    }
}
