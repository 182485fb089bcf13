// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocationException.Reason;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.util.Arrays;

/**
 * Blocks of any size, one after the other, that are given back together.
 *
 * <p><b>Idea.</b> One mark, the <em>top</em>, divides the region: what lies below was handed out, what lies above is
 * free. Allocating moves the top up. Releasing a block only counts down; when the last outstanding block is released,
 * the top falls back to the start and all memory is free again. The allocator from which this one descends moves
 * downwards from the end; this one moves upwards, so that the newest block can grow where it is.
 *
 * <table>
 * <caption>Complexity</caption>
 * <tr><th>operation</th><th>best case</th><th>worst case</th></tr>
 * <tr><td>allocate, deallocate, mark</td><td>O(1)</td><td>O(1)</td></tr>
 * <tr><td>reset, last deallocate</td><td>O(1)</td><td>amortized O(1): after every 63rd the stamps of the memory that was
 *     used are cleared</td></tr>
 * <tr><td>rewind</td><td>O(1)</td><td>O(rewound bytes / granularity)</td></tr>
 * <tr><td>grow in place</td><td>O(1)</td><td>O(bytes above the block's start / granularity), if a newer block was
 *     released before</td></tr>
 * </table>
 *
 * <p><b>Fragmentation.</b> Inside blocks less than one granule. Outside blocks, all that was released while something
 * else stays outstanding.
 *
 * <p><b>Configuration.</b>
 * <ul>
 * <li>{@code granularity}, a power of two, 8 unless given: every block begins at a multiple of it, counted from the start
 *     of the region. With 1 blocks are packed as tightly as their alignment allows.
 * <li>The region has at least one byte if it is obtained from a source.
 * <li>A request for 0 bytes is answered with {@link #EXHAUSTED}.
 * </ul>
 *
 * <p><b>Metadata.</b> One byte of Java heap per granule, none in the region.
 *
 * <p><b>Thread safety.</b> None: one thread at a time.
 *
 * <p><b>Example.</b>
 * <pre>{@code
 * try (Bump bump = Bump.create(MemorySource.heap(), Layout.ofSize(64 * 1024))) {
 *     int header = bump.tryAllocate(40, 8);
 *     long before = bump.mark();
 *     int scratch = bump.tryAllocate(1_000, 8);
 *     bump.rewind(before);     // scratch is gone, header is not
 *     bump.deallocate(header); // the last one: all memory is free again
 * }
 * }</pre>
 */
public final class Bump extends RegionAllocator {

    /** What blocks begin at multiples of, in bytes, unless the granularity is given. */
    public static final int DEFAULT_GRANULARITY = 8;

    // The conservation law, verified by checkInvariants():
    //   start <= top <= limit; top is a multiple of the granularity or equal to limit
    //   outstanding = number of granules below the top whose stamp is current and has the BLOCK bit
    //   outstanding = 0  =>  top = start
    //   no stamp above the top is current; none at all above the greater of top and stampedTo
    //   newest = NOT_KNOWN, or a block begins there and no current stamp lies between it and the top

    // A granule's stamp. It is current if its epoch is the allocator's and it has a bit set.
    //
    //      7       6      5            0
    //   +------+-------+----------------+
    //   | MARK | BLOCK | epoch, 1 to 63 |
    //   +------+-------+----------------+
    //
    // BLOCK: an outstanding block begins here. MARK: mark() was called while the top was here.
    private static final int MARK = 0x80;
    private static final int BLOCK = 0x40;
    private static final int LAST_EPOCH = 0x3f;

    // What mark() returns.
    //
    //     63                31 30                    0
    //   +--------------------+-----------------------+
    //   | ticket             | the top, in bytes     |
    //   +--------------------+-----------------------+
    //
    // A new ticket is drawn whenever all memory comes back while there are marks.
    private static final int TOP_BITS = 31;
    private static final long TICKET_MASK = -1L >>> TOP_BITS;

    private static final int NOT_KNOWN = -1;

    private final int start;
    private final int granularity;
    private final int shift;
    private final byte[] stamps;

    private int limit;
    private int top;
    private int outstanding;
    private int epoch = 1;

