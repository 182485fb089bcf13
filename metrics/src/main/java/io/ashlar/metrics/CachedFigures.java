// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Figures that are dear to find out: they are found out anew when somebody asks after a while. */
final class CachedFigures<S> implements Supplier<S> {

    private final Supplier<S> figures;
    private final long nanos;
    // Synchronization: guarded by this.
    private @Nullable S last;
    // Synchronization: guarded by this.
    private long since;

    CachedFigures(Supplier<S> figures, long nanos) {
        this.figures = figures;
        this.nanos = nanos;
    }

    @Override
    public synchronized S get() {
        long now = System.nanoTime();
        S known = last;
        if (known == null || now - since >= nanos) {
            known = figures.get();
            last = known;
            since = now;
        }
        return known;
    }
}
