// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue from one thread to one other. A slot is empty or full; neither thread looks at the other's index.
 *
 * @param <T> what is handed over
 */
final class Exchange<T> {

    private static final int SPINS = 100;

    /** Indices are spread, so that neighbouring entries do not share a cache line. */
    private static final int STRIDE = 16;

    // Synchronization: release on write, acquire on read; one thread fills, one empties.
    private final AtomicReferenceArray<@Nullable T> slots;
    private final int mask;

    private int nextPut;
    private int nextTake;

    /**
     * Makes an empty one.
     *
     * @param capacity how much it holds: a power of two
     */
    Exchange(int capacity) {
        slots = new AtomicReferenceArray<>(capacity * STRIDE);
        mask = capacity * STRIDE - 1;
    }

    /** Waits until there is room. */
    void put(T item) {
        int at = nextPut & mask;
        for (int spins = 0; slots.getAcquire(at) != null; spins++) {
            pause(spins);
        }
        slots.setRelease(at, item);
        nextPut += STRIDE;
    }

    /** Waits until there is something. */
    T take() {
        int at = nextTake & mask;
        T item = slots.getAcquire(at);
        for (int spins = 0; item == null; spins++) {
            pause(spins);
            item = slots.getAcquire(at);
        }
        slots.setRelease(at, null);
        nextTake += STRIDE;
        return item;
    }

    private static void pause(int spins) {
        if (spins < SPINS) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }
}