    /** No stamp above it has a bit set, except what was stamped in this epoch. */
    private int stampedTo;

    /** Where the topmost outstanding block begins. */
    private int newest = NOT_KNOWN;

    /** Whether mark() was called since the ticket was drawn. */
    private boolean marked;

    private long ticket;

    /** The ticket drawn by the last {@link #reset()}: marks with an older one are void. */
    private long oldestTicket;

    private Bump(MemoryRegion region, boolean ownsRegion, int granularity, int start, int limit, byte[] stamps) {
        super(region, ownsRegion);
        this.granularity = granularity;
        this.shift = Integer.numberOfTrailingZeros(granularity);
        this.start = start;
        this.limit = limit;
        this.stamps = stamps;
        this.top = start;
        this.stampedTo = start;
        // Tickets of different allocators lie far apart, so that a foreign mark is recognised.
        this.ticket = ((long) System.identityHashCode(this) << 2) & TICKET_MASK;
        this.oldestTicket = ticket;
    }

    private static byte[] newStamps(int bytes, int granularity) {
        if (granularity <= 0 || (granularity & (granularity - 1)) != 0) {
            throw new AllocatorConfigException("granularity=" + granularity + ": it is not a power of two");
        }
        long granules = ((long) bytes + granularity - 1) / granularity + 1;
        if (granules > Integer.MAX_VALUE - 8) {
            throw new AllocatorConfigException("granularity=" + granularity + ", size=" + bytes
                    + ": more granules than a Java array has room for; choose a coarser granularity");
        }
        return new byte[(int) granules];
    }

    /**
     * A bump on a region of its own, which it closes when it is closed, with {@link #DEFAULT_GRANULARITY}.
     *
     * @param source where the region comes from
     * @param layout size, at least 1, and alignment of the region in bytes
     * @return the bump
     * @throws AllocatorConfigException if the size is 0
     * @throws AllocationException if the source has no such region left
     */
    public static Bump create(MemorySource source, Layout layout) {
        return create(source, layout, DEFAULT_GRANULARITY);
    }

    /**
     * A bump on a region of its own, which it closes when it is closed.
     *
     * @param source where the region comes from
     * @param layout size, at least 1, and alignment of the region in bytes
     * @param granularity what blocks begin at multiples of, in bytes: a power of two
     * @return the bump
     * @throws AllocatorConfigException if the size is 0, or if {@code granularity} is not a power of two or too fine for
     *     the size
     * @throws AllocationException if the source has no such region left
     */
    public static Bump create(MemorySource source, Layout layout, int granularity) {
        if (layout.size() == 0) {
            throw new AllocatorConfigException("size=0: a bump without memory can hand out nothing");
        }
        byte[] stamps = newStamps(layout.size(), granularity);
        MemoryRegion region = source.acquire(layout);
        return new Bump(region, true, granularity, 0, layout.size(), stamps);
    }

    /**
     * A bump on memory that belongs to the caller and is left open when the bump is closed, with
     * {@link #DEFAULT_GRANULARITY}.
     *
     * @param region the memory, all of which is used
     * @return the bump
     */
    public static Bump over(MemoryRegion region) {
        return over(region, DEFAULT_GRANULARITY);
    }

    /**
     * A bump on memory that belongs to the caller and is left open when the bump is closed.
     *
     * @param region the memory, all of which is used
     * @param granularity what blocks begin at multiples of, in bytes: a power of two
     * @return the bump
     * @throws AllocatorConfigException if {@code granularity} is not a power of two or too fine for the size
     */
    public static Bump over(MemoryRegion region, int granularity) {
        int size = region.size();
        return new Bump(region, false, granularity, 0, size, newStamps(size, granularity));
    }

    @Override
    public String name() {
        return "bump[start=" + start + ", granularity=" + granularity + ", size of region=" + region.size() + "]";
    }

