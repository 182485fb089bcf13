// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocationException.Reason;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.util.Objects;

/**
 * Equal blocks: the region is cut into {@code numBlocks} blocks of {@code blockSize} bytes, without anything between
 * them.
 *
 * <p><b>Idea.</b> The indices of released blocks lie on a stack, so that the block released last, whose bytes are still
 * in the processor's caches, is handed out first. Blocks that were never handed out are not on the stack; they follow in
 * ascending order once the stack is empty. Hence creating a slab costs nothing per block, and memory that was never
 * needed is never touched. A flag per block says whether it is outstanding: a byte, because a bit could not be set without
 * reading its word first, and each operation would wait for the one before.
 *
 * <table>
 * <caption>Complexity</caption>
 * <tr><th>operation</th><th>best case</th><th>worst case</th></tr>
 * <tr><td>allocate</td><td>O(1)</td><td>O(1)</td></tr>
 * <tr><td>deallocate</td><td>O(1)</td><td>O(1)</td></tr>
 * </table>
 *
 * <p><b>Fragmentation.</b> None outside blocks: any free block serves any request. Inside a block, what the request is
 * smaller than the block size.
 *
 * <p><b>Configuration.</b>
 * <ul>
 * <li>{@code blockSize} is at least 1 byte. It is taken as it is: the allocator from which this one descends rounds it
 *     up to 8 bytes, because it keeps a link in each free block; here nothing is kept in blocks.
 * <li>Every block begins at a multiple of {@link #blockAlign()}, the largest power of two that divides the block size.
 *     A request with a coarser alignment is answered with {@link #EXHAUSTED}; round the block size up if you need one.
 * <li>{@code numBlocks} may be 0: such a slab has no memory and hands out nothing.
 * <li>{@code blockSize * numBlocks} is at most {@link Integer#MAX_VALUE} bytes.
 * <li>A request for 0 bytes gets a block, as any request of at most {@code blockSize} bytes does.
 * </ul>
 *
 * <p><b>Metadata.</b> About 5 bytes of Java heap per block, none in the region.
 *
 * <p><b>Thread safety.</b> None: one thread at a time.
 *
 * <p><b>Example.</b>
 * <pre>{@code
 * try (Slab slab = Slab.create(MemorySource.heap(), 96, 1_000)) {
 *     int offset = slab.tryAllocateBlock();
 *     if (offset != Allocator.EXHAUSTED) {
 *         slab.region().buffer().putLong(offset, 42L);
 *         slab.deallocate(offset);
 *     }
 * }
 * }</pre>
 */
public final class Slab extends RegionAllocator {

    // The conservation law, verified by checkInvariants():
    //   0 <= freeTop <= fresh <= numBlocks
    //   every index in [0, fresh) is either on the stack free[0, freeTop), exactly once, or has its flag set
    //   no index in [fresh, numBlocks) is on the stack or has its flag set
    // Hence outstanding = fresh - freeTop, and free blocks = freeTop + (numBlocks - fresh).

    private final int blockSize;
    private final int numBlocks;

    /** {@code offset / blockSize == (offset * reciprocal) >>> reciprocalShift}: see {@link #reciprocalShift(int)}. */
    private final long reciprocal;

    private final int reciprocalShift;

    /** Indices of released blocks; the last one released is at {@code freeTop - 1}. */
    private final int[] free;

    /** Per block: whether it is outstanding. */
    private final boolean[] isOutstanding;

    private int freeTop;

    /** The first index that was never handed out. */
    private int fresh;

    private Slab(MemoryRegion region, boolean ownsRegion, int blockSize, int numBlocks) {
        super(region, ownsRegion);
        this.blockSize = blockSize;
        this.numBlocks = numBlocks;
        this.reciprocalShift = reciprocalShift(blockSize);
        this.reciprocal = (1L << reciprocalShift) / blockSize + ((1L << reciprocalShift) % blockSize == 0 ? 0 : 1);
        this.free = new int[numBlocks];
        this.isOutstanding = new boolean[numBlocks];
    }

    /**
     * Division by a constant as a multiplication, after Granlund and Montgomery, "Division by invariant integers using
     * multiplication" (1994): with {@code s = 31 + ceil(log2(d))} and {@code m = ceil(2^s / d)}, {@code (n * m) >>> s}
     * is {@code n / d} for all {@code 0 <= n < 2^31}; {@code m <= 2^32} and so the product fits a long.
     */
    private static int reciprocalShift(int divisor) {
        return 31 + (32 - Integer.numberOfLeadingZeros(divisor - 1));
    }

