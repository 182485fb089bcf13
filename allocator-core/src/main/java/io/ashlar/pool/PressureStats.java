// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/**
 * How a pool stands to its watermarks at about one moment.
 *
 * @param underPressure whether it is under pressure
 * @param usedBytes the bytes of outstanding blocks
 * @param lowBytes at how many used bytes pressure ends
 * @param highBytes at how many used bytes pressure begins
 * @param limitBytes the ceiling of the reserved bytes
 * @param times how often pressure has begun
 * @param totalNanos how long there has been pressure so far, in nanoseconds
 */
public record PressureStats(
        boolean underPressure,
        long usedBytes,
        long lowBytes,
        long highBytes,
        long limitBytes,
        long times,
        long totalNanos) {}
