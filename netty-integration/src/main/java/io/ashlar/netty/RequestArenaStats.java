// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import java.util.Arrays;

/**
 * The figures of an allocator's request arenas.
 *
 * @param name the allocator's name
 * @param open requests that have begun and not ended
 * @param requests requests that have ended
 * @param escapes of these, those with buffers that were still in use
 * @param escapedBuffers how many buffers these were altogether
 * @param budgetHits how often a buffer was refused because of a request's budget
 * @param usedBytes what the requests that have ended used of their budgets altogether, in bytes
 * @param retainedRuns runs that event loops keep for later requests: with their buffer objects, without memory
 * @param buckets how many requests used how much: bucket 0 counts those that used nothing, bucket n those that used less than
 *     2<sup>n</sup> bytes and no less than half of that
 */
public record RequestArenaStats(
        String name,
        long open,
        long requests,
        long escapes,
        long escapedBuffers,
        long budgetHits,
        long usedBytes,
        long retainedRuns,
        long[] buckets) {

    /** How many {@link #buckets} there are; the last counts everything above, too. */
    public static final int BUCKETS = 32;

    /** A copy: nobody changes the figures of others. */
    @Override
    public long[] buckets() {
        return buckets.clone();
    }

    static int bucketOf(long bytes) {
        return Math.min(BUCKETS - 1, Long.SIZE - Long.numberOfLeadingZeros(bytes));
    }

    @Override
    public String toString() {
        return "RequestArenaStats[name=" + name + ", open=" + open + ", requests=" + requests + ", escapes=" + escapes
                + ", escapedBuffers=" + escapedBuffers + ", budgetHits=" + budgetHits + ", usedBytes=" + usedBytes
                + ", retainedRuns=" + retainedRuns + ", buckets="
                + Arrays.toString(buckets) + "]";
    }
}
