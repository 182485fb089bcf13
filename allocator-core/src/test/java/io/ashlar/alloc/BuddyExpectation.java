// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.Layout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * A request must be served whenever a stretch of its size, rounded up to a power of two, is free at a multiple of that
 * size: an allocator that does not merge all that can be merged, or that splits what it need not split, fails here.
 */
final class BuddyExpectation implements Expectation {

    private final int blockSize;
    private final int min;
    private final int units;
    /** Smallest blocks that were given to the allocator. */
    private final BitSet populated = new BitSet();
    /** Smallest blocks that are outstanding, or were never given to it. */
    private final BitSet taken = new BitSet();

    private int free;

    BuddyExpectation(int blockSize, int min, int size) {
        this.blockSize = blockSize;
        this.min = min;
        this.units = size / min;
        taken.set(0, units);
    }

    void add(int start, int end) {
        populated.set(start / min, end / min);
        taken.clear(start / min, end / min);
        free += (end - start) / min;
    }

    boolean isUnpopulated(int start, int end) {
        int next = populated.nextSetBit(start / min);
        return next < 0 || next >= end / min;
    }

    /** The bytes of the block that serves so many bytes. */
    int footprint(int size) {
        int block = min;
        while (block < size) {
            block *= 2;
        }
        return block;
    }

    @Override
    public boolean isPossible(int size, int align) {
        return size > 0 && align <= size && size <= blockSize && freeStretch(footprint(size) / min) >= 0;
    }

    private int freeStretch(int length) {
        int at = taken.nextClearBit(0);
        while (at + length <= units) {
            int aligned = (at + length - 1) / length * length;
            int end = taken.nextSetBit(aligned);
            if ((end < 0 ? units : end) >= aligned + length) {
                return aligned;
            }
            if (end < 0) {
                return -1;
            }
            at = taken.nextClearBit(end);
        }
        return -1;
    }

    /** Whether an outstanding block can be given so many bytes where it is. */
    boolean canGrow(int offset, int size, int newSize) {
        if (newSize > blockSize) {
            return false;
        }
        int length = footprint(newSize) / min;
        int first = offset / min;
        int held = footprint(size) / min;
        if (length <= held) {
            return true;
        }
        int next = taken.nextSetBit(first + held);
        return first % length == 0 && (next < 0 ? units : next) >= first + length;
    }

    @Override
    public boolean isManaged(int offset, int size) {
        return populated.nextClearBit(offset / min) * (long) min >= (long) offset + size;
    }

    @Override
    public boolean isPlace(int offset, int size) {
        return offset % footprint(size) == 0;
    }

    @Override
    public void served(int offset, int size) {
        int length = footprint(size) / min;
        taken.set(offset / min, offset / min + length);
        free -= length;
    }

    @Override
    public void returned(int offset, int size) {
        int length = footprint(size) / min;
        taken.clear(offset / min, offset / min + length);
        free += length;
    }

    @Override
    public int available() {
        return free * min;
    }

    @Override
    public List<Layout> whole() {
        List<Layout> blocks = new ArrayList<>();
        for (int top = 0; top < units; top += blockSize / min) {
            collect(top, blockSize / min, blocks);
        }
        // The largest first, lest a small request is served by splitting a large block: there is none to spare.
        blocks.sort(Comparator.comparingInt(Layout::size).reversed());
        return blocks;
    }

    private void collect(int first, int length, List<Layout> blocks) {
        if (populated.nextClearBit(first) >= first + length) {
            blocks.add(new Layout(length * min, length * min));
        } else if (length > 1) {
            collect(first, length / 2, blocks);
            collect(first + length / 2, length / 2, blocks);
        }
    }
}
