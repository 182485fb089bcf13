// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static io.ashlar.netty.NativeOrder.big;
import static io.ashlar.netty.NativeOrder.little;

import io.ashlar.pool.Run;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A direct buffer. There is no other class of direct buffer, so that the call sites of a program see one receiver type
 * only.
 */
final class AshlarByteBuf extends AbstractPooledByteBuf<AshlarByteBuf> {

    /** Transfers to streams go through an array of this many bytes at most. */
    private static final int STREAM_STEP = 8192;

    // Synchronization: as the fields of the superclass. Not set here: the superclass's constructor does it.
    /** The native address of the block, 0 if it has none. */
    private long address;

    AshlarByteBuf(BufferPool<AshlarByteBuf> pool, Run<AshlarByteBuf> run, int index) {
        super(pool, run, index);
    }

    @Override
    AshlarByteBuf self() {
        return this;
    }

    @Override
    void bound(Run<AshlarByteBuf> newRun, int newIndex) {
        address = newRun.hasAddress() ? newRun.blockAddress(newIndex) : 0L;
    }

    @Override
    void unbound() {
        address = 0L;
    }

    @Override
    void copyTo(AshlarByteBuf other, int bytes) {
        MemoryAccess.copy(this, 0, other, 0, bytes);
    }

    long address() {
        return address;
    }

    // ---- what kind of buffer this is

    /** True, unless the allocator's source was made to hand out arrays. */
    @Override
    public boolean isDirect() {
        return isUnbound() || memory().isDirect();
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

    @Override
    public ByteBuf copy(int index, int bytes) {
        checkIndex(index, bytes);
        return alloc().directBuffer(bytes, maxCapacity()).writeBytes(this, index, bytes);
    }

    // ---- single values

    @Override
    protected byte _getByte(int index) {
        return MemoryAccess.getByte(this, index);
    }

    @Override
    protected short _getShort(int index) {
        return big(MemoryAccess.getShort(this, index));
    }

    @Override
    protected short _getShortLE(int index) {
        return little(MemoryAccess.getShort(this, index));
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
        return big(MemoryAccess.getInt(this, index));
    }

    @Override
    protected int _getIntLE(int index) {
        return little(MemoryAccess.getInt(this, index));
    }

    @Override
    protected long _getLong(int index) {
        return big(MemoryAccess.getLong(this, index));
    }

    @Override
    protected long _getLongLE(int index) {
        return little(MemoryAccess.getLong(this, index));
    }

    @Override
    protected void _setByte(int index, int value) {
        MemoryAccess.setByte(this, index, value);
    }

    @Override
    protected void _setShort(int index, int value) {
        MemoryAccess.setShort(this, index, big((short) value));
    }

    @Override
    protected void _setShortLE(int index, int value) {
        MemoryAccess.setShort(this, index, little((short) value));
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
        MemoryAccess.setInt(this, index, big(value));
    }

    @Override
    protected void _setIntLE(int index, int value) {
        MemoryAccess.setInt(this, index, little(value));
    }

    @Override
    protected void _setLong(int index, long value) {
        MemoryAccess.setLong(this, index, big(value));
    }

    @Override
    protected void _setLongLE(int index, long value) {
        MemoryAccess.setLong(this, index, little(value));
    }

    // ---- from and to memory

    @Override
    public ByteBuf getBytes(int index, byte[] dst, int dstIndex, int bytes) {
        checkDstIndex(index, bytes, dstIndex, dst.length);
        Objects.checkFromIndexSize(dstIndex, bytes, dst.length); // without bounds checks, too: the array is not ours
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
        Objects.checkFromIndexSize(dstIndex, bytes, dst.capacity());
        if (dst instanceof AshlarByteBuf ours) {
            ours.checkIndex(dstIndex, bytes);
            MemoryAccess.copy(this, index, ours, dstIndex, bytes);
        } else if (dst.hasArray()) {
            MemoryAccess.get(this, index, dst.array(), dst.arrayOffset() + dstIndex, bytes);
        } else if (leadsToOthers(dst)) {
            dst.setBytes(dstIndex, this, index, bytes); // ends in setBytes of what it consists of
        } else {
            dst.setBytes(dstIndex, slicedMemory(index, bytes));
        }
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, byte[] src, int srcIndex, int bytes) {
        checkSrcIndex(index, bytes, srcIndex, src.length);
        Objects.checkFromIndexSize(srcIndex, bytes, src.length);
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
        Objects.checkFromIndexSize(srcIndex, bytes, src.capacity());
        if (src instanceof AshlarByteBuf ours) {
            ours.checkIndex(srcIndex, bytes);
            MemoryAccess.copy(ours, srcIndex, this, index, bytes);
        } else if (src.hasArray()) {
            MemoryAccess.set(this, index, src.array(), src.arrayOffset() + srcIndex, bytes);
        } else if (leadsToOthers(src)) {
            src.getBytes(srcIndex, this, index, bytes); // ends in getBytes of what it consists of
        } else {
            src.getBytes(srcIndex, slicedMemory(index, bytes));
        }
        return this;
    }

    /**
     * Whether a buffer is composite, or a slice, a duplicate or a wrapper of one of ours, so that its transfers end in
     * those of other buffers and need no NIO buffer here.
     */
    private static boolean leadsToOthers(ByteBuf buf) {
        ByteBuf root = buf;
        for (ByteBuf next = root.unwrap(); next != null; next = root.unwrap()) {
            root = next;
        }
        return root instanceof AshlarByteBuf || root instanceof CompositeByteBuf;
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
        ByteBuf onHeap = alloc().heapBuffer(bytes);
        try {
            // One read of all: a second one might block, or fail and lose what the first has got.
            int done = in.read(onHeap.array(), onHeap.arrayOffset(), bytes);
            if (done > 0) {
                MemoryAccess.set(this, index, onHeap.array(), onHeap.arrayOffset(), done);
            }
            return done;
        } finally {
            onHeap.release();
        }
    }
}