    @Override
    public int tryAllocate(int size, int align) {
        if (size <= 0 || isInvalid(size, align)) {
            return exhausted(size, align);
        }
        int begin = (top + align - 1) & -align;
        // The first comparison is true if rounding up left the int range.
        if (begin < top || size > limit - begin) {
            return exhausted(size, align);
        }
        int granule = (begin - start) >>> shift;
        stamps[granule] = (byte) (isMarked(granule) ? MARK | BLOCK | epoch : BLOCK | epoch);
        newest = begin;
        top = topAbove(begin + size);
        outstanding++;
        return begin;
    }

    /** Where the next block may begin if the newest one ends at {@code end}. */
    private int topAbove(int end) {
        int rounded = (end + granularity - 1) & -granularity;
        return rounded < end || rounded > limit ? limit : rounded;
    }

    /** The granule that begins at an offset or, if none does, the next one. */
    private int granuleAt(int offset) {
        return (int) (((long) offset - start + granularity - 1) >>> shift);
    }

    private boolean isMarked(int granule) {
        return (stamps[granule] & (MARK | LAST_EPOCH)) == (MARK | epoch);
    }

    private boolean beginsBlock(int granule) {
        return (stamps[granule] & (BLOCK | LAST_EPOCH)) == (BLOCK | epoch);
    }

    /** The granule at which an outstanding block begins. */
    private int granuleOfBlock(int offset) {
        int granule = (offset - start) >>> shift;
        if (offset < start || offset >= top || (granule << shift) + start != offset || !beginsBlock(granule)) {
            throw notABlock(offset);
        }
        return granule;
    }

    @Override
    public void deallocate(int offset) {
        int granule = granuleOfBlock(offset);
        stamps[granule] ^= BLOCK;
        if (offset == newest) {
            newest = NOT_KNOWN;
        }
        outstanding--;
        if (outstanding == 0) {
            reclaim();
        }
    }

    /** All memory comes back because no block is outstanding. */
    private void reclaim() {
        if (marked) {
            drawTicket();
        }
        top = start;
        newest = NOT_KNOWN;
    }

    private void drawTicket() {
        ticket = (ticket + 1) & TICKET_MASK;
        marked = false;
        stampedTo = Math.max(stampedTo, top);
        if (epoch == LAST_EPOCH) {
            Arrays.fill(stamps, 0, granuleAt(stampedTo) + 1, (byte) 0);
            stampedTo = start;
            epoch = 0;
        }
        epoch++;
    }

    private IllegalArgumentException notABlock(int offset) {
        checkOpen();
        if (offset < start || offset >= limit) {
            return noBlockAt(
                    offset, "the bump's memory is [" + start + ", " + limit + "); belongs to another allocator?");
        }
        if (offset >= top) {
            return noBlockAt(
                    offset,
                    "everything from top=" + top + " is free; released twice, or handed out before a reset or rewind?");
        }
        if (((offset - start) & (granularity - 1)) != 0) {
            return noBlockAt(
                    offset, "not the first byte of a block, which is a multiple of granularity=" + granularity);
        }
        return noBlockAt(
                offset,
                "released twice, not the first byte of a block, handed out before a reset or rewind,"
                        + " or belongs to another allocator?");
    }

    /**
     * Takes all memory back at once. Blocks that are outstanding become invalid, as do all marks; releasing such a block
     * afterwards is refused.
     *
     * @throws IllegalStateException after {@link #close()}
     */
    public void reset() {
        checkOpen();
        drawTicket();
        oldestTicket = ticket;
        outstanding = 0;
        top = start;
        newest = NOT_KNOWN;
    }

    /**
     * Remembers what is outstanding now, for {@link #rewind(long)}. Marks need not be released; they may be nested and
     * be rewound to more than once.
     *
     * @return the mark
     * @throws IllegalStateException after {@link #close()}
     */
    public long mark() {
        checkOpen();
        stamps[granuleAt(top)] = (byte) (MARK | epoch);
        marked = true;
        return ticket << TOP_BITS | top;
    }

