// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static io.ashlar.netty.NativeOrder.big;
import static io.ashlar.netty.NativeOrder.little;

import io.ashlar.pool.Run;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A heap buffer: some bytes of an array that is a whole region of a pool. */
final class AshlarHeapByteBuf extends AbstractPooledByteBuf<AshlarHeapByteBuf> {

    private static final byte[] NONE = {};

    // Synchronization: as the fields of the superclass. Not set here: the superclass's constructor does it.
    /** The whole region; {@link #NONE} while this is the view of a large block that is not handed out. */
    private byte[] array;

    AshlarHeapByteBuf(BufferPool<AshlarHeapByteBuf> pool, Run<AshlarHeapByteBuf> run, int index) {
        super(pool, run, index);
        if (array == null) {
            array = NONE;
        }
    }

    @Override
    AshlarHeapByteBuf self() {
        return this;
    }

    @Override
    void bound(Run<AshlarHeapByteBuf> newRun, int newIndex) {
        array = newRun.memory().array();
    }

    @Override
    void unbound() {
        array = NONE;
    }

    @Override
    void copyTo(AshlarHeapByteBuf other, int bytes) {
        System.arraycopy(array, at(0), other.array, other.at(0), bytes);
    }

    private int at(int index) {
        return offset() + index;
    }

    // ---- what kind of buffer this is

    @Override
    public boolean isDirect() {
        return false;
    }

    @Override
    public boolean hasArray() {
        return true;
    }

    @Override
    public byte[] array() {
        ensureAccessible();
        return array;
    }

    @Override
    public int arrayOffset() {
        return offset();
    }

    @Override
    public boolean hasMemoryAddress() {
        return false;
    }

    @Override
    public long memoryAddress() {
        throw new UnsupportedOperationException("memory on the Java heap has no native address");
    }

    @Override
    public ByteBuf copy(int index, int bytes) {
        checkIndex(index, bytes);
        return alloc().heapBuffer(bytes, maxCapacity()).writeBytes(this, index, bytes);
    }

    // ---- single values

    @Override
    protected byte _getByte(int index) {
        return ArrayAccess.getByte(array, at(index));
    }

    @Override
    protected short _getShort(int index) {
        return big(ArrayAccess.getShort(array, at(index)));
    }

    @Override
    protected short _getShortLE(int index) {
        return little(ArrayAccess.getShort(array, at(index)));
    }

    @Override
    protected int _getUnsignedMedium(int index) {
        return ArrayAccess.getUnsignedMedium(array, at(index));
    }

    @Override
    protected int _getUnsignedMediumLE(int index) {
        return ArrayAccess.getUnsignedMediumLE(array, at(index));
    }

    @Override
    protected int _getInt(int index) {
        return big(ArrayAccess.getInt(array, at(index)));
    }

    @Override
    protected int _getIntLE(int index) {
        return little(ArrayAccess.getInt(array, at(index)));
    }

    @Override
    protected long _getLong(int index) {
        return big(ArrayAccess.getLong(array, at(index)));
    }

    @Override
    protected long _getLongLE(int index) {
        return little(ArrayAccess.getLong(array, at(index)));
    }

    @Override
    protected void _setByte(int index, int value) {
        ArrayAccess.setByte(array, at(index), value);
    }

    @Override
    protected void _setShort(int index, int value) {
        ArrayAccess.setShort(array, at(index), big((short) value));
    }

    @Override
    protected void _setShortLE(int index, int value) {
        ArrayAccess.setShort(array, at(index), little((short) value));
    }

    @Override
    protected void _setMedium(int index, int value) {
        ArrayAccess.setMedium(array, at(index), value);
    }

    @Override
    protected void _setMediumLE(int index, int value) {
        ArrayAccess.setMediumLE(array, at(index), value);
    }

    @Override
    protected void _setInt(int index, int value) {
        ArrayAccess.setInt(array, at(index), big(value));
    }

    @Override
    protected void _setIntLE(int index, int value) {
        ArrayAccess.setInt(array, at(index), little(value));
    }

    @Override
    protected void _setLong(int index, long value) {
        ArrayAccess.setLong(array, at(index), big(value));
    }

    @Override
    protected void _setLongLE(int index, long value) {
        ArrayAccess.setLong(array, at(index), little(value));
    }

    // ---- from and to memory

    @Override
    public ByteBuf getBytes(int index, byte[] dst, int dstIndex, int bytes) {
        checkDstIndex(index, bytes, dstIndex, dst.length);
        System.arraycopy(array, at(index), dst, dstIndex, bytes);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuffer dst) {
        checkIndex(index, dst.remaining());
        dst.put(array, at(index), dst.remaining());
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuf dst, int dstIndex, int bytes) {
        checkDstIndex(index, bytes, dstIndex, dst.capacity());
        if (dst.hasArray()) {
            System.arraycopy(array, at(index), dst.array(), dst.arrayOffset() + dstIndex, bytes);
        } else {
            dst.setBytes(dstIndex, array, at(index), bytes);
        }
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, byte[] src, int srcIndex, int bytes) {
        checkSrcIndex(index, bytes, srcIndex, src.length);
        System.arraycopy(src, srcIndex, array, at(index), bytes);
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuffer src) {
        checkIndex(index, src.remaining());
        src.get(array, at(index), src.remaining());
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuf src, int srcIndex, int bytes) {
        checkSrcIndex(index, bytes, srcIndex, src.capacity());
        if (src.hasArray()) {
            System.arraycopy(src.array(), src.arrayOffset() + srcIndex, array, at(index), bytes);
        } else {
            src.getBytes(srcIndex, array, at(index), bytes);
        }
        return this;
    }

    // ---- from and to streams

    @Override
    public ByteBuf getBytes(int index, OutputStream out, int bytes) throws IOException {
        checkIndex(index, bytes);
        out.write(array, at(index), bytes);
        return this;
    }

    @Override
    public int setBytes(int index, InputStream in, int bytes) throws IOException {
        checkIndex(index, bytes);
        return in.read(array, at(index), bytes);
    }
}
