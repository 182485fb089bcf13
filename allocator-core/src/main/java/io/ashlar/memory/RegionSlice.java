// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A borrowed part of another region. */
final class RegionSlice implements MemoryRegion {

    private final MemoryRegion whole;
    private final int offset;
    private final int size;
    // Synchronization: volatile, because a buffer's own fields are not final: a thread must not see the buffer without
    // them. A race creates two equal buffers at worst; either may win.
    private volatile @Nullable ByteBuffer buffer;
    // Synchronization: volatile, set once.
    private volatile boolean closed;

    RegionSlice(MemoryRegion whole, int offset, int size) {
        Objects.checkFromIndexSize(offset, size, whole.size());
        this.whole = whole;
        this.offset = offset;
        this.size = size;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int alignment() {
        int lowestBit = offset == 0 ? whole.alignment() : Integer.lowestOneBit(offset);
        return Math.min(whole.alignment(), lowestBit);
    }

    @Override
    public long address() {
        checkOpen();
        long address = whole.address();
        return address == NO_ADDRESS ? NO_ADDRESS : address + offset;
    }

    @Override
    public ByteBuffer buffer() {
        checkOpen();
        ByteBuffer part = buffer;
        if (part == null) {
            part = whole.buffer().slice(offset, size);
            buffer = part;
        }
        return part;
    }

    @Override
    public boolean isClosed() {
        return closed || whole.isClosed();
    }

    @Override
    public void close() {
        closed = true;
    }

    private void checkOpen() {
        if (isClosed()) {
            throw new IllegalStateException(this + (closed ? " was closed" : " ended with the region it is a part of"));
        }
    }

    @Override
    public String toString() {
        return "RegionSlice[offset=" + offset + ", size=" + size + " of " + whole + "]";
    }
}
