// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import java.nio.ByteOrder;

/**
 * From the machine's own byte order, in which memory is read and written, to the one that a caller asks for; and back,
 * which is the same.
 */
final class NativeOrder {

    /** A constant for the JIT, so that half of each choice below is not even compiled. */
    private static final boolean BIG = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;

    private NativeOrder() {}

    static short big(short value) {
        return BIG ? value : Short.reverseBytes(value);
    }

    static int big(int value) {
        return BIG ? value : Integer.reverseBytes(value);
    }

    static long big(long value) {
        return BIG ? value : Long.reverseBytes(value);
    }

    static short little(short value) {
        return BIG ? Short.reverseBytes(value) : value;
    }

    static int little(int value) {
        return BIG ? Integer.reverseBytes(value) : value;
    }

    static long little(long value) {
        return BIG ? Long.reverseBytes(value) : value;
    }
}
