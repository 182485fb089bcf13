// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A run that is cut into blocks of any size, one after the other: the memory of a request arena. Its memory is one block of a pool, small
 * or large, and counts there as that.
 *
 * <p>It cuts as a {@link io.ashlar.alloc.Bump} does, but is told which block comes back by the order of hand-outs: so it needs no
 * metadata per byte of memory, and rolls back over any number of newest blocks.
 *
 * <p><b>Life.</b> The run is <em>opened</em>, blocks are handed out and freed, and it is <em>closed</em>. If all blocks have
 * come back by then, so does the memory, and the run may be opened again. Otherwise the blocks have <em>escaped</em>: they
 * stay valid, and the memory goes back with the last of them, on whatever thread that is; then the run has ended.
 *
 * <p>A run has room for a limited number of blocks at a time, however short they are.
 *
 * <p><b>Views</b> belong to a place in the order of hand-outs, not to a piece of memory: the n-th block since everything was
 * free has the n-th view. Whoever allocates has to ask the run anew where the block lies.
 *
 * <table>
 * <caption>Costs</caption>
 * <tr><th>operation</th><th>cost</th></tr>
 * <tr><td>allocate, free by the owner</td><td>O(1), no lock, no atomic operation</td></tr>
 * <tr><td>free by another thread</td><td>O(1), one atomic operation</td></tr>
 * <tr><td>open</td><td>O(1)</td></tr>
 * <tr><td>close</td><td>that of freeing the block</td></tr>
 * </table>
 *
 * <p><b>Thread safety.</b> The thread that made the run owns it: it alone opens, allocates and closes. Blocks are freed by any
 * thread.
 *
 * @param <V> the type of the views
 */
public final class BumpRun<V> extends Run<V> {

    /** What blocks begin at multiples of, in bytes. */
    public static final int ALIGN = 8;

    private static final int CLOSED = -1;
    private static final int SEALED = -2;
    private static final int SLOTS = 256;
    private static final VarHandle SHARED_COUNT;

