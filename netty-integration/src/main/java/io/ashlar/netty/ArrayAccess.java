// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static io.ashlar.netty.MemoryAccess.RAW;
import static io.ashlar.netty.NativeOrder.big;
import static io.ashlar.netty.NativeOrder.little;

import io.netty.util.internal.PlatformDependent;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How an array is read and written; what {@link MemoryAccess} is to native memory. Where Netty has Unsafe it is used, since
 * the bounds have been checked before; elsewhere view handles, which check those of the array once more.
 *
 * <p>{@code at} is an index of the array. Values are in the machine's byte order, except those of three bytes; {@link NativeOrder} makes
 * others of them.
 */
final class ArrayAccess {

    private static final VarHandle SHORT = view(short[].class);
    private static final VarHandle INT = view(int[].class);
    private static final VarHandle LONG = view(long[].class);

    private ArrayAccess() {}

    private static VarHandle view(Class<?> arrayType) {
        return MethodHandles.byteArrayViewVarHandle(arrayType, ByteOrder.nativeOrder())
                .withInvokeExactBehavior();
    }

    static byte getByte(byte[] array, int at) {
        return RAW ? PlatformDependent.getByte(array, at) : array[at];
    }

    static void setByte(byte[] array, int at, int value) {
        if (RAW) {
            PlatformDependent.putByte(array, at, (byte) value);
        } else {
            array[at] = (byte) value;
        }
    }

    static short getShort(byte[] array, int at) {
        return RAW ? PlatformDependent.getShort(array, at) : (short) SHORT.get(array, at);
    }

    static void setShort(byte[] array, int at, short value) {
        if (RAW) {
            PlatformDependent.putShort(array, at, value);
        } else {
            SHORT.set(array, at, value);
        }
    }

    // Three bytes, as in MemoryAccess.

    static int getUnsignedMedium(byte[] array, int at) {
        return RAW
                ? (getByte(array, at) & 0xff) << 16 | big(getShort(array, at + 1)) & 0xffff
                : (array[at] & 0xff) << 16 | (array[at + 1] & 0xff) << 8 | array[at + 2] & 0xff;
    }

    static int getUnsignedMediumLE(byte[] array, int at) {
        return RAW
                ? getByte(array, at) & 0xff | (little(getShort(array, at + 1)) & 0xffff) << 8
                : array[at] & 0xff | (array[at + 1] & 0xff) << 8 | (array[at + 2] & 0xff) << 16;
    }

    static void setMedium(byte[] array, int at, int value) {
        if (RAW) {
            setByte(array, at, value >>> 16);
            setShort(array, at + 1, big((short) value));
        } else {
            array[at] = (byte) (value >>> 16);
            array[at + 1] = (byte) (value >>> 8);
            array[at + 2] = (byte) value;
        }
    }

    static void setMediumLE(byte[] array, int at, int value) {
        if (RAW) {
            setByte(array, at, value);
            setShort(array, at + 1, little((short) (value >>> 8)));
        } else {
            array[at] = (byte) value;
            array[at + 1] = (byte) (value >>> 8);
            array[at + 2] = (byte) (value >>> 16);
        }
    }

    static int getInt(byte[] array, int at) {
        return RAW ? PlatformDependent.getInt(array, at) : (int) INT.get(array, at);
    }

    static void setInt(byte[] array, int at, int value) {
        if (RAW) {
            PlatformDependent.putInt(array, at, value);
        } else {
            INT.set(array, at, value);
        }
    }

    static long getLong(byte[] array, int at) {
        return RAW ? PlatformDependent.getLong(array, at) : (long) LONG.get(array, at);
    }

    static void setLong(byte[] array, int at, long value) {
        if (RAW) {
            PlatformDependent.putLong(array, at, value);
        } else {
            LONG.set(array, at, value);
        }
    }
}
