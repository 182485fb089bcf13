// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

/**
 * How many bytes a block or a region needs, and how it has to be aligned.
 *
 * @param size bytes, zero or more
 * @param align the multiple, in bytes, at which the first byte has to lie: a power of two
 */
public record Layout(int size, int align) {

    /**
     * Checks both values.
     *
     * @throws IllegalArgumentException if {@code size} is negative, if {@code align} is no power of two, or if rounding
     *     {@code size} up to {@code align} would overflow an {@code int}
     */
    public Layout {
        if (size < 0) {
            throw new IllegalArgumentException(
                    "size=" + size + " is negative: was it computed in int arithmetic and did it overflow?");
        }
        if (align <= 0 || (align & (align - 1)) != 0) {
            throw new IllegalArgumentException("align=" + align + " is not a power of two");
        }
        if (size > Integer.MAX_VALUE - (align - 1)) {
            throw new IllegalArgumentException(
                    "size=" + size + " rounded up to align=" + align + " exceeds " + Integer.MAX_VALUE + " bytes");
        }
    }

    /**
     * A layout without any demand on alignment.
     *
     * @param size bytes, zero or more
     * @return the layout
     */
    public static Layout ofSize(int size) {
        return new Layout(size, 1);
    }
}