    /**
     * The region that a slab needs.
     *
     * @param blockSize bytes per block
     * @param numBlocks how many blocks
     * @return {@code blockSize * numBlocks} bytes, aligned to the largest power of two that divides {@code blockSize}
     * @throws AllocatorConfigException if {@code blockSize} is not positive, {@code numBlocks} is negative, or the
     *     product exceeds {@link Integer#MAX_VALUE}
     */
    public static Layout regionLayout(int blockSize, int numBlocks) {
        if (blockSize <= 0 || numBlocks < 0) {
            throw new AllocatorConfigException("blockSize=" + blockSize + ", numBlocks=" + numBlocks
                    + ": a slab needs a positive block size and no negative number of blocks");
        }
        long size = (long) blockSize * numBlocks;
        if (size > Integer.MAX_VALUE) {
            throw new AllocatorConfigException("blockSize=" + blockSize + ", numBlocks=" + numBlocks
                    + ": a slab of size=" + size + " bytes exceeds the largest region, " + Integer.MAX_VALUE
                    + " bytes");
        }
        return new Layout((int) size, Integer.lowestOneBit(blockSize));
    }

    /**
     * A slab on a region of its own, which it closes when it is closed. With {@code numBlocks} 0 no region is obtained.
     *
     * @param source where the region comes from
     * @param blockSize bytes per block
     * @param numBlocks how many blocks
     * @return the slab
     * @throws AllocatorConfigException as {@link #regionLayout(int, int)} does
     * @throws AllocationException if the source has no such region left
     */
    public static Slab create(MemorySource source, int blockSize, int numBlocks) {
        Layout layout = regionLayout(blockSize, numBlocks);
        if (layout.size() == 0) {
            return new Slab(EmptyRegion.INSTANCE, false, blockSize, numBlocks);
        }
        MemoryRegion region = source.acquire(layout);
        try {
            return new Slab(region, true, blockSize, numBlocks);
        } catch (Throwable t) {
            region.close();
            throw t;
        }
    }

    /**
     * A slab on memory that belongs to the caller and is left open when the slab is closed.
     *
     * @param region the memory; the slab uses its first {@code blockSize * numBlocks} bytes
     * @param blockSize bytes per block
     * @param numBlocks how many blocks
     * @return the slab
     * @throws AllocatorConfigException as {@link #regionLayout(int, int)} does, or if the region is too small
     */
    public static Slab over(MemoryRegion region, int blockSize, int numBlocks) {
        Layout layout = regionLayout(blockSize, numBlocks);
        if (layout.size() > region.size()) {
            throw new AllocatorConfigException("blockSize=" + blockSize + ", numBlocks=" + numBlocks
                    + ": a slab needs size=" + layout.size() + " bytes, its region has only size=" + region.size());
        }
        return new Slab(region, false, blockSize, numBlocks);
    }

    @Override
    public String name() {
        return "slab[blockSize=" + blockSize + ", numBlocks=" + numBlocks + "]";
    }

    @Override
    public int tryAllocate(int size, int align) {
        if (size > blockSize || align > blockAlign() || isInvalid(size, align)) {
            return exhausted(size, align);
        }
        return tryAllocateBlock();
    }

    /**
     * Hands out a block.
     *
     * @return the block's offset from the start of the region in bytes, or {@link #EXHAUSTED}
     * @throws IllegalStateException after {@link #close()}
     */
    public int tryAllocateBlock() {
        int index = tryAllocateIndex();
        return index == EXHAUSTED ? EXHAUSTED : index * blockSize;
    }

    /**
     * Hands out a block.
     *
     * @return the block's index, from 0 to {@code numBlocks - 1}, or {@link #EXHAUSTED}
     * @throws IllegalStateException after {@link #close()}
     */
    public int tryAllocateIndex() {
        int top = freeTop - 1;
        if (top < 0) {
            return tryAllocateFresh();
        }
        int index = free[top];
        freeTop = top;
        isOutstanding[index] = true;
        return index;
    }

    private int tryAllocateFresh() {
        checkOpen();
        int index = fresh;
        if (index == numBlocks) {
            return EXHAUSTED;
        }
        fresh = index + 1;
        isOutstanding[index] = true;
        return index;
    }

    @Override
    public void deallocate(int offset) {
        int index = (int) ((offset * reciprocal) >>> reciprocalShift);
        if (offset < 0 || index >= fresh || index * blockSize != offset) {
            throw notABlock(offset);
        }
        deallocateIndex(index);
    }

    /**
     * Takes a block back.
     *
     * @param index what {@link #tryAllocateIndex()} returned
     * @throws IllegalArgumentException if that block is not outstanding: released twice, or of another allocator
     * @throws IllegalStateException after {@link #close()}
     */
    public void deallocateIndex(int index) {
        if (index < 0 || index >= fresh) {
            throw notABlockIndex(index);
        }
        if (!isOutstanding[index]) {
            throw notABlockIndex(index);
        }
        isOutstanding[index] = false;
        free[freeTop++] = index;
    }

    private IllegalArgumentException notABlock(int offset) {
        if (!isInside(offset)) {
            return noBlockAt(offset, "the slab's memory is [0, " + size() + "); belongs to another allocator?");
        }
        int index = offset / blockSize;
        if (index * blockSize != offset) {
            return noBlockAt(
                    offset, "not the first byte of a block; block index=" + index + " begins at " + index * blockSize);
        }
        return notABlockIndex(index);
    }

