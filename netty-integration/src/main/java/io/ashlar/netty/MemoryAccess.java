// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static io.ashlar.netty.NativeOrder.big;
import static io.ashlar.netty.NativeOrder.little;

import io.netty.util.internal.PlatformDependent;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How the memory of a buffer is read and written; the one place that decides it.
 *
 * <p>Where Netty has Unsafe (below JDK 24, unless it was told otherwise) a buffer with a native address is accessed
 * through that: <em>raw</em>. All others are accessed through the NIO buffer over the whole region, which the buffers of
 * the region share: absolutely, hence without touching position or limit, and through view handles, which need not know the
 * byte order of the buffer. Either way all of this may be called from several threads at once.
 *
 * <p>Nothing here checks against the bounds of a buffer: that has been done. Indices are those of the buffer. Values are
 * in the machine's byte order, except those of three bytes; {@link NativeOrder} makes others of them.
 */
final class MemoryAccess {

    /** Whether raw access is to be had at all. A constant for the JIT, so that the other branch is not even compiled. */
    static final boolean RAW = PlatformDependent.hasUnsafe() && PlatformDependent.isUnaligned();

    private static final VarHandle SHORT = view(short[].class);
    private static final VarHandle INT = view(int[].class);
    private static final VarHandle LONG = view(long[].class);

    private MemoryAccess() {}

    private static VarHandle view(Class<?> arrayType) {
        return MethodHandles.byteBufferViewVarHandle(arrayType, ByteOrder.nativeOrder())
                .withInvokeExactBehavior();
    }

    private static boolean isRaw(AshlarByteBuf b) {
        return RAW && b.address() != 0L;
    }

    static byte getByte(AshlarByteBuf b, int index) {
        return isRaw(b)
                ? PlatformDependent.getByte(b.address() + index)
                : b.memory().get(b.offset() + index);
    }

    static void setByte(AshlarByteBuf b, int index, int value) {
        if (isRaw(b)) {
            PlatformDependent.putByte(b.address() + index, (byte) value);
        } else {
            b.memory().put(b.offset() + index, (byte) value);
        }
    }

    static short getShort(AshlarByteBuf b, int index) {
        return isRaw(b)
                ? PlatformDependent.getShort(b.address() + index)
                : (short) SHORT.get(b.memory(), b.offset() + index);
    }

    static void setShort(AshlarByteBuf b, int index, short value) {
        if (isRaw(b)) {
            PlatformDependent.putShort(b.address() + index, value);
        } else {
            SHORT.set(b.memory(), b.offset() + index, value);
        }
    }

    // Three bytes: through Unsafe a byte and two more from one address are fastest, otherwise one after the other.

    static int getUnsignedMedium(AshlarByteBuf b, int index) {
        if (isRaw(b)) {
            long at = b.address() + index;
            return (PlatformDependent.getByte(at) & 0xff) << 16 | big(PlatformDependent.getShort(at + 1)) & 0xffff;
        }
        ByteBuffer m = b.memory();
        int at = b.offset() + index;
        return (m.get(at) & 0xff) << 16 | (m.get(at + 1) & 0xff) << 8 | m.get(at + 2) & 0xff;
    }

    static int getUnsignedMediumLE(AshlarByteBuf b, int index) {
        if (isRaw(b)) {
            long at = b.address() + index;
            return PlatformDependent.getByte(at) & 0xff | (little(PlatformDependent.getShort(at + 1)) & 0xffff) << 8;
        }
        ByteBuffer m = b.memory();
        int at = b.offset() + index;
        return m.get(at) & 0xff | (m.get(at + 1) & 0xff) << 8 | (m.get(at + 2) & 0xff) << 16;
    }

    static void setMedium(AshlarByteBuf b, int index, int value) {
        if (isRaw(b)) {
            long at = b.address() + index;
            PlatformDependent.putByte(at, (byte) (value >>> 16));
            PlatformDependent.putShort(at + 1, big((short) value));
        } else {
            ByteBuffer m = b.memory();
            int at = b.offset() + index;
            m.put(at, (byte) (value >>> 16)).put(at + 1, (byte) (value >>> 8)).put(at + 2, (byte) value);
        }
    }

    static void setMediumLE(AshlarByteBuf b, int index, int value) {
        if (isRaw(b)) {
            long at = b.address() + index;
            PlatformDependent.putByte(at, (byte) value);
            PlatformDependent.putShort(at + 1, little((short) (value >>> 8)));
        } else {
            ByteBuffer m = b.memory();
            int at = b.offset() + index;
            m.put(at, (byte) value).put(at + 1, (byte) (value >>> 8)).put(at + 2, (byte) (value >>> 16));
        }
    }

    static int getInt(AshlarByteBuf b, int index) {
        return isRaw(b) ? PlatformDependent.getInt(b.address() + index) : (int) INT.get(b.memory(), b.offset() + index);
    }

    static void setInt(AshlarByteBuf b, int index, int value) {
        if (isRaw(b)) {
            PlatformDependent.putInt(b.address() + index, value);
        } else {
            INT.set(b.memory(), b.offset() + index, value);
        }
    }

    static long getLong(AshlarByteBuf b, int index) {
        return isRaw(b)
                ? PlatformDependent.getLong(b.address() + index)
                : (long) LONG.get(b.memory(), b.offset() + index);
    }

    static void setLong(AshlarByteBuf b, int index, long value) {
        if (isRaw(b)) {
            PlatformDependent.putLong(b.address() + index, value);
        } else {
            LONG.set(b.memory(), b.offset() + index, value);
        }
    }

    static void get(AshlarByteBuf b, int index, byte[] dst, int dstIndex, int length) {
        if (isRaw(b)) {
            PlatformDependent.copyMemory(b.address() + index, dst, dstIndex, length);
        } else {
            b.memory().get(b.offset() + index, dst, dstIndex, length);
        }
    }

    static void set(AshlarByteBuf b, int index, byte[] src, int srcIndex, int length) {
        if (isRaw(b)) {
            PlatformDependent.copyMemory(src, srcIndex, b.address() + index, length);
        } else {
            b.memory().put(b.offset() + index, src, srcIndex, length);
        }
    }

    /** Fills what remains of {@code dst}, and moves its position to its limit. */
    static void get(AshlarByteBuf b, int index, ByteBuffer dst) {
        int length = dst.remaining();
        if (length == 0) {
            return; // a read-only buffer, too
        }
        dst.put(dst.position(), b.memory(), b.offset() + index, length);
        dst.position(dst.position() + length);
    }

    /** Takes all that remains of {@code src}, and moves its position to its limit. */
    static void set(AshlarByteBuf b, int index, ByteBuffer src) {
        int length = src.remaining();
        b.memory().put(b.offset() + index, src, src.position(), length);
        src.position(src.position() + length);
    }

    /** Copies between two buffers, which may be the same, and the places may overlap. */
    static void copy(AshlarByteBuf src, int srcIndex, AshlarByteBuf dst, int dstIndex, int length) {
        if (isRaw(src) && isRaw(dst)) {
            PlatformDependent.copyMemory(src.address() + srcIndex, dst.address() + dstIndex, length);
        } else {
            dst.memory().put(dst.offset() + dstIndex, src.memory(), src.offset() + srcIndex, length);
        }
    }
}
