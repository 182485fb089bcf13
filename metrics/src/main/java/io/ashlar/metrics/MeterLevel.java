// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

/** How much of an allocator a registry gets. */
public enum MeterLevel {
    /** What a service watches all the time: a dozen series. */
    SUMMARY,

    /**
     * Everything: the heap buffers' pool too, each size class and each shard. About 300 series, and five more for each event loop and
     * each stripe; for who looks closer.
     */
    DETAILED
}
