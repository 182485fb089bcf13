// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocationException.Reason;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Power-of-two blocks: {@code numBlocks} top-level blocks, each of which can be split in half {@code levels - 1} times.
 *
 * <p><b>Idea.</b> A request takes the smallest free block that is large enough, at the lowest offset there is, and splits
 * it until it fits. A released block merges with its buddy, the other half of the block that both were split from, for
 * as long as the buddy is free too. The <em>order</em> of a block is the power: its size is the smallest block's size
 * {@code << order}. The free blocks form a bitmap with summaries above it, which finds the lowest one of an order at
 * once; one mask says which orders have any. Taking low offsets first leaves the memory at the top free for as long as
 * possible.
 *
 * <table>
 * <caption>Complexity</caption>
 * <tr><th>operation</th><th>best case</th><th>worst case</th></tr>
 * <tr><td>allocate</td><td>O(1)</td><td>O(levels): one step for each time a block is split</td></tr>
 * <tr><td>deallocate</td><td>O(1)</td><td>O(levels): one step for each time blocks merge</td></tr>
 * <tr><td>grow in place</td><td>O(1)</td><td>O(levels)</td></tr>
 * <tr><td>largest free block</td><td>O(1)</td><td>O(1)</td></tr>
 * </table>
 * The "log levels" in the documentation of the allocator from which this one descends is the same: its loops too take
 * one step per level. A step here touches one array element, or three words where an order has several free blocks. In a
 * buddy of more than 262,144 smallest blocks, the search for the lowest may pass one word more for each so many.
 *
 * <p><b>Fragmentation.</b> Inside blocks up to half of a block, because sizes are rounded up to powers of two. Outside
 * blocks little: free buddies always merge. One small block keeps its top-level block from being whole.
 *
 * <p><b>Configuration.</b>
 * <ul>
 * <li>{@code blockSize}, the size of a top-level block and of the largest request, is a power of two.
 * <li>{@code levels} is at least 1; the smallest block, {@code blockSize >> (levels - 1)}, has at least 16 bytes.
 * <li>{@code numBlocks} is at least 1; {@code blockSize * numBlocks} is at most {@link Integer#MAX_VALUE} bytes.
 * <li>A block begins at a multiple of its own size. A request for 0 bytes, or one whose alignment exceeds its size, is
 *     answered with {@link #EXHAUSTED}.
 * </ul>
 *
 * <p><b>Populating.</b> An allocator may be given its memory piece by piece ({@link #unpopulated} and
 * {@link #addRegion}) or with {@linkplain Gap gaps}. Memory that was not given to it is never handed out, read or
 * written.
 *
 * <p><b>Metadata.</b> 1.3 to 1.4 bytes of Java heap per smallest block, and a little per level ({@link #metadataLayout}), none in the region.
 *
 * <p><b>Thread safety.</b> None: one thread at a time.
 *
 * <p><b>Example.</b>
 * <pre>{@code
 * // Four top-level blocks of 4,096 bytes; nine levels, hence blocks of 16 bytes and more.
 * try (Buddy buddy = Buddy.create(MemorySource.heap(), 4_096, 9, 4)) {
 *     int offset = buddy.tryAllocate(100, 1);
 *     assert buddy.blockSizeOf(offset) == 128;
 *     if (buddy.tryGrow(offset, 200)) {
 *         assert buddy.blockSizeOf(offset) == 256;
 *     }
 *     buddy.deallocate(offset);
 * }
 * }</pre>
 */
public final class Buddy extends RegionAllocator {

    /** Memory that was not given to the allocator. */
    private static final byte UNPOPULATED = 0;

    /** Memory that was given to the allocator, and where no outstanding block begins. */
    private static final byte NONE = 1;

    /** An outstanding block of order 0 begins here; of order 1: one more, and so on. */
    private static final byte ORDER_0 = 2;

    // The conservation law, verified by checkInvariants():
    //   every populated smallest block lies in exactly one block, which is free or outstanding
    //   no unpopulated one lies in any
    //   a free block below the top order has no free buddy of the same order
    //   available   = sum of the sizes of the free blocks
    //   outstanding = number of outstanding blocks

    private final BuddyGeometry geometry;
    private final int size;
    private final int blockSize;
    private final int minShift;
    private final int topOrder;

    private final FreeBlocks free;

    /** Per smallest block: {@link #UNPOPULATED}, {@link #NONE}, or {@link #ORDER_0} plus an order. */
    private byte[] begins;

    private int outstanding;
    private int available;

    private Buddy(MemoryRegion region, boolean ownsRegion, BuddyGeometry geometry) {
        super(region, ownsRegion);
        this.geometry = geometry;
        this.size = geometry.size();
        this.blockSize = geometry.blockSize();
        this.minShift = geometry.minShift();
        this.topOrder = geometry.levels() - 1;
        this.begins = new byte[geometry.minBlocks()];
        this.free = new FreeBlocks(geometry.levels(), geometry.minBlocks());
    }

    /**
     * The size of the smallest blocks.
     *
     * @param blockSize bytes of a top-level block
     * @param levels how many block sizes there are
     * @return bytes: {@code blockSize >> (levels - 1)}
     * @throws AllocatorConfigException if {@code blockSize} is not a power of two, {@code levels} is not positive, or the
     *     smallest block would have fewer than 16 bytes
     */
    public static int minBlockSize(int blockSize, int levels) {
        return BuddyGeometry.ofLevels(blockSize, levels).minBlockSize();
    }

    /**
     * The region that a buddy needs.
     *
     * @param blockSize bytes of a top-level block
     * @param levels how many block sizes there are
     * @param numBlocks how many top-level blocks
     * @return {@code blockSize * numBlocks} bytes, aligned to {@code blockSize}
     * @throws AllocatorConfigException as {@link #minBlockSize} does; if {@code numBlocks} is not positive; if the size
     *     exceeds {@link Integer#MAX_VALUE}
     */
    public static Layout regionLayout(int blockSize, int levels, int numBlocks) {
        return BuddyGeometry.of(blockSize, levels, numBlocks).regionLayout();
    }

    /**
     * The Java heap that a buddy's arrays need.
     *
     * @param blockSize bytes of a top-level block
     * @param levels how many block sizes there are
     * @param numBlocks how many top-level blocks
     * @return the bytes of the arrays' elements
     * @throws AllocatorConfigException as {@link #regionLayout} does
     */
    public static Layout metadataLayout(int blockSize, int levels, int numBlocks) {
        return BuddyGeometry.of(blockSize, levels, numBlocks).metadataLayout();
    }

    /**
     * A buddy on a region of its own, which it closes when it is closed.
     *
     * @param source where the region comes from
     * @param blockSize bytes of a top-level block
     * @param levels how many block sizes there are
     * @param numBlocks how many top-level blocks
     * @return the buddy, with all of its memory free
     * @throws AllocatorConfigException as {@link #regionLayout} does
     * @throws AllocationException if the source has no such region left
     */
    public static Buddy create(MemorySource source, int blockSize, int levels, int numBlocks) {
        return create(source, blockSize, levels, numBlocks, List.of());
    }

    /**
     * A buddy on a region of its own, which it closes when it is closed, with parts that it leaves alone.
     *
     * @param source where the region comes from
     * @param blockSize bytes of a top-level block
     * @param levels how many block sizes there are
     * @param numBlocks how many top-level blocks
     * @param gaps what must be left alone, in any order; gaps may overlap. Each is rounded outwards to whole smallest
     *     blocks.
     * @return the buddy, with all of its memory free except the gaps
     * @throws AllocatorConfigException as {@link #regionLayout} does, or if a gap does not lie within the region
     * @throws AllocationException if the source has no such region left
     */
    public static Buddy create(MemorySource source, int blockSize, int levels, int numBlocks, List<Gap> gaps) {
        BuddyGeometry geometry = BuddyGeometry.of(blockSize, levels, numBlocks);
        geometry.check(gaps);
        MemoryRegion region = source.acquire(geometry.regionLayout());
        try {
            return new Buddy(region, true, geometry).populateAround(gaps);
        } catch (Throwable t) {
            region.close();
            throw t;
        }
    }

    /**
     * A buddy on memory that belongs to the caller and is left open when the buddy is closed.
     *
     * @param region the memory; the buddy uses its first {@code blockSize * numBlocks} bytes. Blocks are aligned relative
     *     to its start; where addresses matter, it should be aligned as {@link #regionLayout} says.
     * @param blockSize bytes of a top-level block
     * @param levels how many block sizes there are
     * @param numBlocks how many top-level blocks
     * @return the buddy, with all of its memory free
     * @throws AllocatorConfigException as {@link #regionLayout} does, or if the region is too small
     */
    public static Buddy over(MemoryRegion region, int blockSize, int levels, int numBlocks) {
        return over(region, blockSize, levels, numBlocks, List.of());
    }

    /**
     * A buddy on memory that belongs to the caller and is left open when the buddy is closed, with parts that it leaves
     * alone.
     *
     * @param region the memory; the buddy uses its first {@code blockSize * numBlocks} bytes
     * @param blockSize bytes of a top-level block
     * @param levels how many block sizes there are
     * @param numBlocks how many top-level blocks
     * @param gaps what must be left alone, in any order; gaps may overlap. Each is rounded outwards to whole smallest
     *     blocks.
     * @return the buddy, with all of its memory free except the gaps
     * @throws AllocatorConfigException as {@link #regionLayout} does, if the region is too small, or if a gap does not
     *     lie within it
     */
    public static Buddy over(MemoryRegion region, int blockSize, int levels, int numBlocks, List<Gap> gaps) {
        BuddyGeometry geometry = BuddyGeometry.of(blockSize, levels, numBlocks);
        geometry.check(gaps);
        geometry.checkFits(region.size());
        return new Buddy(region, false, geometry).populateAround(gaps);
    }

    /**
     * A buddy that can hand out nothing until {@link #addRegion} gives it memory. The region belongs to the caller and is
     * left open when the buddy is closed.
     *
     * @param region the memory, of at least {@code blockSize * numBlocks} bytes
     * @param blockSize bytes of a top-level block
     * @param levels how many block sizes there are
     * @param numBlocks how many top-level blocks
     * @return the buddy, without any memory
     * @throws AllocatorConfigException as {@link #regionLayout} does, or if the region is too small
     */
    public static Buddy unpopulated(MemoryRegion region, int blockSize, int levels, int numBlocks) {
        BuddyGeometry geometry = BuddyGeometry.of(blockSize, levels, numBlocks);
        geometry.checkFits(region.size());
        return new Buddy(region, false, geometry);
    }

    private Buddy populateAround(List<Gap> gaps) {
        List<Gap> sorted = new ArrayList<>(gaps);
        sorted.sort(Comparator.comparingInt(Gap::start));
        int round = geometry.minBlockSize() - 1;
        int populatedTo = 0;
        for (Gap gap : sorted) {
            if (gap.start() == gap.end()) {
                continue;
            }
            int start = gap.start() & ~round;
            if (start > populatedTo) {
                addRegion(populatedTo, start);
            }
            // The size is a multiple of the smallest block, so that rounding up cannot leave the int range.
            populatedTo = Math.max(populatedTo, ((gap.end() - 1) | round) + 1);
        }
        if (populatedTo < size) {
            addRegion(populatedTo, size);
        }
        return this;
    }

    /**
     * Gives the allocator memory that it did not have before.
     *
     * @param start its first byte, in bytes from the start of the region; a multiple of the smallest block
     * @param end the first byte above it; a multiple of the smallest block. If it equals {@code start}, nothing happens.
     * @throws IllegalArgumentException if a bound is no multiple of the smallest block or lies outside the region, if
     *     {@code end} is below {@code start}, or if a part of the memory was given to the allocator before; nothing was
     *     changed then
     * @throws IllegalStateException after {@link #close()}
     */
    public void addRegion(int start, int end) {
        checkOpen();
        checkAddable(start, end);
        int index = start >>> minShift;
        int endIndex = end >>> minShift;
        Arrays.fill(begins, index, endIndex, NONE);
        available += end - start;
        while (index < endIndex) {
            // The largest block that may begin here and that does not reach beyond the end.
            int aligned = index == 0 ? topOrder : Integer.numberOfTrailingZeros(index);
            int fitting = 31 - Integer.numberOfLeadingZeros(endIndex - index);
            int order = Math.min(topOrder, Math.min(aligned, fitting));
            free.put(index, order);
            index += 1 << order;
        }
    }

    private void checkAddable(int start, int end) {
        String what = name() + " cannot be given start=" + start + ", end=" + end + ": ";
        if (start < 0 || end < start || end > size) {
            throw new IllegalArgumentException(what + "it does not lie within [0, " + size + ")");
        }
        if (((start | end) & (geometry.minBlockSize() - 1)) != 0) {
            throw new IllegalArgumentException(
                    what + "a bound is no multiple of minBlockSize=" + geometry.minBlockSize());
        }
        for (int index = start >>> minShift; index < end >>> minShift; index++) {
            if (begins[index] != UNPOPULATED) {
                throw new IllegalArgumentException(
                        what + "offset=" + (index << minShift) + " was given to it before; added twice?");
            }
        }
    }

    @Override
    public String name() {
        return "buddy[blockSize=" + blockSize + ", levels=" + geometry.levels() + ", numBlocks=" + geometry.numBlocks()
                + "]";
    }

    @Override
    public int tryAllocate(int size, int align) {
        if (size <= 0 || align > size || size > blockSize || isInvalid(size, align)) {
            return exhausted(size, align);
        }
        int order = orderFor(size);
        int index = free.take(order);
        if (index < 0) {
            return exhausted(size, align);
        }
        begins[index] = (byte) (ORDER_0 + order);
        outstanding++;
        available -= 1 << (order + minShift);
        return index << minShift;
    }

    /** The order of the smallest block that holds {@code size} bytes, 1 to {@code blockSize}. */
    private int orderFor(int size) {
        return 32 - Integer.numberOfLeadingZeros((size - 1) >>> minShift);
    }

    @Override
    public void deallocate(int offset) {
        int order = orderAt(offset);
        int index = offset >>> minShift;
        begins[index] = NONE;
        outstanding--;
        available += 1 << (order + minShift);
        free.put(index, order);
    }

    private IllegalArgumentException notABlock(int offset) {
        checkOpen();
        if (offset < 0 || offset >= size) {
            return noBlockAt(offset, "the buddy's memory is [0, " + size + "); belongs to another allocator?");
        }
        int index = offset >>> minShift;
        if (begins[index] >= ORDER_0) {
            return noBlockAt(
                    offset,
                    "not the first byte of a block; the block around it begins at offset=" + (index << minShift));
        }
        if (begins[index] == UNPOPULATED) {
            return noBlockAt(offset, "it lies in memory that was never given to this allocator (a gap?)");
        }
        for (int order = 1; order <= topOrder; order++) {
            int first = index >>> order << order;
            if (begins[first] >= ORDER_0 + order) {
                return noBlockAt(
                        offset,
                        "not the first byte of a block; the block of size="
                                + (1 << (begins[first] - ORDER_0 + minShift)) + " around it begins at offset="
                                + (first << minShift));
            }
        }
        return noBlockAt(offset, "it lies in free memory; released twice, or belongs to another allocator?");
    }

    private int orderAt(int offset) {
        int index = offset >>> minShift;
        if (index << minShift != offset || index >= begins.length || begins[index] < ORDER_0) {
            throw notABlock(offset);
        }
        return begins[index] - ORDER_0;
    }

    /**
     * The size of an outstanding block.
     *
     * @param offset what an allocate method returned
     * @return bytes: a power of two
     * @throws IllegalArgumentException if no outstanding block begins there
     * @throws IllegalStateException after {@link #close()}
     */
    public int blockSizeOf(int offset) {
        return 1 << (orderAt(offset) + minShift);
    }

    /**
     * Makes a block larger where it is, if the memory above it that it needs is free. A block is never made smaller.
     *
     * @param offset what an allocate method returned
     * @param newSize bytes that the block shall hold
     * @return true if the block now holds them; false if it cannot: then nothing was changed
     * @throws IllegalArgumentException if no outstanding block begins there or {@code newSize} is negative
     * @throws IllegalStateException after {@link #close()}
     */
    public boolean tryGrow(int offset, int newSize) {
        int order = orderAt(offset);
        if (newSize < 0) {
            throw invalid(newSize, 1);
        }
        if (newSize > blockSize) {
            return false;
        }
        int newOrder = newSize == 0 ? 0 : orderFor(newSize);
        int index = offset >>> minShift;
        if ((index & ((1 << newOrder) - 1)) != 0) {
            return false; // the block is the upper half of the one it would have to become
        }
        for (int k = order; k < newOrder; k++) {
            if (!free.contains(index + (1 << k), k)) {
                return false;
            }
        }
        for (int k = order; k < newOrder; k++) {
            free.removeIfFree(index + (1 << k), k);
            available -= 1 << (k + minShift);
        }
        begins[index] = (byte) (ORDER_0 + Math.max(order, newOrder));
        return true;
    }

    /**
     * The largest block that could be had now.
     *
     * @return bytes: a power of two, or 0 if nothing is free
     * @throws IllegalStateException after {@link #close()}
     */
    public int largestFree() {
        checkOpen();
        int order = free.largestOrder();
        return order < 0 ? 0 : 1 << (order + minShift);
    }

    /**
     * Ends the allocator and hands its parts back, also the region that it obtained from a source: whoever receives it
     * has to close it.
     *
     * @return the region, still open, and the layouts the allocator was built with
     * @throws IllegalStateException if blocks are outstanding, and after {@link #close()}
     */
    public RawParts intoRawParts() {
        checkOpen();
        if (outstanding > 0) {
            throw new IllegalStateException(name() + " cannot be taken apart: outstanding=" + outstanding
                    + " blocks would be left without an allocator");
        }
        endWithoutRegion();
        return new RawParts(region, geometry.regionLayout(), geometry.metadataLayout());
    }

    /**
     * What a buddy was made of.
     *
     * @param region the memory
     * @param regionLayout what the buddy needed of it
     * @param metadataLayout the Java heap that its arrays needed
     */
    public record RawParts(MemoryRegion region, Layout regionLayout, Layout metadataLayout) {}

    /**
     * The size of a top-level block, which is also the largest request.
     *
     * @return bytes
     */
    public int blockSize() {
        return blockSize;
    }

    /**
     * The size of the smallest blocks.
     *
     * @return bytes
     */
    public int minBlockSize() {
        return geometry.minBlockSize();
    }

    /**
     * The managed memory, including what was not given to the allocator.
     *
     * @return bytes
     */
    public int size() {
        return size;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Memory that was not given to the allocator is not managed.
     */
    @Override
    public boolean contains(int offset) {
        checkOpen();
        return offset >= 0 && offset < size && begins[offset >>> minShift] != UNPOPULATED;
    }

    @Override
    public int outstanding() {
        checkOpen();
        return outstanding;
    }

    @Override
    public int available() {
        checkOpen();
        return available;
    }

    @Override
    int managedBytes() {
        return size;
    }

    /** A block is aligned to its size: a run that must be aligned more coarsely than it is long gets a longer block. */
    @Override
    int tryAllocateRun(int size, int align) {
        return tryAllocate(Math.max(size, align), align);
    }

    @Override
    void abandon() {
        free.abandon();
        begins = new byte[0];
    }

    @Override
    AllocationException refusal(Layout layout) {
        if (layout.size() == 0) {
            return refused(Reason.ZERO_SIZE, layout, "a buddy has no empty blocks");
        }
        if (layout.size() > blockSize) {
            return refused(Reason.TOO_LARGE, layout, "the largest block has blockSize=" + blockSize + " bytes");
        }
        if (layout.align() > layout.size()) {
            return refused(
                    Reason.ALIGNMENT,
                    layout,
                    "align=" + layout.align()
                            + " exceeds the size; a block is aligned to its own size, ask for that much");
        }
        return refused(Reason.EXHAUSTED, layout, "the largest free block has largestFree=" + largestFree() + " bytes");
    }

    @Override
    public void checkInvariants() {
        checkOpen();
        String violation = free.violation();
        if (!violation.isEmpty()) {
            throw violated(violation);
        }
        int outstandingBlocks = 0;
        int freeBlocks = 0;
        int freeBytes = 0;
        int index = 0;
        while (index < begins.length) {
            int freeOrder = free.orderAt(index);
            int order = Math.max(0, freeOrder);
            if (begins[index] >= ORDER_0) {
                order = begins[index] - ORDER_0;
                outstandingBlocks++;
            } else if (freeOrder >= 0) {
                freeBytes += 1 << (order + minShift);
                freeBlocks++;
            }
            if (freeOrder >= 0 ? begins[index] != NONE : begins[index] == NONE) {
                throw violated("offset=" + (index << minShift) + " lies in no block, or in two, or in a gap");
            }
            for (int inner = index + 1; inner < index + (1 << order); inner++) {
                if (begins[inner] != NONE) {
                    throw violated("the block of order=" + order + " at offset=" + (index << minShift)
                            + " holds a block or a gap at offset=" + (inner << minShift));
                }
            }
            index += 1 << order;
        }
        // All free blocks were met on the way: none lies within another block.
        if (outstandingBlocks != outstanding || freeBytes != available || freeBlocks != free.count()) {
            throw violated("outstanding=" + outstanding + " but found=" + outstandingBlocks + "; available=" + available
                    + " but found=" + freeBytes + "; free blocks=" + free.count() + " but found=" + freeBlocks);
        }
    }
}
