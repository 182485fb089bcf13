// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters with one writer and any number of readers.
 *
 * <p>Synchronization: written by one thread at a time, the owner of the counters, as opaque stores, which cost what plain
 * ones do; read by any thread as opaque loads. So a reader sees each counter whole and, after a moment, in its newest
 * state, but not all of them at one instant. The padding keeps two owners' counters off each other's cache lines.
 */
abstract class PaddedCounters {

    private static final VarHandle LONG = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PADDING = 16;

    private final long[] values;

    PaddedCounters(int count) {
        values = new long[PADDING + count + PADDING];
    }

    final void add(int index, long delta) {
        LONG.setOpaque(values, PADDING + index, values[PADDING + index] + delta);
    }

    final long get(int index) {
        return (long) LONG.getOpaque(values, PADDING + index);
    }
}
