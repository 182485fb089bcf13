// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

/**
 * A set of the numbers from 0 to {@code capacity - 1} that finds the least of those in a range fast.
 *
 * <p>One bit per number, 64 to a word; above it one bit per word that is not zero; and the same again.
 *
 * <pre>{@code
 * top       bit i set = middle[i] is not zero     a word for each 262,144 numbers
 * middle    bit i set = leaves[i] is not zero     a word for each 4,096
 * leaves    bit i set = i is in the set           a word for each 64
 * }</pre>
 *
 * <p>Every operation touches one word of each array and, except for {@link #takeLeast}, does so whatever is in the set:
 * branches that depend on the data would be mispredicted more often than they save anything. Only {@link #takeLeast} may
 * have to skip empty words of {@code top}.
 */
final class IndexSet {

    // The law, verified by isConsistent():
    //   bit i of middle is set  <=>  leaves[i] != 0
    //   bit i of top is set     <=>  middle[i] != 0
    private final long[] leaves;
    private final long[] middle;
    private final long[] top;

    IndexSet(int capacity) {
        leaves = new long[words(capacity)];
        middle = new long[words(leaves.length)];
        top = new long[words(middle.length)];
    }

    private static int words(int bits) {
        return (bits + 63) >>> 6;
    }

    /** The bytes of the arrays of a set of that capacity, without the arrays' headers. */
    static long arrayBytes(int capacity) {
        int leaves = words(capacity);
        int middle = words(leaves);
        return (long) Long.BYTES * (leaves + middle + words(middle));
    }

    boolean contains(int i) {
        return (leaves[i >>> 6] & 1L << i) != 0;
    }

    void add(int i) {
        leaves[i >>> 6] |= 1L << i;
        middle[i >>> 12] |= 1L << (i >>> 6);
        top[i >>> 18] |= 1L << (i >>> 12);
    }

    void remove(int i) {
        long leaf = leaves[i >>> 6] & ~(1L << i);
        leaves[i >>> 6] = leaf;
        long mid = middle[i >>> 12] & ~(oneIfZero(leaf) << (i >>> 6));
        middle[i >>> 12] = mid;
        top[i >>> 18] &= ~(oneIfZero(mid) << (i >>> 12));
    }

    /** 1 if the word is 0, and 0 otherwise. */
    private static long oneIfZero(long word) {
        return Long.numberOfTrailingZeros(word) >>> 6;
    }

    /**
     * Removes the least number in {@code [start, 2 * start)}; there must be one.
     *
     * <p>In each word the bits below {@code start} are masked out. Where {@code start} is a multiple of what the whole word
     * stands for, the mask has all bits set, because a shift counts modulo 64.
     *
     * @param start a power of two
     * @return the number
     */
    int takeLeast(int start) {
        int t = start >>> 18;
        long high = top[t];
        long candidates = high & -1L << (start >>> 12);
        while (candidates == 0) {
            high = top[++t];
            candidates = high;
        }
        int m = (t << 6) + Long.numberOfTrailingZeros(candidates);
        long mid = middle[m];
        int l = (m << 6) + Long.numberOfTrailingZeros(mid & -1L << (start >>> 6));
        long leaf = leaves[l];
        long bit = Long.lowestOneBit(leaf & -1L << start);
        leaf ^= bit;
        leaves[l] = leaf;
        mid &= ~(oneIfZero(leaf) << l);
        middle[m] = mid;
        top[t] = high & ~(oneIfZero(mid) << m);
        return (l << 6) + Long.numberOfTrailingZeros(bit);
    }

    /** How many numbers of {@code [from, to)} are in the set. */
    int count(int from, int to) {
        int count = 0;
        for (int i = from; i < Math.min(to, leaves.length << 6); i++) {
            count += contains(i) ? 1 : 0;
        }
        return count;
    }

    /** Whether both {@code 2n} and {@code 2n + 1} are in the set, for any n with {@code from <= 2n < to}. */
    boolean hasPair(int from, int to) {
        for (int even = (from + 1) & -2; even < Math.min(to, leaves.length << 6); even += 2) {
            if (contains(even) && contains(even + 1)) {
                return true;
            }
        }
        return false;
    }

    boolean isConsistent() {
        return isSummary(middle, leaves) && isSummary(top, middle);
    }

    private static boolean isSummary(long[] summary, long[] words) {
        for (int i = 0; i < words.length; i++) {
            if ((summary[i >>> 6] & 1L << i) != 0 != (words[i] != 0)) {
                return false;
            }
        }
        return true;
    }
}
