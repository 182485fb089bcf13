// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

/**
 * What an allocator says about itself at one moment; {@link #UNKNOWN} for what it cannot tell.
 *
 * @param requested bytes that callers asked for
 * @param used bytes in outstanding blocks
 * @param reserved bytes held from the operating system
 * @param outstanding buffers handed out and not yet returned
 */
record MemoryReading(long requested, long used, long reserved, long outstanding) {

    static final long UNKNOWN = -1;

    static final MemoryReading NOTHING = new MemoryReading(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);

    /** The larger of each two figures. */
    MemoryReading max(MemoryReading other) {
        return new MemoryReading(
                Math.max(requested, other.requested),
                Math.max(used, other.used),
                Math.max(reserved, other.reserved),
                Math.max(outstanding, other.outstanding));
    }
}
