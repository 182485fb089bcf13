// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import java.util.Arrays;

/**
 * The free blocks of a {@link Buddy}, by order.
 *
 * <p>Of each order the lowest block is kept in an array of its own, {@code least}, and only the others in an
 * {@link IndexSet}. Mostly an order has one free block or none: splitting leaves one behind in each order that it passes
 * through, all of which were empty, and merging takes these away again. Both then cost one array element per order.
 *
 * <p>A block is named by its order and the index of the smallest block at which it begins; the buddy of the block
 * {@code index} of order {@code k} is {@code index ^ (1 << k)}.
 */
final class FreeBlocks {

    private static final int ABSENT = -1;

    // The law, verified by violation():
    //   bit k of nonEmpty is set  <=>  least[k] != ABSENT
    //   bit k of crowded is set   <=>  others[k] is not empty   =>  bit k of nonEmpty is set
    //   least[k] lies below every block of others[k]
    //   below the top order, a block and its buddy are never both free
    private final int topOrder;
    private final int[] least;

    /** Numbered in units of the order's block size. */
    private final IndexSet[] others;

    private int nonEmpty;
    private int crowded;

    FreeBlocks(int levels, int minBlocks) {
        topOrder = levels - 1;
        least = new int[levels];
        Arrays.fill(least, ABSENT);
        others = new IndexSet[levels];
        for (int order = 0; order < levels; order++) {
            others[order] = new IndexSet(minBlocks >>> order);
        }
    }

    /** The bytes of the arrays, without their headers. */
    static long arrayBytes(int levels, int minBlocks) {
        long bytes = (long) Integer.BYTES * levels;
        for (int order = 0; order < levels; order++) {
            bytes += IndexSet.arrayBytes(minBlocks >>> order);
        }
        return bytes;
    }

    boolean contains(int index, int order) {
        return least[order] == index || (crowded & 1 << order) != 0 && others[order].contains(index >>> order);
    }

    /** The order of the largest free block, or -1. */
    int largestOrder() {
        return 31 - Integer.numberOfLeadingZeros(nonEmpty);
    }

    /**
     * Takes a block of the order: the lowest one of the smallest sufficient order there is, split as often as needed.
     *
     * @return its index, or -1 if no free block is large enough
     */
    int take(int order) {
        int candidates = nonEmpty >>> order;
        if (candidates == 0) {
            return ABSENT;
        }
        int from = order + Integer.numberOfTrailingZeros(candidates);
        int index = least[from];
        removeLeast(from);
        // The orders passed through are empty, or one of them would have been taken from.
        for (int k = order; k < from; k++) {
            least[k] = index + (1 << k);
        }
        nonEmpty |= (1 << from) - (1 << order);
        return index;
    }

    /** Puts a block back, after merging it with its buddy for as long as that is free. */
    void put(int index, int order) {
        int k = order;
        int merged = index;
        while (k < topOrder && removeIfFree(merged ^ 1 << k, k)) {
            merged &= ~(1 << k);
            k++;
        }
        add(merged, k);
    }

    private void add(int index, int order) {
        int lowest = least[order];
        if (lowest == ABSENT) {
            least[order] = index;
            nonEmpty |= 1 << order;
            return;
        }
        crowded |= 1 << order;
        if (index < lowest) {
            least[order] = index;
            others[order].add(lowest >>> order);
        } else {
            others[order].add(index >>> order);
        }
    }

    /** Removes a block if it is free in just this order. */
    boolean removeIfFree(int index, int order) {
        if (least[order] == index) {
            removeLeast(order);
            return true;
        }
        return (crowded & 1 << order) != 0 && removeOther(index >>> order, order);
    }

    private void removeLeast(int order) {
        if ((crowded & 1 << order) == 0) {
            least[order] = ABSENT;
            nonEmpty &= ~(1 << order);
        } else {
            int next = others[order].least();
            least[order] = next << order;
            removeOther(next, order);
        }
    }

    private boolean removeOther(int block, int order) {
        IndexSet set = others[order];
        if (!set.contains(block)) {
            return false;
        }
        set.remove(block);
        if (set.isEmpty()) {
            crowded &= ~(1 << order);
        }
        return true;
    }

    /** Forgets all blocks, so that nothing can be taken any more. */
    void abandon() {
        nonEmpty = 0;
    }

    /** The order of the free block that begins at an index, or -1. */
    int orderAt(int index) {
        for (int order = 0; order <= topOrder && (index & ((1 << order) - 1)) == 0; order++) {
            if (contains(index, order)) {
                return order;
            }
        }
        return ABSENT;
    }

    int count() {
        int count = Integer.bitCount(nonEmpty);
        for (IndexSet set : others) {
            count += set.count();
        }
        return count;
    }

    /** What contradicts the law, or an empty string. */
    String violation() {
        for (int order = 0; order <= topOrder; order++) {
            IndexSet set = others[order];
            if (!set.isConsistent()) {
                return "the set of free blocks of order=" + order + " contradicts its own summary";
            }
            boolean isEmpty = (nonEmpty & 1 << order) == 0;
            boolean isCrowded = (crowded & 1 << order) != 0;
            if (isEmpty != (least[order] == ABSENT) || isCrowded == set.isEmpty() || isEmpty && isCrowded) {
                return "order=" + order + ": nonEmpty=" + !isEmpty + ", crowded=" + isCrowded + ", least="
                        + least[order] + ", others empty=" + set.isEmpty();
            }
            if (isCrowded && set.least() <= least[order] >>> order) {
                return "order=" + order + ": least=" + least[order] + " is not the least";
            }
            boolean leastHasBuddy = !isEmpty && contains(least[order] ^ 1 << order, order);
            if (order < topOrder && (set.hasPair() || leastHasBuddy)) {
                return "two buddies of order=" + order + " are free and did not merge";
            }
        }
        return "";
    }
}
