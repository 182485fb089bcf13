// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.pool.PoolStats;
import io.micrometer.common.docs.KeyName;
import java.util.Arrays;
import java.util.List;

/**
 * The meters of one allocator: names, units, and what each of them says.
 *
 * <p>At any quiet moment requested ≤ used ≤ reserved ≤ peak ≤ limit, used + cached + children + free = reserved, and outstanding = allocations − frees.
 */
public enum AllocatorMeters implements FigureMeter<PoolStats> {
    /** Bytes that callers asked for, of all outstanding buffers. */
    REQUESTED(Figure.bytes("requested", "Bytes that callers asked for", PoolStats::requestedBytes)),

    /** Bytes of the blocks that outstanding buffers are bound to. What exceeds requested is internal waste. */
    USED(Figure.bytes("used", "Bytes in outstanding blocks", PoolStats::usedBytes)),

    /** Bytes that shards hold and nobody uses: free blocks of slabs, and large blocks that are kept. */
    CACHED(Figure.bytes("cached", "Bytes that shards hold for the next requests", PoolStats::cachedBytes)),

    /** Bytes of all regions held from the operating system; of a child, of what it has of its parent's. */
    RESERVED(Figure.bytes("reserved", "Bytes of regions held from the OS", PoolStats::reservedBytes)),

    /** The most that {@link #RESERVED} has been. */
    PEAK(Figure.bytes("peak", "The most bytes of regions held so far", PoolStats::peakReservedBytes)),

    /** The ceiling of reserved: what exceeds it is refused. */
    LIMIT(Figure.bytes("limit", "The most bytes of regions that may be held", PoolStats::limitBytes)),

    /** What is left of the limit; of a child, no more than its parent has left for it. */
    HEADROOM(Figure.bytes("headroom", "Bytes of regions that may still be obtained", PoolStats::headroomBytes)),

    /** Buffers handed out and not yet returned. An idle server whose value keeps rising leaks. */
    OUTSTANDING(
            Figure.gauge("outstanding", "buffers", "Buffers handed out and not yet returned", PoolStats::outstanding)),

    /** Buffers handed out since the allocator was made. */
    ALLOCATIONS(Figure.counter("allocations", "Buffers handed out", PoolStats::allocations)),

    /** Buffers returned since the allocator was made. */
    FREES(Figure.counter("frees", "Buffers returned", PoolStats::frees)),

    /** Those of {@link #FREES} that came from a thread that does not own the block's shard. */
    REMOTE_FREES(Figure.counter("remote.frees", "Buffers returned by another thread", PoolStats::remoteFrees)),

    /** Requests that could not be served. */
    FAILURES(Figure.counter("failures", "Requests that could not be served", PoolStats::failures)),

    /** Bytes of regions that are in no slab and no large block. */
    FREE(Figure.bytes("free", "Bytes of regions that nothing was cut from", PoolStats::freeBytes)),

    /** Bytes that the children of the allocator have of its regions: what each of them calls reserved. */
    CHILDREN(Figure.bytes("children", "Bytes of regions that child allocators have", PoolStats::childrenBytes)),

    /** Bytes that nobody but this child gets, neither its parent nor another child. */
    RESERVATION(
            Figure.bytes("reservation", "Bytes that are promised to a child allocator", PoolStats::reservationBytes)),

    /** What part of {@link #USED} was not asked for, from 0 to 1. */
    INTERNAL_FRAGMENTATION(Figure.gauge(
            "fragmentation.internal", null, "Part of the used bytes that nobody asked for", PoolStats::waste)),

    /** What part of {@link #FREE} lies outside of the longest free run of its region, from 0 to 1. */
    EXTERNAL_FRAGMENTATION(Figure.gauge(
            "fragmentation.external",
            null,
            "Part of the free bytes outside of each region's longest free run",
            PoolStats::fragmentation)),

    /** Requests that found nothing at hand in their shard, and took memory from the regions, under a lock. */
    MISSES(Figure.counter("misses", "Requests that took memory from the regions", PoolStats::misses)),

    /** What part of all {@link #ALLOCATIONS} were no {@link #MISSES}, from 0 to 1. */
    HIT_RATIO(
            Figure.gauge("hit.ratio", null, "Part of all requests served from what was at hand", PoolStats::hitRatio)),

    /** Bytes of regions that went back to the operating system. */
    RETURNED(Figure.counter("returned", "bytes", "Bytes of regions given back to the OS", PoolStats::returnedBytes)),

    /** Bytes of free runs that went back to the operating system while their regions stay, where that was asked for. They remain {@link #RESERVED}. */
    DISCARDED(Figure.counter(
            "discarded", "bytes", "Bytes of free runs given back while their regions stay", PoolStats::discardedBytes)),

    /** Regions that came from a substitute of the kind of memory that was configured. */
    SOURCE_FALLBACKS(Figure.counter(
            "source.fallbacks", "Regions that came from a substitute source", PoolStats::sourceFallbacks)),

    /** Regions held from the operating system. */
    REGIONS(Figure.gauge("regions", null, "Regions held from the OS", PoolStats::regions)),

    /** Shards that an event loop thread owns at the moment. */
    SHARDS(Figure.gauge("shards", null, "Shards owned by event loop threads", PoolStats::ownedShards));

    private static final String PREFIX = "ashlar.allocator.";

    private final Figure<PoolStats> figure;

    AllocatorMeters(Figure<PoolStats> figure) {
        this.figure = figure.under(PREFIX);
    }

    /**
     * The meters of a level.
     *
     * @param level how much is wanted
     * @return the meters, in the order of this enum
     */
    public static List<AllocatorMeters> of(MeterLevel level) {
        return Arrays.stream(values())
                .filter(meter -> level == MeterLevel.DETAILED || meter.compareTo(FAILURES) <= 0)
                .toList();
    }

    @Override
    public Figure<PoolStats> figure() {
        return figure;
    }

    @Override
    public String getPrefix() {
        return PREFIX;
    }

    @Override
    public KeyName[] getKeyNames() {
        return Key.values();
    }

    /** The keys of the tags that each of the meters carries. */
    public enum Key implements KeyName {
        /** The allocator's name, as it was given to its builder: the same after each restart. */
        NAME("name"),

        /** The kind of memory that regions come from, such as {@code mapped}; {@code heap} for the pool of heap buffers. */
        KIND("kind");

        private final String key;

        Key(String key) {
            this.key = key;
        }

        @Override
        public String asString() {
            return key;
        }
    }
}
