// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocationException.Reason;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;

/**
 * What the three allocators share: a region, who owns it, the end of their life, and how they refuse.
 *
 * <p>Closing takes every block away from the subclass ({@link #abandon()}), so that its fast paths fall through to slow
 * paths without a check of their own; the slow paths call {@link #checkOpen()}.
 */
abstract sealed class RegionAllocator implements Allocator permits Slab, Buddy, Bump {

    /** The memory whose offsets are handed out. It is never read or written here. */
    final MemoryRegion region;

    /** Whether the region came from a source and ends with this allocator. */
    private boolean ownsRegion;

    private boolean closed;

    RegionAllocator(MemoryRegion region, boolean ownsRegion) {
        this.region = region;
        this.ownsRegion = ownsRegion;
    }

    /** Makes every fast path fail: called once, when the allocator ends. */
    abstract void abandon();

    /** Names the reason why {@code layout} was answered with {@link #EXHAUSTED}. */
    abstract AllocationException refusal(Layout layout);

    /** The bytes that can be outstanding at most, in blocks of whatever size. */
    abstract int managedBytes();

    /** Allocates for {@link #asSource()}, whose regions may be aligned more coarsely than they are long. */
    int tryAllocateRun(int size, int align) {
        return tryAllocate(size, align);
    }

    @Override
    public final MemoryRegion region() {
        checkOpen();
        return region;
    }

    @Override
    public final int allocate(Layout layout) {
        int offset = tryAllocate(layout.size(), layout.align());
        if (offset == EXHAUSTED) {
            throw refusal(layout);
        }
        return offset;
    }

    @Override
    public final MemorySource asSource() {
        checkOpen();
        return new BlockSource(this);
    }

    @Override
    public final boolean isClosed() {
        return closed;
    }

    @Override
    public final void close() {
        if (!closed) {
            closed = true;
            abandon();
        }
        // Every time, because a region that is in use elsewhere refuses to close and has to be closed again.
        if (ownsRegion) {
            region.close();
        }
    }

    /** Ends the allocator and leaves the region open, whoever owned it. */
    final void endWithoutRegion() {
        ownsRegion = false;
        close();
    }

    final boolean ownsRegion() {
        return ownsRegion;
    }

    final void checkOpen() {
        if (closed) {
            throw new IllegalStateException(name() + " was closed: it hands out and takes back nothing any more");
        }
    }

    /** The end of every path on which a request cannot be met. */
    final int exhausted(int size, int align) {
        checkOpen();
        if (isInvalid(size, align)) {
            throw invalid(size, align);
        }
        return EXHAUSTED;
    }

    static boolean isInvalid(int size, int align) {
        return size < 0 || align <= 0 || (align & (align - 1)) != 0;
    }

    final IllegalArgumentException invalid(int size, int align) {
        String wrong = size < 0
                ? "the size is negative: was it computed in int arithmetic and did it overflow?"
                : "the alignment is not a power of two";
        return new IllegalArgumentException(
                name() + " cannot allocate size=" + size + ", align=" + align + " bytes: " + wrong);
    }

    final AllocationException refused(Reason reason, Layout layout, String hint) {
        return new AllocationException(reason, name(), layout.size(), available(), hint);
    }

    /** The exception for an offset that no outstanding block begins at. */
    final IllegalArgumentException noBlockAt(int offset, String wrong) {
        checkOpen();
        return new IllegalArgumentException(name() + " has no outstanding block at offset=" + offset + ": " + wrong);
    }

    final IllegalStateException violated(String law) {
        return new IllegalStateException(name() + " is inconsistent: " + law);
    }

    @Override
    public final String toString() {
        return name() + (closed ? " (closed)" : " (outstanding=" + outstanding() + ", available=" + available() + ")");
    }
}
