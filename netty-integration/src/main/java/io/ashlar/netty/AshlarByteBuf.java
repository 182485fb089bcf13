// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.pool.Block;
import io.netty.buffer.AbstractReferenceCountedByteBuf;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * A direct buffer: the view of one block of the pool. There is no other class of direct buffer, so that the call sites
 * of a program see one receiver type only.
 *
 * <p>A view is made at the first use of its block and kept with it. Allocating a buffer is then taking a block and
 * resetting its view ({@link #handOut}); releasing is giving the block back ({@link #deallocate}).
 *
 * <p><b>Growth and shrinking</b> ({@link #capacity(int)}). The capacity changes in place where the block can hold it.
 * Otherwise the view is <em>rebound</em>: a new block is allocated, the bytes are copied, the two blocks swap their
 * views, and the old block goes back. Whoever holds this object, or a slice of it, sees nothing but the new capacity.
 *
 * <p><b>Thread safety</b> is that of every {@link ByteBuf}: one writer or many readers. The absolute {@code get}
 * methods share no state and may be called from several threads at once; {@link #internalNioBuffer} and the relative
 * transfers to channels use one cached buffer.
 */
final class AshlarByteBuf extends AbstractReferenceCountedByteBuf {

    /** Transfers from and to streams go through an array of this many bytes at most. */
    private static final int STREAM_STEP = 8192;

    /** Shrinking moves to a smaller block only if that gives back at least this many bytes. */
    private static final int WORTH_MOVING = 4096;

    private final AshlarByteBufAllocator alloc;

    // Synchronization of all fields below: they belong to whoever holds the block, and pass from thread to thread with
    // it.

    private Block<AshlarByteBuf> block;
    /** The whole region's buffer; null while this is the view of a large block that is not handed out. */
    private @Nullable ByteBuffer memory;
    /** Where the block begins in {@link #memory}. */
    private int offset;
    /** Bytes of the block: the capacity that is to be had without moving. */
    private int size;
    /** The capacity. */
    private int length;
    /** The native address of the block, 0 if it has none. */
    private long address;
    /** A duplicate of {@link #memory} whose position and limit are ours to move. */
    private @Nullable ByteBuffer scratch;

    AshlarByteBuf(AshlarByteBufAllocator alloc, Block<AshlarByteBuf> block) {
        super(0);
        this.alloc = alloc;
        this.block = block;
        if (block.isPermanent()) {
            bind(block);
        }
    }

    /** Makes a freshly allocated block into a buffer, as new: nothing written, no marks, one reference. */
    static AshlarByteBuf handOut(Block<AshlarByteBuf> block, int capacity, int maxCapacity) {
        AshlarByteBuf buf = block.view();
        if (buf.memory == null) {
            buf.bind(block);
        }
        buf.length = capacity;
        buf.maxCapacity(maxCapacity);
        buf.clear();
        buf.markReaderIndex();
        buf.markWriterIndex();
        buf.resetRefCnt();
        return buf;
    }

    // ---- the block and its memory

    private void bind(Block<AshlarByteBuf> to) {
        ByteBuffer newMemory = to.memory();
        if (newMemory != memory) {
            memory = newMemory;
            scratch = null;
        }
        block = to;
        offset = to.offset();
        size = to.size();
        address = to.hasAddress() ? to.address() : 0L;
    }

    /** Drops all that leads to the memory of a large block, so that a stale user meets an exception. */
    private void unbind(Block<AshlarByteBuf> to) {
        block = to;
        memory = null;
        scratch = null;
        offset = 0;
        size = 0;
        length = 0;
        address = 0L;
    }

    ByteBuffer memory() {
        ByteBuffer m = memory;
        if (m == null) {
            throw new IllegalReferenceCountException(0);
        }
        return m;
    }

    int offset() {
        return offset;
    }

    long address() {
        return address;
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

    private ByteBuffer slicedMemory(int index, int bytes) {
        return MemoryAccess.slice(this, index, bytes);
    }

    @Override
    protected void deallocate() {
        Block<AshlarByteBuf> freed = block;
        if (!freed.isPermanent()) {
            unbind(freed);
        }
        freed.free(); // from here on another thread may have this object
    }

    /** The block that this view is bound to now. For tests. */
    Block<AshlarByteBuf> block() {
        return block;
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
        if (block.tryResize(newCapacity)) {
            size = block.size();
        } else {
            moveTo(alloc.allocateBlock(newCapacity), length);
        }
        length = newCapacity;
    }

    private void shrink(int newCapacity) {
        if (!tryMoveToSmaller(newCapacity)) {
            block.tryResize(newCapacity);
        }
        length = newCapacity;
        trimIndicesToCapacity(newCapacity);
    }

    /** Moves if that gives back half of the block and an OS page at least, and if a smaller block can be had. */
    private boolean tryMoveToSmaller(int newCapacity) {
        int saved = size - newCapacity;
        if (saved < WORTH_MOVING || saved < size >>> 1) {
            return false;
        }
        Block<AshlarByteBuf> smaller = alloc.tryAllocateBlock(newCapacity);
        if (smaller == null) {
            return false;
        }
        moveTo(smaller, newCapacity);
        return true;
    }

    /** Rebinds this view to a freshly allocated block, and gives the old one back. */
    private void moveTo(Block<AshlarByteBuf> target, int bytes) {
        Block<AshlarByteBuf> old = block;
        AshlarByteBuf other = target.view();
        if (!target.isPermanent()) {
            other.bind(target);
        }
        MemoryAccess.copy(this, 0, other, 0, bytes);
        old.swapViews(target);
        if (old.isPermanent()) {
            other.bind(old);
        } else {
            other.unbind(old);
        }
        bind(target);
        old.free(); // and `other` with it
    }

    // ---- what kind of buffer this is

    @Override
    public ByteBufAllocator alloc() {
        return alloc;
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

    /** True, unless the allocator's source was made to hand out arrays. */
    @Override
    public boolean isDirect() {
        ByteBuffer m = memory;
        return m == null || m.isDirect();
    }

    @Override
    public boolean isContiguous() {
        return true;
    }

    @Override
    public boolean hasArray() {
        return false;
    }

    @Override
    public byte[] array() {
        throw new UnsupportedOperationException("direct buffer");
    }

    @Override
    public int arrayOffset() {
        throw new UnsupportedOperationException("direct buffer");
    }

    @Override
    public boolean hasMemoryAddress() {
        return address != 0L;
    }

    @Override
    public long memoryAddress() {
        ensureAccessible();
        if (address == 0L) {
            throw new UnsupportedOperationException("memory on the Java heap has no native address");
        }
        return address;
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

    @Override
    public ByteBuf copy(int index, int bytes) {
        checkIndex(index, bytes);
        return alloc.directBuffer(bytes, maxCapacity()).writeBytes(this, index, bytes);
    }

    // ---- single values

    @Override
    protected byte _getByte(int index) {
        return MemoryAccess.getByte(this, index);
    }

    @Override
    protected short _getShort(int index) {
        return MemoryAccess.getShort(this, index);
    }

    @Override
    protected short _getShortLE(int index) {
        return MemoryAccess.getShortLE(this, index);
    }

    @Override
    protected int _getUnsignedMedium(int index) {
        return MemoryAccess.getUnsignedMedium(this, index);
    }

    @Override
    protected int _getUnsignedMediumLE(int index) {
        return MemoryAccess.getUnsignedMediumLE(this, index);
    }

    @Override
    protected int _getInt(int index) {
        return MemoryAccess.getInt(this, index);
    }

    @Override
    protected int _getIntLE(int index) {
        return MemoryAccess.getIntLE(this, index);
    }

    @Override
    protected long _getLong(int index) {
        return MemoryAccess.getLong(this, index);
    }

    @Override
    protected long _getLongLE(int index) {
        return MemoryAccess.getLongLE(this, index);
    }

    @Override
    protected void _setByte(int index, int value) {
        MemoryAccess.setByte(this, index, value);
    }

    @Override
    protected void _setShort(int index, int value) {
        MemoryAccess.setShort(this, index, value);
    }

    @Override
    protected void _setShortLE(int index, int value) {
        MemoryAccess.setShortLE(this, index, value);
    }

    @Override
    protected void _setMedium(int index, int value) {
        MemoryAccess.setMedium(this, index, value);
    }

    @Override
    protected void _setMediumLE(int index, int value) {
        MemoryAccess.setMediumLE(this, index, value);
    }

    @Override
    protected void _setInt(int index, int value) {
        MemoryAccess.setInt(this, index, value);
    }

    @Override
    protected void _setIntLE(int index, int value) {
        MemoryAccess.setIntLE(this, index, value);
    }

    @Override
    protected void _setLong(int index, long value) {
        MemoryAccess.setLong(this, index, value);
    }

    @Override
    protected void _setLongLE(int index, long value) {
        MemoryAccess.setLongLE(this, index, value);
    }

    // ---- from and to memory

    @Override
    public ByteBuf getBytes(int index, byte[] dst, int dstIndex, int bytes) {
        checkDstIndex(index, bytes, dstIndex, dst.length);
        MemoryAccess.get(this, index, dst, dstIndex, bytes);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuffer dst) {
        checkIndex(index, dst.remaining());
        MemoryAccess.get(this, index, dst);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuf dst, int dstIndex, int bytes) {
        checkDstIndex(index, bytes, dstIndex, dst.capacity());
        if (dst instanceof AshlarByteBuf ours) {
            ours.checkIndex(dstIndex, bytes);
            MemoryAccess.copy(this, index, ours, dstIndex, bytes);
        } else if (dst.hasArray()) {
            MemoryAccess.get(this, index, dst.array(), dst.arrayOffset() + dstIndex, bytes);
        } else if (isDerivedFromOurs(dst)) {
            dst.setBytes(dstIndex, this, index, bytes); // ends in setBytes of the one it is derived from
        } else {
            dst.setBytes(dstIndex, slicedMemory(index, bytes));
        }
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, byte[] src, int srcIndex, int bytes) {
        checkSrcIndex(index, bytes, srcIndex, src.length);
        MemoryAccess.set(this, index, src, srcIndex, bytes);
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuffer src) {
        checkIndex(index, src.remaining());
        MemoryAccess.set(this, index, src);
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuf src, int srcIndex, int bytes) {
        checkSrcIndex(index, bytes, srcIndex, src.capacity());
        if (src instanceof AshlarByteBuf ours) {
            ours.checkIndex(srcIndex, bytes);
            MemoryAccess.copy(ours, srcIndex, this, index, bytes);
        } else if (src.hasArray()) {
            MemoryAccess.set(this, index, src.array(), src.arrayOffset() + srcIndex, bytes);
        } else if (isDerivedFromOurs(src)) {
            src.getBytes(srcIndex, this, index, bytes); // ends in getBytes of the one it is derived from
        } else {
            src.getBytes(srcIndex, slicedMemory(index, bytes));
        }
        return this;
    }

    /**
     * Whether a buffer is a slice, a duplicate or a wrapper of one of ours, so that its transfers need no NIO buffer.
     */
    private static boolean isDerivedFromOurs(ByteBuf buf) {
        ByteBuf root = buf;
        for (ByteBuf next = root.unwrap(); next != null; next = root.unwrap()) {
            root = next;
        }
        return root instanceof AshlarByteBuf;
    }

    // ---- from and to streams

    @Override
    public ByteBuf getBytes(int index, OutputStream out, int bytes) throws IOException {
        checkIndex(index, bytes);
        byte[] step = new byte[Math.min(bytes, STREAM_STEP)];
        for (int done = 0; done < bytes; ) {
            int n = Math.min(bytes - done, step.length);
            MemoryAccess.get(this, index + done, step, 0, n);
            out.write(step, 0, n);
            done += n;
        }
        return this;
    }

    @Override
    public int setBytes(int index, InputStream in, int bytes) throws IOException {
        checkIndex(index, bytes);
        byte[] step = new byte[Math.min(bytes, STREAM_STEP)];
        int done = in.read(step, 0, step.length);
        if (done <= 0) {
            return done;
        }
        MemoryAccess.set(this, index, step, 0, done);
        // One read must not block after it has got something, so go on only with what is there already.
        for (int n = done; n == step.length && done < bytes && in.available() > 0; ) {
            n = in.read(step, 0, Math.min(bytes - done, step.length));
            if (n > 0) {
                MemoryAccess.set(this, index + done, step, 0, n);
                done += n;
            }
        }
        return done;
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
