// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.MemorySource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The checked values that a pool is built with.
 *
 * <p>What counts as small follows the region: a slab takes at most a 64th of it, and a block at most an eighth of a slab.
 * With the largest default region, 16 MiB, that is 256 KiB and 32 KiB.
 *
 * <p>On a small machine everything follows the limit: the default region is about a 16th of it, from 1 to 16 MiB. But slabs are as long as if
 * the region were 16 MiB, or the limit: what lies in slabs elsewhere does so there as well. What shards may keep idle is so little that that of
 * all of them, whose number follows the processors, is a small part of the limit.
 */
record PoolConfig(
        String name,
        MemorySource source,
        long limit,
        int regionSize,
        int longestRunBytes,
        int stripes,
        long trimAfterNanos,
        Watermarks watermarks,
        boolean discardFreeRuns) {

    private static final int LARGEST_DEFAULT_REGION = 16 << 20;
    private static final int SMALLEST_DEFAULT_REGION = 1 << 20;
    private static final int DEFAULT_REGIONS_PER_LIMIT = 16;

    static final Duration DEFAULT_TRIM_AFTER = Duration.ofSeconds(5);

    private static final Duration SHORTEST_TRIM_AFTER = Duration.ofMillis(10);
    private static final Duration LONGEST_TRIM_AFTER = Duration.ofDays(1);
    private static final int SMALLEST_REGION = 64 << 10;
    private static final int LARGEST_REGION = 1 << 30;
    private static final int MOST_STRIPES = 256;
    private static final int RUNS_PER_REGION = 64;
    private static final int BLOCKS_PER_RUN = 8;
    private static final int LARGE_CACHES_PER_REGION = 4;
    private static final int SPARE_RUNS = 4;
    private static final int LEFT_PER_LIMIT = 16;
    // Of the limit, for each processor. There are about two owned shards and two stripes for each.
    private static final int LARGE_CACHES_PER_LIMIT = 8;
    private static final int SPARES_PER_LIMIT = 32;

    static PoolConfig check(
            String name,
            MemorySource source,
            long limit,
            @Nullable Integer askedRegionSize,
            int stripes,
            Duration trimAfter,
            @Nullable Watermarks watermarks,
            boolean discardFreeRuns) {
        if (name == null || name.isBlank()) {
            throw new AllocatorConfigException("name=\"" + name + "\" is blank: metrics need it to tell pools apart");
        }
        if (source == null) {
            throw new AllocatorConfigException("source=null: where would regions come from?");
        }
        if (limit < SMALLEST_REGION) {
            throw new AllocatorConfigException("limit=" + limit + " bytes is less than the smallest region, "
                    + SMALLEST_REGION + " bytes: was it given in KiB or MiB?");
        }
        int regionSize = askedRegionSize == null ? defaultRegionSize(limit) : askedRegionSize;
        if (!isPowerOfTwo(regionSize) || regionSize < SMALLEST_REGION || regionSize > LARGEST_REGION) {
            throw new AllocatorConfigException("regionSize=" + regionSize + " bytes is not a power of two from "
                    + SMALLEST_REGION + " to " + LARGEST_REGION);
        }
        if (!isPowerOfTwo(stripes) || stripes > MOST_STRIPES) {
            throw new AllocatorConfigException(
                    "stripes=" + stripes + " is not a power of two from 1 to " + MOST_STRIPES);
        }
        if (trimAfter == null
                || !trimAfter.isZero()
                        && (trimAfter.compareTo(SHORTEST_TRIM_AFTER) < 0
                                || trimAfter.compareTo(LONGEST_TRIM_AFTER) > 0)) {
            throw new AllocatorConfigException("trimAfter=" + trimAfter + " is not from " + SHORTEST_TRIM_AFTER + " to "
                    + LONGEST_TRIM_AFTER + ", nor " + Duration.ZERO + ", which means never");
        }
        int fitting = (int) Math.min(regionSize, Long.highestOneBit(limit));
        long whole = askedRegionSize == null ? Math.min(LARGEST_DEFAULT_REGION, Long.highestOneBit(limit)) : fitting;
        int longestRun = (int) Math.max(Region.SMALLEST_RUN, whole / RUNS_PER_REGION);
        return new PoolConfig(
                name,
                source,
                limit,
                fitting,
                longestRun,
                stripes,
                trimAfter.toNanos(),
                Watermarks.check(watermarks, limit),
                discardFreeRuns);
    }

    /** The same for a pool that takes its runs from the regions of another one. */
    PoolConfig childOf(String parent, int regionBytes, int longest) {
        return new PoolConfig(
                parent + "/" + name,
                source,
                limit,
                Math.min(regionSize, regionBytes),
                Math.min(longestRunBytes, longest),
                stripes,
                trimAfterNanos,
                watermarks,
                discardFreeRuns);
    }

    private static int defaultRegionSize(long limit) {
        long part = Long.highestOneBit(limit / DEFAULT_REGIONS_PER_LIMIT);
        return (int) Math.min(LARGEST_DEFAULT_REGION, Math.max(SMALLEST_DEFAULT_REGION, part));
    }

    /** Two per processor: threads choose by their number, and with fewer two that run at once too often choose the same. */
    static int defaultStripes() {
        return Math.min(MOST_STRIPES, LargeBlocks.ceilingPowerOfTwo(2 * processors()));
    }

    /** How many threads run at once, about; at least two. */
    static int processors() {
        return Math.max(2, Runtime.getRuntime().availableProcessors());
    }

    int largestSmall() {
        return longestRunBytes() / BLOCKS_PER_RUN;
    }

    /** The large blocks that one shard keeps: a quarter of a region, or less if the limit is small; a quarter of that may wait. */
    int largeCacheBytes(int processors) {
        return (int) Math.min(regionSize / LARGE_CACHES_PER_REGION, limit / LARGE_CACHES_PER_LIMIT / processors);
    }

    /** The empty slabs that one shard keeps, besides one of each class: four of the longest, or less if the limit is small. */
    int spareBytes(int processors) {
        return (int) Math.min((long) SPARE_RUNS * longestRunBytes, limit / SPARES_PER_LIMIT / processors);
    }

    /** The slabs with freed blocks that may wait in the queue of one stripe: four, or less if the limit is small. */
    int leftInStripeBytes() {
        return (int) Math.min(4L * longestRunBytes(), limit / LEFT_PER_LIMIT / stripes);
    }

    private static boolean isPowerOfTwo(int value) {
        return value > 0 && (value & (value - 1)) == 0;
    }
}
