// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/**
 * The block sizes that slabs are cut into: multiples of 16 bytes up to 64, then four per doubling.
 *
 * <pre>
 *   index  0  1  2  3 |  4  5   6   7 |   8   9  10  11 | ...
 *   bytes 16 32 48 64 | 80 96 112 128 | 160 192 224 256 | ...
 * </pre>
 *
 * <p>A request above 64 bytes wastes less than a fifth of its block; about a tenth on average if sizes are spread
 * evenly. The spacing is the one that jemalloc made common.
 */
final class SizeClasses {

    private static final int LINEAR_STEP = 16;
    private static final int LINEAR_LIMIT = 64;
    private static final int LINEAR_CLASSES = LINEAR_LIMIT / LINEAR_STEP;
    private static final int LOG_LINEAR_LIMIT = 6;

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
        // With s = size - 1 the highest bit tells the doubling, and the two bits below it the quarter.
        int s = size - 1;
        int log = 31 - Integer.numberOfLeadingZeros(s);
        return LINEAR_CLASSES + ((log - LOG_LINEAR_LIMIT) << 2) + ((s >>> (log - 2)) & 3);
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
        int doubling = (index - LINEAR_CLASSES) >>> 2;
        int quarter = (index - LINEAR_CLASSES) & 3;
        return (5 + quarter) << (doubling + LOG_LINEAR_LIMIT - 2);
    }
}
