// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

/**
 * The free blocks of a {@link Buddy}, by order.
 *
 * <p>All blocks that there can be are numbered as the nodes of a binary tree are in a heap: the halves of block {@code n}
 * are {@code 2n} and {@code 2n + 1}. Hence the buddy of {@code n} is {@code n ^ 1}, both were split from {@code n >>> 1},
 * and one {@link IndexSet} has room for the blocks of every order:
 *
 * <pre>{@code
 * first        a power of two, at least the number of smallest blocks
 * first + i    the smallest block with the index i
 * nodes of order k: from first >>> k; the one at index i is (first + i) >>> k
 * }</pre>
 *
 * <p>Splitting leaves one block behind in each order that it passes through, all of which were empty, and merging takes
 * these away again. Such a block is only noted with its order, and enters the set when a second one joins it. Splitting
 * and merging then cost one array element per order.
 */
final class FreeBlocks {

    private static final int ABSENT = -1;

    // The law, verified by violation():
    //   held[k] == 0: no block of order k is free
    //   held[k] > 0:  one is, the node held[k], and none of the order is in the set
    //   held[k] < 0:  -held[k] are, all of them in the set
    //   bit k of nonEmpty is set  <=>  held[k] != 0
    //   below the top order, a block and its buddy are never both free
    private final int topOrder;
    private final int first;
    private final IndexSet set;
    private final int[] held;
    private int nonEmpty;

    FreeBlocks(int levels, int minBlocks) {
        topOrder = levels - 1;
        first = first(minBlocks);
        set = new IndexSet(first + minBlocks);
        held = new int[levels];
    }

    private static int first(int minBlocks) {
        return Integer.highestOneBit(2 * minBlocks - 1);
    }

    /** The bytes of the arrays, without their headers. */
    static long arrayBytes(int levels, int minBlocks) {
        return (long) Integer.BYTES * levels + IndexSet.arrayBytes(first(minBlocks) + minBlocks);
    }

    private int node(int index, int order) {
        return (first + index) >>> order;
    }

    boolean contains(int index, int order) {
        return isFree(node(index, order), order);
    }

    private boolean isFree(int node, int order) {
        return held[order] == node || set.contains(node);
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
        return (nonEmpty >>> order & 1) != 0 ? takeLowest(order) : takePartOfLarger(order);
    }

    private int takeLowest(int order) {
        int now = held[order];
        int node;
        if (now > 0) {
            node = now;
            setHeld(order, 0);
        } else {
            node = set.takeLeast(first >>> order);
            setHeld(order, now + 1);
        }
        return (node << order) - first;
    }

    private int takePartOfLarger(int order) {
        int candidates = nonEmpty >>> order;
        if (candidates == 0) {
            return ABSENT;
        }
        int from = order + Integer.numberOfTrailingZeros(candidates);
        int index = takeLowest(from);
        // The orders passed through are empty, or one of them would have been taken from.
        for (int k = order; k < from; k++) {
            held[k] = node(index, k) + 1;
        }
        nonEmpty |= (1 << from) - (1 << order);
        return index;
    }

    /** Notes that fewer blocks of the order are free than before. */
    private void setHeld(int order, int fewer) {
        held[order] = fewer;
        if (fewer == 0) {
            nonEmpty &= ~(1 << order);
        }
    }

    /** Puts a block back, after merging it with its buddy for as long as that is free. */
    void put(int index, int order) {
        int node = node(index, order);
        if (order < topOrder && isFree(node ^ 1, order)) {
            merge(node, order);
        } else {
            add(node, order);
        }
    }

    private void merge(int block, int order) {
        int node = block;
        int k = order;
        int emptied = 0;
        // The mask is written once: as a field it would make every step wait for the step before.
        while (k < topOrder && isFree(node ^ 1, k)) {
            int now = held[k];
            if (now < 0) {
                set.remove(node ^ 1);
            }
            held[k] = now < 0 ? now + 1 : 0;
            emptied |= held[k] == 0 ? 1 << k : 0;
            node >>>= 1;
            k++;
        }
        nonEmpty &= ~emptied;
        add(node, k);
    }

    private void add(int node, int order) {
        int now = held[order];
        if (now > 0) {
            set.add(now);
            now = -1;
        }
        set.add(node);
        held[order] = now - 1;
        nonEmpty |= 1 << order;
    }

    /** Removes a block if it is free in just this order. */
    boolean removeIfFree(int index, int order) {
        int node = node(index, order);
        if (!isFree(node, order)) {
            return false;
        }
        int now = held[order];
        if (now > 0) {
            setHeld(order, 0);
        } else {
            set.remove(node);
            setHeld(order, now + 1);
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
        int count = 0;
        for (int each : held) {
            count += each > 0 ? 1 : -each;
        }
        return count;
    }

    /** What contradicts the law, or an empty string. */
    String violation() {
        if (!set.isConsistent()) {
            return "the set of free blocks contradicts its own summaries";
        }
        int inSet = 0;
        for (int order = 0; order <= topOrder; order++) {
            int start = first >>> order;
            int found = set.count(start, 2 * start);
            inSet += found;
            boolean isEmpty = (nonEmpty & 1 << order) == 0;
            boolean isNoted = held[order] >= start && held[order] < 2 * start;
            if (found != Math.max(0, -held[order]) || isEmpty != (held[order] == 0) || held[order] > 0 && !isNoted) {
                return "order=" + order + ": nonEmpty=" + !isEmpty + ", held=" + held[order] + ", in the set=" + found;
            }
            boolean hasBuddy = held[order] > 0 && set.contains(held[order] ^ 1);
            if (order < topOrder && (hasBuddy || set.hasPair(start, 2 * start))) {
                return "two buddies of order=" + order + " are free and did not merge";
            }
        }
        return inSet == set.count(0, 2 * first) ? "" : "the set holds blocks of no order";
    }
}
