// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads and writes of aligned numbers that other threads see in order, or as one step, by the view handles of the JDK. A handle has to be
 * a constant, so there is one for each byte order.
 */
final class OrderedAccess {

    private static final VarHandle LITTLE_INT = handle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_INT = handle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LITTLE_LONG = handle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_LONG = handle(long[].class, ByteOrder.BIG_ENDIAN);

    private OrderedAccess() {}

    private static VarHandle handle(Class<?> array, ByteOrder order) {
        return MethodHandles.byteBufferViewVarHandle(array, order).withInvokeExactBehavior();
    }

    private static boolean isLittle(ByteBuffer memory) {
        return memory.order() == ByteOrder.LITTLE_ENDIAN;
    }

    static int getOpaqueInt(ByteBuffer memory, int at) {
        return isLittle(memory) ? (int) LITTLE_INT.getOpaque(memory, at) : (int) BIG_INT.getOpaque(memory, at);
    }

    static void setOpaque(ByteBuffer memory, int at, int value) {
        if (isLittle(memory)) {
            LITTLE_INT.setOpaque(memory, at, value);
        } else {
            BIG_INT.setOpaque(memory, at, value);
        }
    }

    static int getAcquireInt(ByteBuffer memory, int at) {
        return isLittle(memory) ? (int) LITTLE_INT.getAcquire(memory, at) : (int) BIG_INT.getAcquire(memory, at);
    }

    static void setRelease(ByteBuffer memory, int at, int value) {
        if (isLittle(memory)) {
            LITTLE_INT.setRelease(memory, at, value);
        } else {
            BIG_INT.setRelease(memory, at, value);
        }
    }

    static boolean compareAndSet(ByteBuffer memory, int at, int expected, int value) {
        return isLittle(memory)
                ? (boolean) LITTLE_INT.compareAndSet(memory, at, expected, value)
                : (boolean) BIG_INT.compareAndSet(memory, at, expected, value);
    }

    static int getAndAdd(ByteBuffer memory, int at, int value) {
        return isLittle(memory)
                ? (int) LITTLE_INT.getAndAdd(memory, at, value)
                : (int) BIG_INT.getAndAdd(memory, at, value);
    }

    static long getOpaqueLong(ByteBuffer memory, int at) {
        return isLittle(memory) ? (long) LITTLE_LONG.getOpaque(memory, at) : (long) BIG_LONG.getOpaque(memory, at);
    }

    static void setOpaque(ByteBuffer memory, int at, long value) {
        if (isLittle(memory)) {
            LITTLE_LONG.setOpaque(memory, at, value);
        } else {
            BIG_LONG.setOpaque(memory, at, value);
        }
    }

    static long getAcquireLong(ByteBuffer memory, int at) {
        return isLittle(memory) ? (long) LITTLE_LONG.getAcquire(memory, at) : (long) BIG_LONG.getAcquire(memory, at);
    }

    static void setRelease(ByteBuffer memory, int at, long value) {
        if (isLittle(memory)) {
            LITTLE_LONG.setRelease(memory, at, value);
        } else {
            BIG_LONG.setRelease(memory, at, value);
        }
    }

    static boolean compareAndSet(ByteBuffer memory, int at, long expected, long value) {
        return isLittle(memory)
                ? (boolean) LITTLE_LONG.compareAndSet(memory, at, expected, value)
                : (boolean) BIG_LONG.compareAndSet(memory, at, expected, value);
    }

    static long getAndAdd(ByteBuffer memory, int at, long value) {
        return isLittle(memory)
                ? (long) LITTLE_LONG.getAndAdd(memory, at, value)
                : (long) BIG_LONG.getAndAdd(memory, at, value);
    }
}
