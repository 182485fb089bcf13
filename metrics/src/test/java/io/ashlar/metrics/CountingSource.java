// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A source that keeps its own books, independent of what the allocator says, and claims a number of fallbacks. */
final class CountingSource implements MemorySource {

    static final long FALLBACKS = 3;

    private final MemorySource memory = MemorySource.direct();
    private final List<MemoryRegion> handedOut = new CopyOnWriteArrayList<>();

    @Override
    public String kind() {
        return "counting";
    }

    @Override
    public @Nullable MemoryRegion tryAcquire(Layout layout) {
        MemoryRegion region = memory.tryAcquire(layout);
        if (region != null) {
            handedOut.add(region);
        }
        return region;
    }

    @Override
    public long reserved() {
        return open().stream().mapToLong(MemoryRegion::size).sum();
    }

    @Override
    public long fallbacks() {
        return FALLBACKS;
    }

    /** The regions that were handed out and not closed. */
    List<MemoryRegion> open() {
        return handedOut.stream().filter(region -> !region.isClosed()).toList();
    }
}
