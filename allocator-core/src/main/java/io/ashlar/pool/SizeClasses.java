// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/**
 * The block sizes that slabs are cut into: multiples of 16 bytes up to 64, then four per doubling, and eight per doubling
 * above 8 KiB, where a block wastes more bytes and there are fewer of them in a slab.
 *
 * <pre>
 *   index  0  1  2  3 |  4  5   6   7 |   8   9  10  11 | ... |   32    33 ...    39 |   40 ...
 *   bytes 16 32 48 64 | 80 96 112 128 | 160 192 224 256 | ... | 9216 10240 ... 16384 | 18432 ...
 * </pre>
 *
 * <p>A request above 64 bytes wastes less than a fifth of its block, above 8 KiB less than a ninth; about half of that on
 * average if sizes are spread evenly. The spacing by four is the one that jemalloc made common.
 */
final class SizeClasses {

    private static final int LINEAR_STEP = 16;
    private static final int LINEAR_LIMIT = 64;
    private static final int LINEAR_CLASSES = LINEAR_LIMIT / LINEAR_STEP;
    private static final int LOG_LINEAR_LIMIT = 6;
    private static final int LOG_FINE = 13;
    private static final int FIRST_FINE = LINEAR_CLASSES + ((LOG_FINE - LOG_LINEAR_LIMIT) << 2);

    private SizeClasses() {}

    /**
     * The class that serves a request. O(1).
     *
     * @param size bytes, zero or more
     * @return the index of the smallest class whose blocks hold {@code size} bytes
     */
    static int indexOf(int size) {
        if (size <= LINEAR_LIMIT) {
            return (Math.max(size, 1) - 1) / LINEAR_STEP;
        }
        // With s = size - 1 the highest bit tells the doubling, and the two or three bits below it the part of it.
        int s = size - 1;
        int log = 31 - Integer.numberOfLeadingZeros(s);
        return log < LOG_FINE
                ? LINEAR_CLASSES + ((log - LOG_LINEAR_LIMIT) << 2) + ((s >>> (log - 2)) & 3)
                : FIRST_FINE + ((log - LOG_FINE) << 3) + ((s >>> (log - 3)) & 7);
    }

    /**
     * The block size of a class. O(1).
     *
     * @param index the class
     * @return bytes
     */
    static int blockSize(int index) {
        if (index < LINEAR_CLASSES) {
            return (index + 1) * LINEAR_STEP;
        }
        if (index < FIRST_FINE) {
            int doubling = (index - LINEAR_CLASSES) >>> 2;
            int quarter = (index - LINEAR_CLASSES) & 3;
            return (5 + quarter) << (doubling + LOG_LINEAR_LIMIT - 2);
        }
        int doubling = (index - FIRST_FINE) >>> 3;
        int eighth = (index - FIRST_FINE) & 7;
        return (9 + eighth) << (doubling + LOG_FINE - 3);
    }
}
