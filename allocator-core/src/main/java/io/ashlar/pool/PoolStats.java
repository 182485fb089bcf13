// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/**
 * The figures of a pool at about one moment: {@code requested <= used <= reserved <= limit} whenever nothing is being
 * allocated or freed meanwhile.
 *
 * @param name the pool's name
 * @param source the kind of memory, see {@link io.ashlar.memory.MemorySource#kind()}
 * @param requestedBytes the bytes that callers asked for and still hold
 * @param usedBytes the bytes of outstanding blocks
 * @param reservedBytes the bytes of regions held from the source
 * @param limitBytes the ceiling of the reserved bytes
 * @param outstanding the blocks that are handed out and not yet freed
 * @param allocations the blocks that were ever handed out
 * @param frees the blocks that were ever freed
 * @param remoteFrees those of them by another thread than the owner of their shard; of a stripe, by another
 *     than the one that used it last
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
        long reservedBytes,
        long limitBytes,
        long outstanding,
        long allocations,
        long frees,
        long remoteFrees,
        long failures,
        long sourceFallbacks,
        int regions,
        int ownedShards,
        boolean closed) {}
