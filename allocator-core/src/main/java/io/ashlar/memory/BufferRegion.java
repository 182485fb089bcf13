// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The region of every source of this package: a buffer, and what gives it back. */
final class BufferRegion implements MemoryRegion {

    private final String kind;
    private final int size;
    private final int alignment;
    private final long address;
    private final Runnable free;
    private final boolean mapped;
    /** The source's count of the bytes it has handed out. */
    private final AtomicLong reserved;
    // Synchronization: atomic. It holds the buffer as long as the region is open; whoever exchanges the buffer for null
    // is the one who closes. Letting go of the buffer also lets the garbage collector have the array of a heap region.
    private final AtomicReference<@Nullable ByteBuffer> buffer;

    /**
     * Makes a region of memory. The caller has counted its bytes as reserved.
     *
     * @param kind the kind of memory, for messages
     * @param memory the memory
     * @param alignment what the first byte is aligned to
     * @param reserved from which the size is taken off when the memory is back
     */
    BufferRegion(String kind, NativeMemory memory, int alignment, AtomicLong reserved) {
        this.kind = kind;
        this.size = memory.buffer().capacity();
        this.alignment = alignment;
        this.address = memory.address();
        this.free = memory.free();
        this.mapped = memory.mapped();
        this.reserved = reserved;
        this.buffer = new AtomicReference<>(memory.buffer());
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int alignment() {
        return alignment;
    }

    @Override
    public long address() {
        buffer();
        return address;
    }

    @Override
    public ByteBuffer buffer() {
        ByteBuffer open = buffer.get();
        if (open == null) {
            throw closed();
        }
        return open;
    }

    @Override
    public boolean discard(int offset, int bytes) {
        Objects.checkFromIndexSize(offset, bytes, size);
        long start = address() + offset;
        int unit = mapped ? JdkInternals.discardUnit() : 0;
        if (unit == 0) {
            return false;
        }
        // The system would round the length up, to bytes that are not part of it.
        if (((start | bytes) & (unit - 1)) != 0) {
            throw new IllegalArgumentException("offset=" + offset + ", size=" + bytes + " of " + this
                    + " cannot be discarded: they are no multiples of an OS page, " + unit + " bytes");
        }
        return JdkInternals.discard(start, bytes);
    }

    @Override
    public boolean isClosed() {
        return buffer.get() == null;
    }

    @Override
    public void close() {
        ByteBuffer open = buffer.getAndSet(null);
        if (open == null) {
            return;
        }
        try {
            free.run();
        } catch (IllegalStateException inUse) {
            buffer.set(open);
            throw new IllegalStateException(
                    this + " cannot be closed now, and stays open: an I/O operation is using its memory; close it again"
                            + " when the operation has ended",
                    inUse);
        }
        reserved.addAndGet(-size);
    }

    private IllegalStateException closed() {
        return new IllegalStateException(
                this + " was closed: its memory is gone. Was a block used after the end of its allocator?");
    }

    @Override
    public String toString() {
        return "MemoryRegion[kind=" + kind + ", size=" + size + ", alignment=" + alignment + ", address=0x"
                + Long.toHexString(address) + (isClosed() ? ", closed]" : ", open]");
    }
}
