// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

/**
 * A set of the numbers from 0 to {@code capacity - 1} that finds its least element fast.
 *
 * <p>One bit per number, 64 to a word; above it, one bit per word that is not zero; and so on, until one word is left.
 *
 * <pre>{@code
 * levels[2]                 1 word: bit i set = levels[1][i] is not zero
 * levels[1]        up to 64 words: bit i set = levels[0][i] is not zero
 * levels[0]     up to 4,096 words: bit i set = i is in the set
 * }</pre>
 *
 * <p>All operations touch at most one word per level, that is five for the largest set an allocator has; adding next to,
 * and removing beside, another element of the same word touches one.
 */
final class IndexSet {

    // The law, verified by isConsistent():
    //   for d > 0: bit i of levels[d] is set  <=>  levels[d - 1][i] != 0
    private final long[][] levels;

    IndexSet(int capacity) {
        int depth = depth(capacity);
        levels = new long[depth][];
        int bits = capacity;
        for (int d = 0; d < depth; d++) {
            bits = words(bits);
            levels[d] = new long[bits];
        }
    }

    private static int words(int bits) {
        return Math.max(1, (int) ((bits + 63L) >>> 6));
    }

    private static int depth(int capacity) {
        int depth = 1;
        for (int words = words(capacity); words > 1; words = words(words)) {
            depth++;
        }
        return depth;
    }

    /** The bytes of the arrays of a set of that capacity, without the arrays' headers. */
    static long arrayBytes(int capacity) {
        long bytes = 0;
        int bits = capacity;
        for (int d = depth(capacity); d > 0; d--) {
            bits = words(bits);
            bytes += 8L * bits;
        }
        return bytes;
    }

    boolean isEmpty() {
        return levels[levels.length - 1][0] == 0;
    }

    boolean contains(int index) {
        return (levels[0][index >>> 6] & 1L << index) != 0;
    }

    void add(int index) {
        int i = index;
        for (long[] words : levels) {
            long word = words[i >>> 6];
            words[i >>> 6] = word | 1L << i;
            if (word != 0) {
                return;
            }
            i >>>= 6;
        }
    }

    void remove(int index) {
        int i = index;
        for (long[] words : levels) {
            long word = words[i >>> 6] & ~(1L << i);
            words[i >>> 6] = word;
            if (word != 0) {
                return;
            }
            i >>>= 6;
        }
    }

    /** The least element; the set must not be empty. */
    int least() {
        int i = 0;
        for (int d = levels.length - 1; d >= 0; d--) {
            i = (i << 6) + Long.numberOfTrailingZeros(levels[d][i]);
        }
        return i;
    }

    int count() {
        int count = 0;
        for (long word : levels[0]) {
            count += Long.bitCount(word);
        }
        return count;
    }

    /** Whether both {@code 2n} and {@code 2n + 1} are in the set, for any n. */
    boolean hasPair() {
        for (long word : levels[0]) {
            if ((word & word >>> 1 & 0x5555_5555_5555_5555L) != 0) {
                return true;
            }
        }
        return false;
    }

    boolean isConsistent() {
        for (int d = 1; d < levels.length; d++) {
            for (int i = 0; i < levels[d - 1].length; i++) {
                boolean marked = (levels[d][i >>> 6] & 1L << i) != 0;
                if (marked != (levels[d - 1][i] != 0)) {
                    return false;
                }
            }
        }
        return true;
    }
}