    /**
     * Takes back all blocks that were handed out since the mark, whether they were released or not; releasing one
     * afterwards is refused. If all memory came back since the mark because the last block was released, everything that
     * is outstanding now is younger than the mark, and all of it is taken back.
     *
     * @param mark what {@link #mark()} returned
     * @throws IllegalArgumentException if the mark is void: there was a {@link #reset()}, or a rewinding to an older
     *     mark, since it was taken; or if it is of another allocator. Nothing was changed then.
     * @throws IllegalStateException after {@link #close()}
     */
    public void rewind(long mark) {
        checkOpen();
        int position = positionOf(mark);
        int granule = granuleAt(position);
        int topGranule = granuleAt(top);
        int released = 0;
        for (int g = granule; g <= topGranule; g++) {
            if (beginsBlock(g)) {
                released++;
            }
            stamps[g] = (byte) (g == granule && isMarked(g) ? MARK | epoch : 0);
        }
        top = position;
        if (newest >= position) {
            newest = NOT_KNOWN;
        }
        outstanding -= released;
        if (outstanding == 0) {
            reclaim();
        }
    }

    /** The top to go back to. */
    private int positionOf(long mark) {
        long age = (ticket - (mark >>> TOP_BITS)) & TICKET_MASK;
        int position = (int) mark & Integer.MAX_VALUE;
        if (age > ((ticket - oldestTicket) & TICKET_MASK)) {
            throw voidMark(mark, position, "from before a reset, or belongs to another allocator?");
        }
        if (age > 0) {
            return start;
        }
        if (position < start || position > top || !isMarked(granuleAt(position))) {
            throw voidMark(mark, position, "rewound to an older mark since, or belongs to another allocator?");
        }
        return position;
    }

    private IllegalArgumentException voidMark(long mark, int position, String wrong) {
        return new IllegalArgumentException(name() + " cannot rewind to mark=0x" + Long.toHexString(mark)
                + ", position=" + position + ", top=" + top + ": " + wrong);
    }

    /**
     * Makes the topmost outstanding block larger where it is. A block is never made smaller.
     *
     * @param offset what an allocate method returned
     * @param newSize bytes that the block shall hold
     * @return true if the block now holds them; false if a block or a {@link #mark()} lies above it, or the region is too
     *     small: then nothing was changed
     * @throws IllegalArgumentException if no outstanding block begins there or {@code newSize} is negative
     * @throws IllegalStateException after {@link #close()}
     */
    public boolean tryGrow(int offset, int newSize) {
        granuleOfBlock(offset);
        if (newSize < 0) {
            throw invalid(newSize, 1);
        }
        if (!isTopmost(offset)) {
            return false;
        }
        return newSize <= top - offset || moveTop(offset, newSize);
    }

    /**
     * Makes the topmost outstanding block larger or smaller where it is; what it no longer needs is free again.
     *
     * @param offset what an allocate method returned
     * @param newSize bytes that the block shall hold, at least 1
     * @return true if the block now has that size; false if a block or a {@link #mark()} lies above it, or the region is
     *     too small: then nothing was changed
     * @throws IllegalArgumentException if no outstanding block begins there or {@code newSize} is not positive
     * @throws IllegalStateException after {@link #close()}
     */
    public boolean tryResize(int offset, int newSize) {
        granuleOfBlock(offset);
        if (newSize <= 0) {
            throw new IllegalArgumentException(name() + " cannot resize the block at offset=" + offset + " to newSize="
                    + newSize + " bytes: a block has at least one");
        }
        return isTopmost(offset) && moveTop(offset, newSize);
    }

    private boolean isTopmost(int offset) {
        if (newest == NOT_KNOWN) {
            int topGranule = granuleAt(top);
            for (int g = granuleAt(offset) + 1; g < topGranule; g++) {
                if (beginsBlock(g) || isMarked(g)) {
                    return false;
                }
            }
            newest = offset;
        }
        return newest == offset;
    }

    private boolean moveTop(int offset, int newSize) {
        if (newSize > limit - offset) {
            return false;
        }
        int newTop = topAbove(offset + newSize);
        if (newTop != top && isMarked(granuleAt(top))) {
            return false;
        }
        top = newTop;
        return true;
    }

