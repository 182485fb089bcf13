// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/**
 * Is told when a pool comes under pressure, and when that has ended: see {@link MemoryPool#onPressure}.
 *
 * <p><b>Thread safety.</b> It is called without any lock, on a thread that is made for such calls, by one thread at a time. What one call did is
 * seen by the next. It may block: then it alone is told late.
 *
 * <p><b>Errors.</b> What it throws is logged.
 */
@FunctionalInterface
public interface PressureListener {

    /**
     * The pressure has begun, or has ended. A listener first hears of a beginning, and then of an end and a beginning in turn; a pair of the two
     * that passes while it is busy it never hears of, but always of the state that lasts.
     *
     * @param underPressure whether the pool is under pressure now
     */
    void pressureChanged(boolean underPressure);
}
