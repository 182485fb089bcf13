// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the sources that really obtain memory have in common: they count the bytes that are out. */
abstract sealed class CountedMemorySource implements MemorySource
        permits DirectMemorySource, HeapMemorySource, MappedMemorySource {

    private final String kind;
    // Synchronization: atomic. Raised after the memory was obtained, lowered by a region after the memory went back.
    private final AtomicLong reserved = new AtomicLong();

    CountedMemorySource(String kind) {
        this.kind = kind;
    }

    /**
     * Obtains memory.
     *
     * @param layout of the region; its size is from 1 to {@link JdkInternals#MAX_SIZE}
     * @return the memory, of exactly the layout's size, or null if there is none left
     */
    abstract @Nullable NativeMemory obtain(Layout layout);

    @Override
    public final String kind() {
        return kind;
    }

    @Override
    public final @Nullable MemoryRegion tryAcquire(Layout layout) {
        int size = sizeOf(layout);
        NativeMemory memory = size > JdkInternals.MAX_SIZE ? null : obtain(layout);
        if (memory == null) {
            return null;
        }
        reserved.addAndGet(size);
        return new BufferRegion(kind, memory, layout.align(), reserved);
    }

    @Override
    public final long reserved() {
        return reserved.get();
    }

    @Override
    public String toString() {
        return "MemorySource[kind=" + kind + ", reserved=" + reserved() + ", fallbacks=" + fallbacks() + "]";
    }

    /**
     * The size of a region to obtain, which is never zero.
     *
     * @param layout of the region
     * @return its size in bytes
     * @throws IllegalArgumentException if it is 0
     */
    static int sizeOf(Layout layout) {
        if (layout.size() == 0) {
            throw new IllegalArgumentException("a region of size=0 bytes was asked for, align=" + layout.align()
                    + ": a region has at least 1 byte");
        }
        return layout.size();
    }
}
