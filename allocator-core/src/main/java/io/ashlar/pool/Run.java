// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.MemoryRegion;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a region that holds blocks: the many equal ones of a slab, those of any size of a bump, a single large one, or one that
 * another view has lent.
 *
 * <p>To a view this is the way to its memory and the way back. A view is bound to one block, which it knows as a run and
 * an index: {@link #memory()} and {@link #blockOffset(int)} tell where the block lies, {@link #free} gives it back. The
 * pool itself never calls a view.
 *
 * <p><b>Thread safety.</b> A block belongs to whoever has got it from the pool, and may be passed on to another thread like
 * any other object, that is with a happens-before edge. Its methods may be called from any thread, by the one that has
 * it.
 *
 * @param <V> the type of the views
 */
public abstract sealed class Run<V> permits SlabRun, BumpRun, LargeRun, LentBlock, SampledRun {

    // Synchronization of all fields: they change while nobody has a block of the run, under the lock of Regions or by
    // the owner of a bump, or (the length) by the one who has the only block; they are read by whoever has a block.
    private @Nullable Region region;
    private int offset;
    private int bytes;

    private final boolean large;

    Run(boolean large) {
        this.large = large;
    }

    final void bind(Region newRegion, int newOffset, int newBytes) {
        if (region != newRegion) {
            region = newRegion;
        }
        offset = newOffset;
        bytes = newBytes;
    }

    final void unbind() {
        region = null;
    }

    final void resize(int newBytes) {
        bytes = newBytes;
    }

    final boolean isBound() {
        return region != null;
    }

    final Region region() {
        Region r = region;
        if (r == null) {
            throw new IllegalStateException("the block is not handed out: was it freed before?");
        }
        return r;
    }

    final int offset() {
        return offset;
    }

    /** Its length in bytes. */
    final int bytes() {
        return bytes;
    }

    /**
     * The buffer over the whole region that the block lies in: big-endian, shared with all blocks of the region, hence
     * for absolute access only.
     *
     * @return the buffer
     * @throws IllegalStateException if this is the run of a large block that is not handed out
     */
    public final ByteBuffer memory() {
        return region().buffer();
    }

    /**
     * Where a block begins in {@link #memory()}.
     *
     * @param index the block's index
     * @return bytes from the start of the region
     */
    public abstract int blockOffset(int index);

    /**
     * The length of a block, which is at least what was asked for.
     *
     * @param index the block's index
     * @return bytes
     */
    public abstract int blockSize(int index);

    /**
     * Whether blocks have a native address.
     *
     * @return false for memory on the Java heap
     */
    public final boolean hasAddress() {
        return region().address() != MemoryRegion.NO_ADDRESS;
    }

    /**
     * The native address of a block's first byte.
     *
     * @param index the block's index
     * @return the address
     * @throws UnsupportedOperationException if there is none
     */
    public final long blockAddress(int index) {
        long base = region().address();
        if (base == MemoryRegion.NO_ADDRESS) {
            throw new UnsupportedOperationException("memory on the Java heap has no native address");
        }
        return base + blockOffset(index);
    }

    /**
     * Whether this is the run of a single large block, which has memory only while it is handed out, and another place each time.
     *
     * @return true for a large block; its view has to let go of the memory before it frees the block
     */
    public final boolean isLarge() {
        return large;
    }

    /**
     * Changes the number of bytes that count as requested, without moving the block. A large block may grow for it, if
     * the memory behind it is free; {@link #blockSize} tells.
     *
     * @param index the block's index
     * @param requested bytes, as asked for so far
     * @param newRequested bytes
     * @return false if the block cannot hold as much where it is; nothing has changed then
     * @throws IllegalArgumentException if {@code newRequested} is negative
     */
    public final boolean tryResize(int index, int requested, int newRequested) {
        if (newRequested < 0) {
            throw new IllegalArgumentException("newRequested=" + newRequested + " is negative");
        }
        return tryResizeTo(index, requested, newRequested);
    }

    abstract boolean tryResizeTo(int index, int requested, int newRequested);

    /**
     * Has the pool forget the view of a block that is handed out, until it comes back with the block: so that the garbage collector can find a view
     * that was dropped without being freed. The block stays handed out then. Called by who has the block.
     *
     * @param index the block's index
     */
    public void forgetView(int index) {}

    /**
     * Gives a block back, with the view that is to be handed out with it next time. Trusts the caller that it is the
     * only call for this hand-out: a view with an atomic reference count knows that.
     *
     * <p>O(1). On the thread that owns the block's shard without a lock and without an atomic operation.
     *
     * @param view the view that is bound to the block now
     * @param index the block's index
     * @param requested bytes: what was asked for, or what {@link #tryResize} last changed it to
     * @throws IllegalArgumentException if it is noticed that the block is not handed out
     */
    public abstract void free(V view, int index, int requested);
}
