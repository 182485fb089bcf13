// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The caller's memory, lent out as one region at a time. */
final class WrappedMemorySource implements MemorySource {

    private static final String KIND = "wrap";

    private final ByteBuffer memory;
    private final long address;
    // Synchronization: atomic. 0 while the memory is free; the exchange of 0 for a size takes it.
    private final AtomicLong reserved = new AtomicLong();

    WrappedMemorySource(ByteBuffer memory) {
        if (memory.isReadOnly()) {
            throw new AllocatorConfigException("memory=" + memory + " is read-only: nothing could be stored in it");
        }
        if (!memory.hasRemaining()) {
            throw new AllocatorConfigException("memory=" + memory
                    + " has no bytes between position and limit: was it filled and not flipped or cleared?");
        }
        this.memory = memory.slice();
        this.address = memory.isDirect() ? JdkInternals.address(this.memory) : MemoryRegion.NO_ADDRESS;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public @Nullable MemoryRegion tryAcquire(Layout layout) {
        int size = CountedMemorySource.sizeOf(layout);
        int offset = address == MemoryRegion.NO_ADDRESS ? 0 : (int) (-address & (layout.align() - 1));
        if ((long) offset + size > memory.capacity() || !reserved.compareAndSet(0, size)) {
            return null;
        }
        long start = address == MemoryRegion.NO_ADDRESS ? MemoryRegion.NO_ADDRESS : address + offset;
        NativeMemory part = new NativeMemory(memory.slice(offset, size), start, () -> {});
        return new BufferRegion(KIND, part, layout.align(), reserved);
    }

    @Override
    public long limit() {
        return memory.capacity();
    }

    @Override
    public boolean servesManyAtOnce() {
        return false;
    }

    @Override
    public long reserved() {
        return reserved.get();
    }

    @Override
    public String toString() {
        return "MemorySource[kind=" + KIND + ", reserved=" + reserved() + ", limit=" + limit() + "]";
    }
}