    private IllegalArgumentException notABlockIndex(int index) {
        if (index < 0 || index >= numBlocks) {
            checkOpen();
            return new IllegalArgumentException(name() + " has no block index=" + index
                    + ": valid are 0 to numBlocks - 1; belongs to another allocator?");
        }
        String wrong = index < fresh ? "released twice?" : "it was never handed out; belongs to another allocator?";
        return noBlockAt(index * blockSize, "block index=" + index + " is not outstanding: " + wrong);
    }

    /**
     * Where a block begins.
     *
     * @param index a block's index
     * @return its offset from the start of the region in bytes
     * @throws IndexOutOfBoundsException if there is no such block
     */
    public int offsetOf(int index) {
        return Objects.checkIndex(index, numBlocks) * blockSize;
    }

    /**
     * The block in which an offset lies.
     *
     * @param offset bytes from the start of the region
     * @return the block's index
     * @throws IndexOutOfBoundsException if it lies in no block
     */
    public int indexOf(int offset) {
        return (int) ((Objects.checkIndex(offset, size()) * reciprocal) >>> reciprocalShift);
    }

    /**
     * Whether a block is outstanding. O(1).
     *
     * @param index a block's index
     * @return true if it was handed out and not released since
     * @throws IndexOutOfBoundsException if there is no such block
     * @throws IllegalStateException after {@link #close()}
     */
    public boolean isOutstanding(int index) {
        checkOpen();
        return isOutstanding[Objects.checkIndex(index, numBlocks)];
    }

    /**
     * The size of every block.
     *
     * @return bytes
     */
    public int blockSize() {
        return blockSize;
    }

    /**
     * The alignment of every block relative to the region's start: {@code 1 << numberOfTrailingZeros(blockSize)}.
     *
     * @return a power of two, in bytes
     */
    public int blockAlign() {
        return Integer.lowestOneBit(blockSize);
    }

    /**
     * How many blocks can be outstanding at once.
     *
     * @return a count
     */
    public int numBlocks() {
        return numBlocks;
    }

    /**
     * The managed memory.
     *
     * @return bytes: {@code blockSize * numBlocks}
     */
    public int size() {
        return blockSize * numBlocks;
    }

    /**
     * The first offset above the managed memory.
     *
     * @return bytes from the start of the region
     */
    public int limit() {
        return size();
    }

    @Override
    public boolean contains(int offset) {
        checkOpen();
        return isInside(offset);
    }

    private boolean isInside(int offset) {
        return offset >= 0 && offset < size();
    }

    /**
     * Whether at least one block can be had.
     *
     * @return true if so
     * @throws IllegalStateException after {@link #close()}
     */
    public boolean canAllocate() {
        checkOpen();
        return freeTop > 0 || fresh < numBlocks;
    }

    @Override
    public int outstanding() {
        checkOpen();
        return fresh - freeTop;
    }

    @Override
    public int available() {
        checkOpen();
        return (numBlocks - fresh + freeTop) * blockSize;
    }

    @Override
    int managedBytes() {
        return size();
    }

    @Override
    void abandon() {
        fresh = 0;
        freeTop = 0;
    }

    @Override
    AllocationException refusal(Layout layout) {
        if (layout.size() > blockSize) {
            return refused(Reason.TOO_LARGE, layout, "every block has blockSize=" + blockSize + " bytes");
        }
        if (layout.align() > blockAlign()) {
            return refused(
                    Reason.ALIGNMENT,
                    layout,
                    "align=" + layout.align() + " is coarser than blockAlign=" + blockAlign()
                            + ", the largest power of two that divides blockSize=" + blockSize);
        }
        return refused(Reason.EXHAUSTED, layout, "all numBlocks=" + numBlocks + " blocks are outstanding");
    }

    @Override
    public void checkInvariants() {
        checkOpen();
        if (freeTop < 0 || freeTop > fresh || fresh > numBlocks) {
            throw violated("freeTop=" + freeTop + " <= fresh=" + fresh + " <= numBlocks=" + numBlocks);
        }
        boolean[] seen = new boolean[numBlocks];
        for (int i = 0; i < freeTop; i++) {
            int index = free[i];
            if (index < 0 || index >= fresh) {
                throw violated("free[" + i + "]=" + index + " was never handed out, fresh=" + fresh);
            }
            if (seen[index]) {
                throw violated("block index=" + index + " is on the stack twice");
            }
            seen[index] = true;
        }
        for (int index = 0; index < numBlocks; index++) {
            boolean out = isOutstanding[index];
            boolean onStack = seen[index];
            if (index < fresh ? out == onStack : out) {
                throw violated("block index=" + index + ": outstanding=" + out + ", on the stack=" + onStack
                        + ", fresh=" + fresh);
            }
        }
    }
}
