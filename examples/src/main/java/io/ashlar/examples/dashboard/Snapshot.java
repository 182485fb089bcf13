// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.dashboard;

import java.util.List;

/**
 * What the dashboard knows of an allocator and its server at about one moment. As JSON it is what {@code /dashboard/data} says: the
 * names of the components are the names there. Rates are left to the reader, who has two of these.
 *
 * @param name the allocator's name
 * @param source the kind of its memory
 * @param closed whether the allocator was closed
 * @param nanos when this was read, in nanoseconds since some moment; only differences mean something
 * @param memory the stack of its memory
 * @param pressure how it stands to its watermarks
 * @param counts what it has done, and refused to do
 * @param latency how long the server's requests took
 * @param sizeClasses the size classes, the smallest first
 * @param regions the regions and what lies in them
 * @param ages outstanding blocks by age, the youngest first
 */
public record Snapshot(
        String name,
        String source,
        boolean closed,
        long nanos,
        Memory memory,
        Pressure pressure,
        Counts counts,
        Latency latency,
        List<SizeClass> sizeClasses,
        List<Region> regions,
        List<Age> ages) {

    /**
     * Bytes: {@code requested <= used}, {@code used + cached + free = reserved <= limit} while nobody allocates.
     *
     * @param requested what callers asked for
     * @param used outstanding blocks
     * @param cached runs that are not used: free blocks of slabs, and large blocks that shards keep
     * @param free regions that are in no run
     * @param reserved regions
     * @param peakReserved the most that regions ever were
     * @param limit the ceiling of the reserved bytes
     */
    public record Memory(
            long requested, long used, long cached, long free, long reserved, long peakReserved, long limit) {}

    /**
     * Pressure, from when used bytes have reached the high watermark until they are down to the low one.
     *
     * @param now whether there is pressure
     * @param low at how many used bytes it ends
     * @param high at how many used bytes it begins
     * @param times how often it has begun
     * @param nanos how long there was pressure in all, in nanoseconds
     * @param pausedChannels channels that do not read because of it
     */
    public record Pressure(boolean now, long low, long high, long times, long nanos, int pausedChannels) {}

    /**
     * Blocks since the allocator was made; {@code outstanding} now.
     *
     * @param outstanding handed out and not freed
     * @param allocations ever handed out
     * @param frees ever freed
     * @param remoteFrees of these, by another thread than the owner's
     * @param failures requests for a block that were refused
     */
    public record Counts(long outstanding, long allocations, long frees, long remoteFrees, long failures) {}

    /**
     * A histogram of the server's requests since it was started.
     *
     * @param count requests
     * @param buckets how many of them took no longer than so many nanoseconds, in rising order; each counts the ones before it, too
     */
    public record Latency(long count, List<Bucket> buckets) {}

    /**
     * One bucket.
     *
     * @param upTo nanoseconds
     * @param count requests that took no longer
     */
    public record Bucket(long upTo, long count) {}

    /**
     * A size class.
     *
     * @param blockBytes the length of its blocks
     * @param outstanding its blocks that are handed out
     * @param slabBytes the bytes of its slabs
     * @param occupancy the part of these that is handed out, from 0 to 1
     */
    public record SizeClass(int blockBytes, long outstanding, long slabBytes, double occupancy) {}

    /**
     * A region.
     *
     * @param bytes its length
     * @param dedicated whether it serves a single block that is larger than regions are
     * @param parts what lies in it, in the order of the offsets; together all of it
     */
    public record Region(long bytes, boolean dedicated, List<Part> parts) {}

    /**
     * A part of a region.
     *
     * @param kind what it serves for: {@code free}, {@code slab}, {@code large}, or {@code bump} for a request arena
     * @param offset where it begins, in bytes
     * @param bytes its length
     */
    public record Part(String kind, long offset, long bytes) {}

    /**
     * Blocks of about the same age, as a sample has them.
     *
     * @param upTo no older than so many nanoseconds, and older than the entry before allows; 0 for the rest
     * @param samples sampled blocks
     * @param blocks about how many of the outstanding blocks these stand for
     */
    public record Age(long upTo, long samples, long blocks) {}
}
