// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import java.nio.ByteBuffer;

/**
 * How the memory of a buffer is read and written; the one place that decides it.
 *
 * <p>Today that is by absolute access to the big-endian buffer over the whole region, which every buffer of the region
 * shares. Absolute access touches neither position nor limit, so all of this may be called from several threads at
 * once. Nothing here checks against the bounds of a buffer: that has been done, and only the region's own bounds are
 * left to stop a mistake.
 *
 * <p>{@code at} is always in bytes from the start of the region. Methods that end in {@code LE} are little-endian, all
 * others big-endian.
 */
final class MemoryAccess {

    private MemoryAccess() {}

    static byte getByte(ByteBuffer memory, int at) {
        return memory.get(at);
    }

    static short getShort(ByteBuffer memory, int at) {
        return memory.getShort(at);
    }

    static short getShortLE(ByteBuffer memory, int at) {
        return Short.reverseBytes(memory.getShort(at));
    }

    static int getUnsignedMedium(ByteBuffer memory, int at) {
        return (memory.getShort(at) & 0xffff) << 8 | memory.get(at + 2) & 0xff;
    }

    static int getUnsignedMediumLE(ByteBuffer memory, int at) {
        return Short.reverseBytes(memory.getShort(at)) & 0xffff | (memory.get(at + 2) & 0xff) << 16;
    }

    static int getInt(ByteBuffer memory, int at) {
        return memory.getInt(at);
    }

    static int getIntLE(ByteBuffer memory, int at) {
        return Integer.reverseBytes(memory.getInt(at));
    }

    static long getLong(ByteBuffer memory, int at) {
        return memory.getLong(at);
    }

    static long getLongLE(ByteBuffer memory, int at) {
        return Long.reverseBytes(memory.getLong(at));
    }

    static void setByte(ByteBuffer memory, int at, int value) {
        memory.put(at, (byte) value);
    }

    static void setShort(ByteBuffer memory, int at, int value) {
        memory.putShort(at, (short) value);
    }

    static void setShortLE(ByteBuffer memory, int at, int value) {
        memory.putShort(at, Short.reverseBytes((short) value));
    }

    static void setMedium(ByteBuffer memory, int at, int value) {
        memory.putShort(at, (short) (value >>> 8));
        memory.put(at + 2, (byte) value);
    }

    static void setMediumLE(ByteBuffer memory, int at, int value) {
        memory.putShort(at, Short.reverseBytes((short) value));
        memory.put(at + 2, (byte) (value >>> 16));
    }

    static void setInt(ByteBuffer memory, int at, int value) {
        memory.putInt(at, value);
    }

    static void setIntLE(ByteBuffer memory, int at, int value) {
        memory.putInt(at, Integer.reverseBytes(value));
    }

    static void setLong(ByteBuffer memory, int at, long value) {
        memory.putLong(at, value);
    }

    static void setLongLE(ByteBuffer memory, int at, long value) {
        memory.putLong(at, Long.reverseBytes(value));
    }

    static void get(ByteBuffer memory, int at, byte[] dst, int dstIndex, int length) {
        memory.get(at, dst, dstIndex, length);
    }

    static void set(ByteBuffer memory, int at, byte[] src, int srcIndex, int length) {
        memory.put(at, src, srcIndex, length);
    }

    /** Fills what remains of {@code dst}, and moves its position to its limit. */
    static void get(ByteBuffer memory, int at, ByteBuffer dst) {
        int length = dst.remaining();
        dst.put(dst.position(), memory, at, length);
        dst.position(dst.position() + length);
    }

    /** Takes all that remains of {@code src}, and moves its position to its limit. */
    static void set(ByteBuffer memory, int at, ByteBuffer src) {
        int length = src.remaining();
        memory.put(at, src, src.position(), length);
        src.position(src.position() + length);
    }

    /** Copies between two places, which may lie in the same region and may overlap. */
    static void copy(ByteBuffer src, int srcAt, ByteBuffer dst, int dstAt, int length) {
        dst.put(dstAt, src, srcAt, length);
    }

    /** A buffer of its own over some bytes, big-endian, that lets nobody reach beyond them. */
    static ByteBuffer slice(ByteBuffer memory, int at, int length) {
        return memory.slice(at, length);
    }
}
