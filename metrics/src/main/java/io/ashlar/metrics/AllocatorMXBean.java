// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

/**
 * An allocator as JMX shows it, under {@code io.ashlar:type=Allocator,name="<name>"}. The figures of direct buffers, as {@link AllocatorMeters} explains
 * them.
 */
public interface AllocatorMXBean {

    /**
     * The name that the allocator was given.
     *
     * @return the name
     */
    String getName();

    /**
     * What callers asked for, of all outstanding buffers.
     *
     * @return bytes
     */
    long getRequestedBytes();

    /**
     * The blocks that outstanding buffers are bound to.
     *
     * @return bytes
     */
    long getUsedBytes();

    /**
     * The regions held from the operating system.
     *
     * @return bytes
     */
    long getReservedBytes();

    /**
     * The runs that shards hold for the next requests.
     *
     * @return bytes
     */
    long getCachedBytes();

    /**
     * The most that the reserved bytes have been.
     *
     * @return bytes
     */
    long getPeakReservedBytes();

    /**
     * The ceiling of the reserved bytes.
     *
     * @return bytes
     */
    long getLimitBytes();

    /**
     * What may still be reserved: what is left of the limit, and of a child no more than its parent has left for it.
     *
     * @return bytes
     */
    long getHeadroomBytes();

    /**
     * What child allocators have of the reserved bytes.
     *
     * @return bytes
     */
    long getChildrenBytes();

    /**
     * What nobody but this allocator gets, if it is a child.
     *
     * @return bytes
     */
    long getReservationBytes();

    /**
     * What went back to the operating system of regions that stay.
     *
     * @return bytes, since the allocator was made
     */
    long getDiscardedBytes();

    /**
     * Whether the allocator is under pressure.
     *
     * @return true from when the high watermark is reached until the used bytes are down to the low one
     */
    boolean isUnderPressure();

    /**
     * The used bytes, those of child allocators too, at which pressure ends.
     *
     * @return bytes
     */
    long getLowWatermarkBytes();

    /**
     * The used bytes, those of child allocators too, at which pressure begins.
     *
     * @return bytes
     */
    long getHighWatermarkBytes();

    /**
     * How often pressure has begun.
     *
     * @return times, since the allocator was made
     */
    long getPressureTimes();

    /**
     * How long there has been pressure.
     *
     * @return milliseconds, since the allocator was made
     */
    long getPressureMillis();

    /**
     * Channels that do not read because of pressure.
     *
     * @return channels
     */
    int getPausedChannels();

    /**
     * Heap buffers that were handed out in place of direct ones that were not to be had.
     *
     * @return buffers, since the allocator was made
     */
    long getHeapFallbacks();

    /**
     * Buffers handed out and not yet returned.
     *
     * @return buffers
     */
    long getOutstanding();

    /**
     * Buffers handed out since the allocator was made.
     *
     * @return buffers
     */
    long getAllocations();

    /**
     * Buffers returned since the allocator was made.
     *
     * @return buffers
     */
    long getFrees();

    /**
     * Those of the frees that came from a thread that does not own the block's shard.
     *
     * @return buffers
     */
    long getRemoteFrees();

    /**
     * Requests that could not be served.
     *
     * @return requests
     */
    long getFailures();

    /** Gives back what is idle. */
    void trim();

    /**
     * All figures, by size class too, of direct and of heap buffers.
     *
     * @return a text for people
     */
    String dump();
}
