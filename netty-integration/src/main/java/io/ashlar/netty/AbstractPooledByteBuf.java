// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.pool.BumpRun;
import io.ashlar.pool.LentBlock;
import io.ashlar.pool.Run;
import io.netty.buffer.AbstractReferenceCountedByteBuf;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * A buffer that is the view of one block of a pool: its life, its capacity, and all that goes through NIO buffers. How
 * bytes are read and written is left to {@link AshlarByteBuf} and {@link AshlarHeapByteBuf}.
 *
 * <p>A view is made at the first use of its block and kept with it. Allocating a buffer is then taking a view and
 * resetting it ({@link #handOut}); releasing is giving its block back ({@link #deallocate}).
 *
 * <p><b>Growth and shrinking</b> ({@link #capacity(int)}). The capacity changes in place where the block can hold it.
 * Otherwise the view is <em>rebound</em>: a new block is allocated, the bytes are copied, the two views swap their
 * blocks, and the old block goes back with the other view. Whoever holds this object, or a slice of it, sees nothing but
 * the new capacity.
 *
 * <p><b>Thread safety</b> is that of every {@link ByteBuf}: one writer or many readers. The absolute {@code get}
 * methods share no state and may be called from several threads at once; {@link #internalNioBuffer} and the relative
 * transfers to channels use one cached buffer.
 *
 * @param <B> the class itself
 */
abstract class AbstractPooledByteBuf<B extends AbstractPooledByteBuf<B>> extends AbstractReferenceCountedByteBuf {

    /** Shrinking moves to a smaller block only if that gives back at least this many bytes. */
    private static final int WORTH_MOVING = 4096;

    private final BufferPool<B> pool;

    // Synchronization of all fields below: they belong to whoever holds the block, and pass from thread to thread with
    // it.

    /** The run that the block lies in, and the block's index there. */
    private Run<B> run;

    private int index;
    /** The whole region's buffer; null while this is the view of a large block that is not handed out. */
    private @Nullable ByteBuffer memory;
    /** Where the block begins in {@link #memory}. */
    private int offset;
    /** Bytes of the block: the capacity that is to be had without moving. */
    private int size;
    /** The capacity. */
    private int length;
    /** Whether an index was marked since the buffer was handed out. */
    private boolean marked;
    /** A duplicate of {@link #memory} whose position and limit are ours to move. */
    private @Nullable ByteBuffer scratch;

    AbstractPooledByteBuf(BufferPool<B> pool, Run<B> run, int index) {
        super(0);
        this.pool = pool;
        this.run = run;
        this.index = index;
        if (!run.isLarge()) {
            bind(run, index);
        }
    }

    /** This object. */
    abstract B self();

    /** Follows a new place: {@link #memory()} and {@link #offset()} tell it. Called by the constructor of this class, too. */
    abstract void bound(Run<B> newRun, int newIndex);

    /** Drops what was kept about the last place. */
    abstract void unbound();

    /** Copies the first bytes to another buffer. */
    abstract void copyTo(B other, int bytes);

    /** Makes the view of a freshly allocated block into a buffer, as new: nothing written, no marks, one reference. */
    final B handOut(int capacity, int maxCapacity) {
        bindIfLarge();
        length = capacity;
        if (maxCapacity() != maxCapacity) {
            maxCapacity(maxCapacity);
        }
        clear();
        if (marked) {
            discardMarks();
        }
        resetRefCnt();
        return self();
    }

    /** Finds out where its block lies this time: that of a bump lies elsewhere at each hand-out. */
    final void follow(BumpRun<B> bump) {
        ByteBuffer newMemory = bump.memory();
        if (newMemory != memory) {
            memory = newMemory;
            scratch = null;
        }
        offset = bump.blockOffset(index);
        size = bump.blockSize(index);
        bound(bump, index);
    }

    // ---- the block and its memory

    private void bind(Run<B> newRun, int newIndex) {
        ByteBuffer newMemory = newRun.memory();
        if (newMemory != memory) {
            memory = newMemory;
            scratch = null;
        }
        run = newRun;
        index = newIndex;
        offset = newRun.blockOffset(newIndex);
        size = newRun.blockSize(newIndex);
        bound(newRun, newIndex);
    }

    private void discardMarks() {
        super.markReaderIndex();
        super.markWriterIndex();
        marked = false;
    }

    private void bindIfLarge() {
        if (memory == null) {
            bind(run, index);
        }
    }

    /** Drops all that leads to the memory of a large block, so that a stale user meets an exception. */
    private void unbind(Run<B> newRun, int newIndex) {
        run = newRun;
        index = newIndex;
        memory = null;
        scratch = null;
        offset = 0;
        size = 0;
        length = 0;
        unbound();
    }

    final boolean isUnbound() {
        return memory == null;
    }

    final ByteBuffer memory() {
        ByteBuffer m = memory;
        if (m == null) {
            throw new IllegalReferenceCountException(0);
        }
        return m;
    }

    final int offset() {
        return offset;
    }

    /** The cached duplicate, limited to some bytes of this buffer. */
    private ByteBuffer scratch(int index, int bytes) {
        ByteBuffer s = scratch;
        if (s == null) {
            s = memory().duplicate();
            scratch = s;
        }
        int from = offset + index;
        return s.limit(from + bytes).position(from);
    }

    final ByteBuffer slicedMemory(int index, int bytes) {
        return memory().slice(offset + index, bytes);
    }

    @Override
    protected void deallocate() {
        Run<B> freed = run;
        int requested = length;
        if (freed.isLarge()) {
            unbind(freed, index);
        }
        freed.free(self(), index, requested); // from here on another thread may have this object
    }

    /** Has the pool forget this object until the block is freed: it is watched by somebody who wants to know when it is dropped. */
    final void beForgotten() {
        run.forgetView(index);
    }

    /** The run that the block lies in now. */
    final Run<B> run() {
        return run;
    }

    /** The index of the block in its run. */
    final int index() {
        return index;
    }

    // ---- capacity

    @Override
    public int capacity() {
        return length;
    }

    @Override
    public int maxFastWritableBytes() {
        return Math.min(size, maxCapacity()) - writerIndex();
    }

    /**
     * Changes the capacity.
     *
     * @throws OutOfPoolMemoryError if the buffer has to move for it and the allocator has no memory left; the buffer is
     *     as it was
     * @throws IllegalStateException if the buffer has to move for it and the allocator is closed; the buffer is as it
     *     was
     */
    @Override
    public ByteBuf capacity(int newCapacity) {
        checkNewCapacity(newCapacity);
        if (newCapacity > length) {
            grow(newCapacity);
        } else if (newCapacity < length) {
            shrink(newCapacity);
        }
        return this;
    }

    private void grow(int newCapacity) {
        if (run.tryResize(index, length, newCapacity)) {
            size = run.blockSize(index);
        } else {
            B target = run instanceof BumpRun<B> bump ? bump.tryOverflow(newCapacity) : null;
            moveTo(target != null ? target : pool.allocateToGrow(newCapacity), length);
        }
        length = newCapacity;
    }

    private void shrink(int newCapacity) {
        if (!tryMoveToSmaller(newCapacity)) {
            run.tryResize(index, length, newCapacity);
            size = run.blockSize(index);
        }
        length = newCapacity;
        trimIndicesToCapacity(newCapacity);
    }

    /** Moves if that gives back half of the block and an OS page at least, and if a smaller block can be had. */
    private boolean tryMoveToSmaller(int newCapacity) {
        int saved = size - newCapacity;
        if (saved < WORTH_MOVING || saved < size >>> 1 || run instanceof BumpRun || run instanceof LentBlock) {
            return false; // a bump's memory comes back with the request, a lent block with the whole buffer
        }
        B smaller = pool.tryAllocate(newCapacity);
        if (smaller == null) {
            return false;
        }
        moveTo(smaller, newCapacity);
        return true;
    }

    /** Takes over the block of a freshly allocated view, and gives the old block back with that view. */
    private void moveTo(B target, int bytes) {
        AbstractPooledByteBuf<B> other = target; // whose private parts are to be had only through this class
        other.bindIfLarge();
        copyTo(target, bytes);
        Run<B> oldRun = run;
        int oldIndex = index;
        bind(other.run, other.index);
        if (oldRun.isLarge()) {
            other.unbind(oldRun, oldIndex);
        } else {
            other.bind(oldRun, oldIndex);
        }
        oldRun.free(target, oldIndex, length);
    }

    // ---- marks

    @Override
    public ByteBuf markReaderIndex() {
        marked = true;
        return super.markReaderIndex();
    }

    @Override
    public ByteBuf markWriterIndex() {
        marked = true;
        return super.markWriterIndex();
    }

    // ---- what all kinds have in common

    @Override
    public ByteBufAllocator alloc() {
        return pool.alloc();
    }

    @Override
    @SuppressWarnings("deprecation")
    public ByteOrder order() {
        return ByteOrder.BIG_ENDIAN;
    }

    @Override
    public @Nullable ByteBuf unwrap() {
        return null;
    }

    @Override
    public boolean isContiguous() {
        return true;
    }

    // ---- NIO buffers

    @Override
    public int nioBufferCount() {
        return 1;
    }

    @Override
    public ByteBuffer nioBuffer(int index, int bytes) {
        checkIndex(index, bytes);
        return slicedMemory(index, bytes);
    }

    @Override
    public ByteBuffer[] nioBuffers(int index, int bytes) {
        return new ByteBuffer[] {nioBuffer(index, bytes)};
    }

    @Override
    public ByteBuffer internalNioBuffer(int index, int bytes) {
        checkIndex(index, bytes);
        return scratch(index, bytes);
    }

    // ---- from and to channels

    @Override
    public int getBytes(int index, GatheringByteChannel out, int bytes) throws IOException {
        checkIndex(index, bytes);
        return bytes == 0 ? 0 : out.write(slicedMemory(index, bytes));
    }

    @Override
    public int getBytes(int index, FileChannel out, long position, int bytes) throws IOException {
        checkIndex(index, bytes);
        return bytes == 0 ? 0 : out.write(slicedMemory(index, bytes), position);
    }

    @Override
    public int readBytes(GatheringByteChannel out, int bytes) throws IOException {
        checkReadableBytes(bytes);
        int written = bytes == 0 ? 0 : out.write(scratch(readerIndex(), bytes));
        skipBytes(written);
        return written;
    }

    @Override
    public int readBytes(FileChannel out, long position, int bytes) throws IOException {
        checkReadableBytes(bytes);
        int written = bytes == 0 ? 0 : out.write(scratch(readerIndex(), bytes), position);
        skipBytes(written);
        return written;
    }

    @Override
    public int setBytes(int index, ScatteringByteChannel in, int bytes) throws IOException {
        checkIndex(index, bytes);
        try {
            return in.read(scratch(index, bytes));
        } catch (ClosedChannelException closed) {
            return -1;
        }
    }

    @Override
    public int setBytes(int index, FileChannel in, long position, int bytes) throws IOException {
        checkIndex(index, bytes);
        try {
            return in.read(scratch(index, bytes), position);
        } catch (ClosedChannelException closed) {
            return -1;
        }
    }
}
