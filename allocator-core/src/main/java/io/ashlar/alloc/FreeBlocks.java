// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

/**
 * The free blocks of a {@link Buddy}: one {@link IndexSet} per order, and a mask of the sets that are not empty.
 *
 * <p>A block is named by its order and its number in units of its own size: block {@code b} of order {@code k} begins at
 * smallest block {@code b << k}; its buddy is {@code b ^ 1}.
 */
final class FreeBlocks {

    // The law, verified by violation():
    //   bit k of nonEmpty is set  <=>  sets[k] is not empty
    //   below the top order, a block and its buddy are never both in their set
    private final IndexSet[] sets;
    private final int topOrder;
    private int nonEmpty;

    FreeBlocks(int levels, int minBlocks) {
        topOrder = levels - 1;
        sets = new IndexSet[levels];
        for (int order = 0; order < levels; order++) {
            sets[order] = new IndexSet(minBlocks >>> order);
        }
    }

    /** The bytes of the arrays, without their headers. */
    static long arrayBytes(int levels, int minBlocks) {
        long bytes = 0;
        for (int order = 0; order < levels; order++) {
            bytes += IndexSet.arrayBytes(minBlocks >>> order);
        }
        return bytes;
    }

    boolean contains(int block, int order) {
        return sets[order].contains(block);
    }

    /** The order of the largest free block, or -1. */
    int largestOrder() {
        return 31 - Integer.numberOfLeadingZeros(nonEmpty);
    }

    /**
     * Takes a block of the order: the lowest one of the smallest sufficient order there is, split as often as needed.
     *
     * @return the smallest block at which it begins, or -1 if no free block is large enough
     */
    int take(int order) {
        int candidates = nonEmpty >>> order;
        if (candidates == 0) {
            return -1;
        }
        int from = order + Integer.numberOfTrailingZeros(candidates);
        int block = sets[from].least();
        remove(block, from);
        int index = block << from;
        for (int k = from - 1; k >= order; k--) {
            add((index >>> k) + 1, k);
        }
        return index;
    }

    /** Puts a block back, after merging it with its buddy for as long as that is free. */
    void put(int index, int order) {
        int block = index >>> order;
        int k = order;
        while (k < topOrder && sets[k].contains(block ^ 1)) {
            remove(block ^ 1, k);
            block >>>= 1;
            k++;
        }
        add(block, k);
    }

    private void add(int block, int order) {
        sets[order].add(block);
        nonEmpty |= 1 << order;
    }

    void remove(int block, int order) {
        IndexSet set = sets[order];
        set.remove(block);
        if (set.isEmpty()) {
            nonEmpty &= ~(1 << order);
        }
    }

    /** Forgets all blocks, so that nothing can be taken any more. */
    void abandon() {
        nonEmpty = 0;
    }

    /** The order of the free block that begins at a smallest block, or -1. */
    int orderAt(int index) {
        for (int order = 0; order <= topOrder && (index & ((1 << order) - 1)) == 0; order++) {
            if (sets[order].contains(index >>> order)) {
                return order;
            }
        }
        return -1;
    }

    int count() {
        int count = 0;
        for (IndexSet set : sets) {
            count += set.count();
        }
        return count;
    }

    /** What contradicts the law, or an empty string. */
    String violation() {
        for (int order = 0; order <= topOrder; order++) {
            if (!sets[order].isConsistent()) {
                return "the set of free blocks of order=" + order + " contradicts its own summary";
            }
            if (sets[order].isEmpty() != ((nonEmpty & 1 << order) == 0)) {
                return "nonEmpty=" + Integer.toBinaryString(nonEmpty) + " is wrong about order=" + order;
            }
            if (order < topOrder && sets[order].hasPair()) {
                return "two buddies of order=" + order + " are free and did not merge";
            }
        }
        return "";
    }
}