    static {
        try {
            SHARED_COUNT = MethodHandles.lookup()
                    .findVarHandle(BumpRun.class, "sharedCount", int.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MemoryPool<V> pool;

    /**
     * Synchronization: written by the owner only, who resets it when the run has ended. Others compare it with themselves: whatever they
     * see, it is not that.
     */
    private @Nullable Thread owner;

    // Synchronization of all below: used by the owner only; but an entry of `views` and `places` belongs to whoever has
    // the block,
    // and what giveBack() needs to whoever frees the last.
    // References are stored only where they change: a collector's barrier can cost a fence per store, and a run that is
    // opened again mostly gets the memory that it had.

    // The block that the memory is, or was while this run is not open: its view, run and index.
    private @Nullable V block;
    private @Nullable Run<V> blockRun;
    private int blockIndex;

    /** Serves what a block has to move to if it outgrows its place; the last one while the run is not open. */
    private @Nullable IntFunction<V> overflow;

    private int bytesRequested;

    /** How many bytes there are to hand out, a multiple of {@link #ALIGN}; or {@link #CLOSED}, or {@link #SEALED}. */
    private int limit = CLOSED;
    /** Where the next block begins, in bytes from the start of the run. */
    private int top;
    /** As {@link #top}, at most, before it fell. */
    private int peak;
    /** How many blocks the owner has freed that lie before one that is outstanding, as far as it knows. */
    private int holes;

    private int nextSlot;
    // Of a fixed length, since others write into them when they free a block: a longer copy could miss that.
    private final @Nullable V[] views;
    /**
     * Where the block of each slot begins, in bytes from the start of the run, and its length in the low 32 bits; the complement
     * of that in a hole.
     */
    private final long[] places = new long[SLOTS];

    /**
     * Synchronization: atomic. Until blocks have escaped: minus the number of blocks that other threads have freed. From then on:
     * how many blocks are outstanding.
     */
    private volatile int sharedCount;

    @SuppressWarnings("unchecked")
    BumpRun(MemoryPool<V> pool) {
        super(false);
        this.pool = pool;
        this.owner = Thread.currentThread();
        this.views = (V[]) new Object[SLOTS];
    }

    // ---- opening and closing, by the owner

    /**
     * Takes over a block of the pool, as the memory to cut. It is freed when the run needs it no more, by whoever notices.
     *
     * @param newBlock the view of the block, which nobody else uses from now on
     * @param newBlockRun the run that the block lies in
     * @param newBlockIndex its index there
     * @param bytes how many were requested; so many may be handed out altogether, or the multiple of {@link #ALIGN} below
     * @param newOverflow gives a block of another run to one that outgrows its place; called on the owner thread, while the run is
     *     open. It may throw.
     * @throws IllegalArgumentException if {@code bytes} is not positive, or more than the block has
     * @throws IllegalStateException if called by another thread than the owner, or if the run is open or has ended
     */
    public void open(V newBlock, Run<V> newBlockRun, int newBlockIndex, int bytes, IntFunction<V> newOverflow) {
        checkOwner();
        int available = newBlockRun.blockSize(newBlockIndex);
        if (bytes <= 0 || bytes > available) {
            throw new IllegalArgumentException("bytes=" + bytes + " is not from 1 to the block's " + available);
        }
        if (limit != CLOSED) {
            throw new IllegalStateException(this + " is open already");
        }
        if (newBlock != block) {
            block = newBlock;
        }
        if (newBlockRun != blockRun) {
            blockRun = newBlockRun;
        }
        if (newOverflow != overflow) {
            overflow = newOverflow;
        }
        blockIndex = newBlockIndex;
        bind(newBlockRun.region(), newBlockRun.blockOffset(newBlockIndex), available);
        if (newBlockRun.isLarge()) {
            region().mark(offset(), available, RegionStats.Kind.BUMP);
        }
        bytesRequested = bytes;
        limit = bytes & -ALIGN;
    }

    /**
     * Whether the run has memory.
     *
     * @return true after {@link #open}, until {@link #close}
     */
    public boolean isOpen() {
        return limit != CLOSED;
    }

    /**
     * Ends the hand-outs since {@link #open}. Does nothing if the run is not open.
     *
     * @return true if all memory went back, so that the run may be opened again; false if blocks are still outstanding: the memory
     *     goes back with the last of them, and this run has ended
     * @throws IllegalStateException if called by another thread than the owner
     */
    public boolean close() {
        if (owner == null) {
            return false;
        }
        checkOwner();
        if (limit == CLOSED) {
            return true;
        }
        int live = live();
        int shared = sharedCount;
        if (live + shared != 0) {
            Thread self = owner;
            owner = null; // from here on the owner frees as others do
            if ((int) SHARED_COUNT.getAndAdd(this, live) + live != 0) {
                overflow = null;
                limit = CLOSED;
                top = 0;
                peak = 0;
                return false;
            }
            owner = self; // the last came back just now, and whoever freed it left the rest to us
        }
        if (shared != 0 || live != 0) {
            sharedCount = 0;
        }
        holes = 0;
        top = 0;
        peak = 0;
        nextSlot = 0;
        limit = CLOSED;
        giveBack();
        return true;
    }

    /** How many blocks are outstanding, as far as the owner knows. */
    private int live() {
        return nextSlot - holes;
    }

    /** Hands out nothing more, and lets no block grow, until the run is opened anew or {@link #unseal}ed; called by the owner. */
    public void seal() {
        checkOwner();
        if (limit != CLOSED) {
            limit = SEALED; // not `top`: that falls when blocks come back
        }
    }

    /** Hands out again what is free; called by the owner. */
    public void unseal() {
        checkOwner();
        if (limit != CLOSED) {
            limit = bytesRequested & -ALIGN;
        }
    }

    /** Gives the memory back, by whoever is the last to use it. */
    private void giveBack() {
        V freed = block;
        Run<V> from = blockRun;
        assert freed != null && from != null;
        if (from.isLarge()) {
            region().mark(offset(), from.blockSize(blockIndex), RegionStats.Kind.LARGE);
        }
        from.free(freed, blockIndex, bytesRequested);
    }

    // ---- handing out, by the owner

    /**
     * Hands out the view of a block.
     *
     * @param size bytes, zero or more
     * @return the view, in the state in which it was freed last; its block is another one each time. Null if the run is not open, or
     *     has no room for it.
     * @throws IllegalArgumentException if {@code size} is negative
     */
    public @Nullable V tryAllocate(int size) {
        int at = top;
        int slot = nextSlot;
        if (size > limit - at
                || size < 0
                || slot == SLOTS) { // the limit is aligned, so there is room for the rounded size, too
            return noRoom(size);
        }
        int length = roundUp(size);
        places[slot] = place(at, length);
        V view = views[slot];
        if (view == null) {
            view = pool.newView(this, slot);
            views[slot] = view;
        }
        top = at + length;
        nextSlot = slot + 1;
        return view;
    }

    private static int roundUp(int size) {
        return size + ALIGN - 1 & -ALIGN;
    }

    private static long place(int at, int length) {
        return (long) at << 32 | length;
    }

    private static int start(long place) {
        return (int) (place >>> 32);
    }

    private static int length(long place) {
        return (int) place;
    }

    private @Nullable V noRoom(int size) {
        if (size < 0) {
            throw new IllegalArgumentException(
                    "size=" + size + " is negative: was it computed in int arithmetic and did it overflow?");
        }
        return null;
    }

    /**
     * Hands out the view of a block to which a block of this run is to move.
     *
     * @param size bytes
     * @return the view; null if the caller does not own the run, or the run is not open
     */
    public @Nullable V tryOverflow(int size) {
        IntFunction<V> other = overflow;
        return Thread.currentThread() == owner && isOpen() && other != null ? other.apply(size) : null;
    }

    /**
     * How many bytes there are to hand out altogether.
     *
     * @return what {@link #open} was called with; 0 if the run is not open, or sealed
     */
    public int capacity() {
        return limit < 0 ? 0 : bytesRequested;
    }

    /**
     * How many bytes are handed out, or cannot be handed out again before something that was handed out later is freed.
     *
     * @return bytes
     */
    public int usedBytes() {
        return top;
    }

    /**
     * How many bytes were used at most at the same time since the run was opened; 0 if it is not open.
     *
     * @return bytes
     */
    public int peakBytes() {
        return Math.max(peak, top);
    }

    /**
     * How many blocks are handed out.
     *
     * @return the number, of about this moment if others are freeing; 0 after {@link #close()}
     */
    public int outstanding() {
        return limit == CLOSED ? 0 : live() + sharedCount;
    }

    // ---- as every run

    @Override
    public int blockOffset(int index) {
        return offset() + start(places[index]);
    }

    @Override
    public int blockSize(int index) {
        return length(places[index]);
    }

    @Override
    boolean tryResizeTo(int index, int requested, int newRequested) {
        if (Thread.currentThread() == owner && index == nextSlot - 1) {
            int at = start(places[index]);
            if (newRequested <= limit - at) {
                int length = roundUp(newRequested);
                places[index] = place(at, length);
                peak = Math.max(peak, top);
                top = at + length;
                return true;
            }
        }
        return newRequested <= length(places[index]);
    }

    @Override
    public void free(V view, int index, int requested) {
        if (Thread.currentThread() == owner) {
            freeOwn(view, index);
        } else {
            keepView(view, index); // passes to the owner with the count
            if ((int) SHARED_COUNT.getAndAdd(this, -1) == 1) {
                giveBack();
            }
        }
    }

    @Override
    public void forgetView(int index) {
        views[index] = null;
    }

    private void freeOwn(V view, int index) {
        long place = places[index];
        if (place < 0 || index >= nextSlot) {
            throw new IllegalArgumentException("the block with index=" + index + " is not handed out: freed twice?");
        }
        keepView(view, index);
        if (index == nextSlot - 1) {
            rollBack(index, start(place));
        } else {
            places[index] = ~place;
            holes++;
        }
    }

    /** The newest block is free, and maybe those before it. */
    private void rollBack(int index, int at) {
        int slot = index;
        int newTop = at;
        while (slot > 0 && places[slot - 1] < 0) {
            slot--;
            newTop = start(~places[slot]);
        }
        peak = Math.max(peak, top);
        holes -= index - slot;
        nextSlot = slot;
        top = newTop;
    }

    private void keepView(V view, int index) {
        if (views[index] != view) {
            views[index] = view;
        }
    }

    private void checkOwner() {
        Thread self = owner;
        if (Thread.currentThread() != self) {
            throw new IllegalStateException(
                    self == null
                            ? this + " has ended: blocks escaped from it"
                            : "run of thread=" + self.getName() + " used by thread="
                                    + Thread.currentThread().getName() + ": it belongs to the thread that made it");
        }
    }

    @Override
    public String toString() {
        return "BumpRun[capacity=" + capacity() + ", used=" + usedBytes() + ", outstanding=" + outstanding() + "]";
    }
}
