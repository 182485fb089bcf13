// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Mapped memory, which notes how much of it was held at the most: apart from what the pool believes. */
final class PeakSource implements MemorySource {

    private final MemorySource mapped = MemorySource.mapped();
    private final AtomicLong peak = new AtomicLong();

    @Override
    public String kind() {
        return "watched";
    }

    @Override
    public @Nullable MemoryRegion tryAcquire(Layout layout) {
        MemoryRegion region = mapped.tryAcquire(layout);
        peak.accumulateAndGet(mapped.reserved(), Math::max);
        return region;
    }

    @Override
    public long reserved() {
        return mapped.reserved();
    }

    long most() {
        return peak.get();
    }
}
