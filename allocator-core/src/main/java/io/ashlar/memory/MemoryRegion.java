// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.nio.ByteBuffer;

/**
 * A contiguous span of memory, obtained and released as a whole.
 *
 * <p><b>Thread safety.</b> {@link #size()}, {@link #alignment()}, {@link #address()} and {@link #isClosed()} may be
 * called from any thread. {@link #close()} takes effect once, whichever thread calls it. What is written <em>into</em>
 * the region is the business of whoever was given the bytes.
 *
 * <p><b>After {@link #close()}</b> the memory is gone at once, not at some later garbage collection. Buffers that were
 * taken from {@link #buffer()} before must not be used any more: on JDK 17 to 24 such an access can crash the process.
 *
 * <p>A region that is dropped without {@link #close()} is never given back.
 */
public interface MemoryRegion extends AutoCloseable {

    /** What {@link #address()} returns for memory that has no fixed native address, such as a Java array. */
    long NO_ADDRESS = 0L;

    /**
     * The length of the region.
     *
     * @return bytes
     */
    int size();

    /**
     * The alignment of the region's first byte: its address is a multiple of this.
     *
     * @return a power of two, in bytes; for memory without an address, the alignment that was asked for
     */
    int alignment();

    /**
     * The native address of the first byte.
     *
     * @return the address, or {@link #NO_ADDRESS}
     * @throws IllegalStateException if the region is closed
     */
    long address();

    /**
     * The whole region as one big-endian buffer. It is the same object at each call and shared by all users: only
     * absolute access is allowed; take a {@link ByteBuffer#duplicate()} before moving its position or limit.
     *
     * @return a buffer with position 0 and limit and capacity {@link #size()}
     * @throws IllegalStateException if the region is closed
     */
    ByteBuffer buffer();

    /**
     * Whether {@link #close()} was called.
     *
     * @return true if the memory is gone
     */
    boolean isClosed();

    /**
     * Gives the memory back. Calls after the first do nothing.
     *
     * @throws IllegalStateException if an I/O operation is using the memory at this moment; then the region stays open,
     *     and may be closed again when the operation has ended. JDK 25 and up notice this; on older ones the operation
     *     goes on with memory that is gone
     */
    @Override
    void close();

    /**
     * Lets the contents of a part go, so that its memory is back with the operating system while the region stays open.
     * The part may be used as before; what it holds is undefined then. As with any use of the memory, nobody may close the
     * region meanwhile. O(OS pages of the part), and a call to the operating system.
     *
     * <p>Only memory from {@link MemorySource#mapped()} can do that, and where {@link MemorySource#discardUnit()} says so.
     *
     * @param offset the part's first byte, in bytes from the start of this region; a multiple of that unit
     * @param size the part's length in bytes, a multiple of that unit
     * @return false if this region cannot do it, now or at all: then nothing has changed
     * @throws IndexOutOfBoundsException if the part does not lie within this region
     * @throws IllegalArgumentException if {@code offset} or {@code size} is no multiple of the unit
     * @throws IllegalStateException if the region is closed
     */
    default boolean discard(int offset, int size) {
        return false;
    }

    /**
     * A part of this region that looks like a region of its own. Closing the part does not touch the memory: it belongs
     * to this region and ends with it.
     *
     * @param offset the part's first byte, in bytes from the start of this region
     * @param size the part's length in bytes
     * @return the part
     * @throws IndexOutOfBoundsException if the part does not lie within this region
     */
    default MemoryRegion slice(int offset, int size) {
        return new RegionSlice(this, offset, size);
    }
}
