// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static io.ashlar.netty.MemoryAccess.RAW;

import io.netty.util.internal.PlatformDependent;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How an array is read and written; what {@link MemoryAccess} is to native memory. Where Netty has Unsafe it is used, since
 * the bounds have been checked before; elsewhere view handles, which check those of the array once more.
 *
 * <p>{@code at} is an index of the array. Values are in the machine's byte order; {@link NativeOrder} makes others of them.
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
