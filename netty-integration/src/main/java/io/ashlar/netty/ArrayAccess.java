// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.util.internal.PlatformDependent;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How an array is read and written; what {@link MemoryAccess} is to native memory. Where Netty has Unsafe it is used, since
 * the bounds have been checked before; elsewhere view handles, which check those of the array once more.
 *
 * <p>{@code at} is an index of the array. Methods that end in {@code LE} are little-endian, all others big-endian.
 */
final class ArrayAccess {

    private static final boolean RAW = PlatformDependent.hasUnsafe() && PlatformDependent.isUnaligned();
    private static final boolean NATIVE_BE = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;

    private static final VarHandle SHORT = view(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT_LE = view(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = view(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT_LE = view(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = view(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG_LE = view(long[].class, ByteOrder.LITTLE_ENDIAN);

    private ArrayAccess() {}

    private static VarHandle view(Class<?> arrayType, ByteOrder order) {
        return MethodHandles.byteArrayViewVarHandle(arrayType, order).withInvokeExactBehavior();
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
        if (RAW) {
            short value = PlatformDependent.getShort(array, at);
            return NATIVE_BE ? value : Short.reverseBytes(value);
        }
        return (short) SHORT.get(array, at);
    }

    static void setShort(byte[] array, int at, int value) {
        if (RAW) {
            PlatformDependent.putShort(array, at, NATIVE_BE ? (short) value : Short.reverseBytes((short) value));
        } else {
            SHORT.set(array, at, (short) value);
        }
    }

    static short getShortLE(byte[] array, int at) {
        if (RAW) {
            short value = PlatformDependent.getShort(array, at);
            return !NATIVE_BE ? value : Short.reverseBytes(value);
        }
        return (short) SHORT_LE.get(array, at);
    }

    static void setShortLE(byte[] array, int at, int value) {
        if (RAW) {
            PlatformDependent.putShort(array, at, !NATIVE_BE ? (short) value : Short.reverseBytes((short) value));
        } else {
            SHORT_LE.set(array, at, (short) value);
        }
    }

    static int getInt(byte[] array, int at) {
        if (RAW) {
            int value = PlatformDependent.getInt(array, at);
            return NATIVE_BE ? value : Integer.reverseBytes(value);
        }
        return (int) INT.get(array, at);
    }

    static void setInt(byte[] array, int at, int value) {
        if (RAW) {
            PlatformDependent.putInt(array, at, NATIVE_BE ? value : Integer.reverseBytes(value));
        } else {
            INT.set(array, at, value);
        }
    }

    static int getIntLE(byte[] array, int at) {
        if (RAW) {
            int value = PlatformDependent.getInt(array, at);
            return !NATIVE_BE ? value : Integer.reverseBytes(value);
        }
        return (int) INT_LE.get(array, at);
    }

    static void setIntLE(byte[] array, int at, int value) {
        if (RAW) {
            PlatformDependent.putInt(array, at, !NATIVE_BE ? value : Integer.reverseBytes(value));
        } else {
            INT_LE.set(array, at, value);
        }
    }

    static long getLong(byte[] array, int at) {
        if (RAW) {
            long value = PlatformDependent.getLong(array, at);
            return NATIVE_BE ? value : Long.reverseBytes(value);
        }
        return (long) LONG.get(array, at);
    }

    static void setLong(byte[] array, int at, long value) {
        if (RAW) {
            PlatformDependent.putLong(array, at, NATIVE_BE ? value : Long.reverseBytes(value));
        } else {
            LONG.set(array, at, value);
        }
    }

    static long getLongLE(byte[] array, int at) {
        if (RAW) {
            long value = PlatformDependent.getLong(array, at);
            return !NATIVE_BE ? value : Long.reverseBytes(value);
        }
        return (long) LONG_LE.get(array, at);
    }

    static void setLongLE(byte[] array, int at, long value) {
        if (RAW) {
            PlatformDependent.putLong(array, at, !NATIVE_BE ? value : Long.reverseBytes(value));
        } else {
            LONG_LE.set(array, at, value);
        }
    }

    static int getUnsignedMedium(byte[] array, int at) {
        return (getShort(array, at) & 0xffff) << 8 | getByte(array, at + 2) & 0xff;
    }

    static int getUnsignedMediumLE(byte[] array, int at) {
        return getShortLE(array, at) & 0xffff | (getByte(array, at + 2) & 0xff) << 16;
    }

    static void setMedium(byte[] array, int at, int value) {
        setShort(array, at, value >>> 8);
        setByte(array, at + 2, value);
    }

    static void setMediumLE(byte[] array, int at, int value) {
        setShortLE(array, at, value);
        setByte(array, at + 2, value >>> 16);
    }
}