    /**
     * Divides the memory at the top between two bumps over the same region, so that what was allocated can live on while
     * the rest is used for something else. This allocator ends. Marks taken before are valid for the second part.
     *
     * @return the two parts; neither owns the region
     * @throws IllegalStateException if this allocator obtained its region from a source, because then it alone can close
     *     it; and after {@link #close()}
     */
    public Split split() {
        checkOpen();
        if (ownsRegion()) {
            throw new IllegalStateException(name()
                    + " cannot be split: it has to close the region that it obtained; use Bump.over() for a split");
        }
        Bump unallocated = new Bump(region, false, granularity, top, limit, newStamps(limit - top, granularity));
        Bump allocated = new Bump(region, false, granularity, start, top, stamps);
        allocated.top = top;
        allocated.outstanding = outstanding;
        allocated.epoch = epoch;
        allocated.stampedTo = stampedTo;
        allocated.newest = newest;
        allocated.marked = marked;
        allocated.ticket = ticket;
        allocated.oldestTicket = oldestTicket;
        endWithoutRegion();
        return new Split(unallocated, allocated);
    }

    /**
     * The two parts of a bump that was split.
     *
     * @param unallocated manages the memory that was free
     * @param allocated manages the memory that was not, with all blocks that are outstanding; it is full until the last
     *     of them is released
     */
    public record Split(Bump unallocated, Bump allocated) {}

    /**
     * What every block begins at a multiple of.
     *
     * @return a power of two, in bytes
     */
    public int granularity() {
        return granularity;
    }

    @Override
    public boolean contains(int offset) {
        checkOpen();
        return offset >= start && offset < limit;
    }

    @Override
    public int outstanding() {
        checkOpen();
        return outstanding;
    }

    @Override
    public int available() {
        checkOpen();
        return limit - top;
    }

    @Override
    int managedBytes() {
        return limit - start;
    }

    @Override
    void abandon() {
        limit = start;
        top = start;
        outstanding = 0;
    }

    @Override
    AllocationException refusal(Layout layout) {
        if (layout.size() == 0) {
            return refused(Reason.ZERO_SIZE, layout, "a bump has no empty blocks");
        }
        if (layout.size() > limit - start) {
            return refused(Reason.TOO_LARGE, layout, "its memory has size=" + (limit - start) + " bytes in all");
        }
        long first = ((long) start + layout.align() - 1) & -layout.align();
        if (first + layout.size() > limit) {
            return refused(
                    Reason.ALIGNMENT,
                    layout,
                    "from the first multiple of align=" + layout.align() + " to limit=" + limit + " it never fits");
        }
        return refused(
                Reason.EXHAUSTED,
                layout,
                "aligned to align=" + layout.align() + " it does not fit above top=" + top
                        + "; memory comes back when the" + " last of outstanding=" + outstanding
                        + " blocks is released");
    }

    @Override
    public void checkInvariants() {
        checkOpen();
        boolean onGranule = ((top - start) & (granularity - 1)) == 0;
        if (top < start || top > limit || !(onGranule || top == limit) || (outstanding == 0 && top != start)) {
            throw violated("start=" + start + " <= top=" + top + " <= limit=" + limit + ", outstanding=" + outstanding);
        }
        int blocks = 0;
        int topmost = NOT_KNOWN;
        boolean current = false;
        for (int g = 0; g < stamps.length; g++) {
            if (beginsBlock(g)) {
                blocks++;
                topmost = start + (g << shift);
            }
            current |= isMarked(g);
            if (g > granuleAt(top) && (beginsBlock(g) || isMarked(g))
                    || g > granuleAt(Math.max(top, stampedTo)) && (stamps[g] & (BLOCK | MARK)) != 0) {
                throw violated("stamp=" + stamps[g] + " of granule=" + g + " lies above top=" + top + ", stampedTo="
                        + stampedTo + ", epoch=" + epoch);
            }
        }
        if (blocks != outstanding || topmost >= top && blocks > 0) {
            throw violated("outstanding=" + outstanding + " but blocks=" + blocks + ", the topmost at offset=" + topmost
                    + ", top=" + top);
        }
        if (newest != NOT_KNOWN && newest != topmost || current && !marked) {
            throw violated("newest=" + newest + " but topmost=" + topmost + "; marked=" + marked + " but " + current);
        }
    }
}
