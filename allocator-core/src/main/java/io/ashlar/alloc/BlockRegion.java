// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.MemoryRegion;
import java.nio.ByteBuffer;

/** One block of an allocator that serves as the region of another; closing it returns the block. */
final class BlockRegion implements MemoryRegion {

    private final BlockSource source;
    private final int offset;
    private final MemoryRegion slice;
    // Synchronization: volatile because isClosed() may be asked from any thread; written by the allocator's owner only.
    private volatile boolean closed;

    BlockRegion(BlockSource source, int offset, MemoryRegion slice) {
        this.source = source;
        this.offset = offset;
        this.slice = slice;
    }

    @Override
    public int size() {
        return slice.size();
    }

    @Override
    public int alignment() {
        return slice.alignment();
    }

    @Override
    public long address() {
        return slice.address();
    }

    @Override
    public ByteBuffer buffer() {
        return slice.buffer();
    }

    @Override
    public boolean isClosed() {
        return closed || slice.isClosed();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            slice.close();
            source.release(offset, slice.size());
        }
    }

    @Override
    public String toString() {
        return "BlockRegion[offset=" + offset + ", size=" + slice.size() + " of " + source + "]";
    }
}
