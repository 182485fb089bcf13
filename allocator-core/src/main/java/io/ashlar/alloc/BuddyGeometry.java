// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.Layout;

/**
 * The checked configuration of a {@link Buddy}.
 *
 * @param blockSize bytes of a top-level block, a power of two
 * @param levels how many block sizes there are
 * @param numBlocks how many top-level blocks there are, 0 if not yet known
 */
record BuddyGeometry(int blockSize, int levels, int numBlocks) {

    /**
     * The least smallest block, in bytes: the seed's two links need as much on a 64-bit machine, and below it the
     * metadata would weigh a tenth of the memory and more.
     */
    static final int LEAST_BLOCK = 16;

    static BuddyGeometry of(int blockSize, int levels, int numBlocks) {
        BuddyGeometry geometry = ofLevels(blockSize, levels).withNumBlocks(numBlocks);
        if (geometry.sizeAsLong() > Integer.MAX_VALUE) {
            throw geometry.refused("the size=" + geometry.sizeAsLong() + " bytes exceeds the largest region, "
                    + Integer.MAX_VALUE + " bytes");
        }
        if (numBlocks < 1) {
            throw geometry.refused("a buddy needs at least one top-level block");
        }
        return geometry;
    }

    static BuddyGeometry ofLevels(int blockSize, int levels) {
        BuddyGeometry geometry = new BuddyGeometry(blockSize, levels, 0);
        if (blockSize <= 0 || Integer.bitCount(blockSize) != 1) {
            throw geometry.refused("the block size is not a power of two");
        }
        if (levels < 1) {
            throw geometry.refused("a buddy needs at least one level");
        }
        if (levels > 31 || geometry.minBlockSize() < LEAST_BLOCK) {
            throw geometry.refused("so many levels split blocks below the least block of " + LEAST_BLOCK + " bytes");
        }
        return geometry;
    }

    private BuddyGeometry withNumBlocks(int count) {
        return new BuddyGeometry(blockSize, levels, count);
    }

    private AllocatorConfigException refused(String wrong) {
        return new AllocatorConfigException(
                "blockSize=" + blockSize + ", levels=" + levels + ", numBlocks=" + numBlocks + ": " + wrong);
    }

    int minBlockSize() {
        return blockSize >>> (levels - 1);
    }

    int minShift() {
        return Integer.numberOfTrailingZeros(minBlockSize());
    }

    private long sizeAsLong() {
        return (long) blockSize * numBlocks;
    }

    int size() {
        return blockSize * numBlocks;
    }

    /** How many smallest blocks the region has room for. */
    int minBlocks() {
        return size() >>> minShift();
    }

    Layout regionLayout() {
        return new Layout(size(), blockSize);
    }

    Layout metadataLayout() {
        long bytes = minBlocks() + FreeBlocks.arrayBytes(levels, minBlocks());
        return new Layout(Math.toIntExact(bytes), Long.BYTES);
    }

    /** Refuses gaps that do not lie within the region, before anything is obtained for it. */
    void check(Iterable<Gap> gaps) {
        for (Gap gap : gaps) {
            if (gap.end() > size()) {
                throw refused("the gap start=" + gap.start() + ", end=" + gap.end() + " reaches beyond size=" + size());
            }
        }
    }

    void checkFits(int regionSize) {
        if (regionSize < size()) {
            throw refused("it needs size=" + size() + " bytes, its region has only size=" + regionSize);
        }
    }
}
