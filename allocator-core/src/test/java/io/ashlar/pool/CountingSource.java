// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A heap source that counts its calls and refuses the ones it is told to. */
final class CountingSource implements MemorySource {

    private final MemorySource heap = MemorySource.heap();
    final AtomicInteger calls = new AtomicInteger();
    volatile int refuseFromCall = Integer.MAX_VALUE;
    volatile int refuseUntilCall = Integer.MAX_VALUE;

    @Override
    public String kind() {
        return "counting";
    }

    @Override
    public @Nullable MemoryRegion tryAcquire(Layout layout) {
        int call = calls.incrementAndGet();
        return call >= refuseFromCall && call < refuseUntilCall ? null : heap.tryAcquire(layout);
    }

    @Override
    public long reserved() {
        return heap.reserved();
    }
}
