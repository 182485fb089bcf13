// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A heap source whose regions run a hook before they do what is asked of them. A hook that throws stands for memory that
 * an I/O operation is using, for a failing call to the OS, or for a Java heap that is full at an awkward moment.
 */
final class HookedSource implements MemorySource {

    static final Runnable NOTHING = () -> {};

    /** What the JDK says when a region is closed that an I/O operation is using. */
    static final Runnable IN_USE = () -> {
        throw new IllegalStateException("in use");
    };

    static final Runnable HEAP_IS_FULL = () -> {
        throw new OutOfMemoryError("Java heap space");
    };

    private final MemorySource heap = MemorySource.heap();
    // Synchronization: volatile; set by the test, run by whatever thread uses a region.
    volatile Runnable onClose = NOTHING;
    volatile Runnable onAddress = NOTHING;
    volatile Runnable onSize = NOTHING;

    @Override
    public String kind() {
        return "hooked";
    }

    @Override
    public long reserved() {
        return heap.reserved();
    }

    @Override
    public @Nullable MemoryRegion tryAcquire(Layout layout) {
        MemoryRegion region = heap.tryAcquire(layout);
        return region == null ? null : new HookedRegion(region);
    }

    private final class HookedRegion implements MemoryRegion {

        private final MemoryRegion region;

        HookedRegion(MemoryRegion region) {
            this.region = region;
        }

        @Override
        public int size() {
            onSize.run();
            return region.size();
        }

        @Override
        public int alignment() {
            return region.alignment();
        }

        @Override
        public long address() {
            onAddress.run();
            return region.address();
        }

        @Override
        public ByteBuffer buffer() {
            return region.buffer();
        }

        @Override
        public boolean isClosed() {
            return region.isClosed();
        }

        @Override
        public void close() {
            onClose.run();
            region.close();
        }
    }
}
