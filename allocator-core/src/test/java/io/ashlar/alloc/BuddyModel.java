// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.alloc.OracleFailure.Finding;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * Random work for a {@link Buddy} of random configuration: with all of its memory, with gaps, or populated piece by piece
 * meanwhile. What it was not given is painted, and must still be so at the end.
 */
final class BuddyModel extends AllocatorModel {

    private static final byte CANARY = 0x5c;

    private final MemoryRegion region;
    private final Buddy buddy;
    private final Growable growable;
    private final BuddyExpectation expectation;
    private final AllocatorOracle oracle;

    BuddyModel(SplittableRandom random, UnaryOperator<Allocator> inFront) {
        super(random);
        int levels = 1 + random.nextInt(9);
        int min = 16 << random.nextInt(3);
        int blockSize = min << levels - 1;
        int numBlocks = 1 + random.nextInt(5);
        region = MemorySource.heap().acquire(Buddy.regionLayout(blockSize, levels, numBlocks));
        for (int i = 0; i < region.size(); i++) {
            region.buffer().put(i, CANARY);
        }
        expectation = new BuddyExpectation(blockSize, min, region.size());
        switch (random.nextInt(3)) {
            case 0 -> {
                buddy = Buddy.over(region, blockSize, levels, numBlocks);
                expectation.add(0, region.size());
            }
            case 1 -> {
                List<Gap> gaps = anyGaps();
                buddy = Buddy.over(region, blockSize, levels, numBlocks, gaps);
                addAround(gaps, min);
            }
            default -> buddy = Buddy.unpopulated(region, blockSize, levels, numBlocks);
        }
        Allocator subject = inFront.apply(buddy);
        isUndisguised = subject == buddy;
        growable = subject instanceof Growable other ? other : buddy::tryGrow;
        oracle = new AllocatorOracle(subject, expectation, region);
    }

    private List<Gap> anyGaps() {
        List<Gap> gaps = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            int start = random.nextInt(region.size() + 1);
            gaps.add(new Gap(start, Math.min(region.size(), start + anySize(region.size() / 4))));
        }
        return gaps;
    }

    private void addAround(List<Gap> gaps, int min) {
        for (int unit = 0; unit < region.size(); unit += min) {
            int first = unit;
            int end = unit + min;
            if (gaps.stream().noneMatch(gap -> gap.start() < gap.end() && gap.start() < end && gap.end() > first)) {
                expectation.add(first, end);
            }
        }
    }

    @Override
    AllocatorOracle oracle() {
        return oracle;
    }

    @Override
    Allocator real() {
        return buddy;
    }

    @Override
    void allocate() {
        int size = anySize(buddy.blockSize());
        int bits = size == 0 ? 3 : 31 - Integer.numberOfLeadingZeros(size);
        oracle.allocate(size, anyAlign(random.nextInt(64) == 0 ? bits + 2 : bits));
    }

    @Override
    void special() {
        int dice = random.nextInt(8);
        if (dice == 0) {
            addRegion();
        } else if (dice == 1) {
            checkLargestFree();
        } else if (oracle.liveCount() > 0) {
            grow();
        }
    }

    private void addRegion() {
        int min = buddy.minBlockSize();
        int units = region.size() / min;
        int start = random.nextInt(units + 1) * min;
        int end = Math.min(region.size(), start + anySize(units / 2) * min);
        boolean allowed = expectation.isUnpopulated(start, end);
        try {
            buddy.addRegion(start, end);
        } catch (IllegalArgumentException e) {
            if (allowed) {
                throw e;
            }
            oracle.checkAccounts("a refused addRegion");
            return;
        }
        if (!allowed) {
            throw new AssertionError("memory was added twice: " + start + " to " + end);
        }
        expectation.add(start, end);
        oracle.checkAccounts("addRegion");
    }

    private void checkLargestFree() {
        int largest = buddy.largestFree();
        boolean isPossible = largest == 0 || expectation.isPossible(largest, 1);
        boolean isLargest = largest == buddy.blockSize() || !expectation.isPossible(largest + 1, 1);
        if (isUndisguised && !(isPossible && isLargest)) {
            throw new OracleFailure(Finding.FIGURE_WRONG, "largestFree=" + largest + " with " + oracle);
        }
    }

    private void grow() {
        AllocatorOracle.Block block = oracle.anyLive(random);
        int newSize = anySize(2 * buddy.blockSize());
        boolean possible = expectation.canGrow(block.offset, block.size, newSize);
        boolean grown = growable.tryGrow(block.offset, newSize);
        if (grown != possible) {
            throw new OracleFailure(
                    possible ? Finding.REFUSED : Finding.IMPOSSIBLE,
                    "tryGrow(" + block.offset + ", " + newSize + ") = " + grown + " of " + block);
        }
        if (grown && newSize > block.size) {
            expectation.returned(block.offset, block.size);
            expectation.served(block.offset, newSize);
            oracle.resized(block, newSize);
        }
        if (isUndisguised && buddy.blockSizeOf(block.offset) != expectation.footprint(block.size)) {
            throw new OracleFailure(
                    Finding.FIGURE_WRONG, "blockSizeOf=" + buddy.blockSizeOf(block.offset) + " of " + block);
        }
        oracle.checkAccounts("tryGrow");
    }

    @Override
    void released() {
        // All there is to merge has merged already.
    }

    @Override
    void finished() {
        int min = buddy.minBlockSize();
        for (int unit = 0; unit < region.size(); unit += min) {
            for (int i = unit; i < unit + min && expectation.isUnpopulated(unit, unit + min); i++) {
                if (region.buffer().get(i) != CANARY) {
                    throw new OracleFailure(
                            Finding.CONTENT_CHANGED, "memory that is a gap was written, at offset=" + i);
                }
            }
        }
    }
}
