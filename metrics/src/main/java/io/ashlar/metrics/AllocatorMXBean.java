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
     * The ceiling of the reserved bytes.
     *
     * @return bytes
     */
    long getLimitBytes();

    /**
     * Buffers handed out and not yet returned.
     *
     * @return buffers
     */
    long getOutstanding();

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
