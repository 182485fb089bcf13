// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;

/**
 * What the three allocators have in common: they hand out blocks of one region as offsets and take them back.
 *
 * <p><b>Expected and unexpected failure.</b> A request that cannot be met is expected: {@link #tryAllocate(int, int)}
 * answers {@link #EXHAUSTED}. Misuse is not: a negative size, an alignment that is no power of two, an offset that no
 * outstanding block begins at, or any call after {@link #close()} throws, and leaves the allocator as it was.
 *
 * <p><b>Thread safety.</b> None: one thread at a time.
 */
public interface Allocator extends AutoCloseable {

    /** What {@code tryAllocate} returns when the request cannot be met. */
    int EXHAUSTED = -1;

    /**
     * A name for messages.
     *
     * @return the name
     */
    String name();

    /**
     * The region whose blocks are handed out.
     *
     * @return the region
     */
    MemoryRegion region();

    /**
     * Hands out a block.
     *
     * @param size bytes
     * @param align the multiple, in bytes, at which the block has to begin: a power of two
     * @return the block's offset from the start of the region in bytes, or {@link #EXHAUSTED}
     * @throws IllegalArgumentException if {@code size} is negative or {@code align} no power of two
     * @throws IllegalStateException after {@link #close()}
     */
    int tryAllocate(int size, int align);

    /**
     * Hands out a block.
     *
     * @param layout size and alignment in bytes
     * @return the block's offset from the start of the region in bytes, or {@link #EXHAUSTED}
     * @throws IllegalStateException after {@link #close()}
     */
    default int tryAllocate(Layout layout) {
        return tryAllocate(layout.size(), layout.align());
    }

    /**
     * Hands out a block or says why it cannot.
     *
     * @param layout size and alignment in bytes
     * @return the block's offset from the start of the region in bytes
     * @throws AllocationException if the request cannot be met
     * @throws IllegalStateException after {@link #close()}
     */
    int allocate(Layout layout);

    /**
     * Takes a block back.
     *
     * @param offset what an allocate method returned
     * @throws IllegalArgumentException if no outstanding block begins there: released twice, of another allocator, or
     *     not the block's first byte
     * @throws IllegalStateException after {@link #close()}
     */
    void deallocate(int offset);

    /**
     * Whether an offset lies within the managed memory; it says nothing about blocks.
     *
     * @param offset bytes from the start of the region
     * @return true if it does
     */
    boolean contains(int offset);

    /**
     * The blocks that were handed out and not yet returned.
     *
     * @return a count
     */
    int outstanding();

    /**
     * The bytes that could still be handed out, in blocks of whatever size.
     *
     * @return bytes
     */
    int available();

    /**
     * This allocator as a source of regions for another one: each region is one block of this allocator, and closing it
     * returns the block. The source is as single-threaded as the allocator.
     *
     * @return the source
     */
    MemorySource asSource();

    /**
     * Verifies the conservation law that stands beside the allocator's fields. For tests and debugging: it takes time
     * proportional to the number of blocks.
     *
     * @throws IllegalStateException if it does not hold; the message names what differs
     */
    void checkInvariants();

    /**
     * Whether {@link #close()} was called.
     *
     * @return true if the allocator can no longer be used
     */
    boolean isClosed();

    /**
     * Ends the allocator. A region that it obtained from a source itself is closed, outstanding blocks or not; a region
     * that was given to it stays open. Calls after the first do nothing.
     */
    @Override
    void close();
}
