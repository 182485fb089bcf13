// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.MemoryRegion;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The unit that a pool hands out: some bytes of a region, with the view bound to them.
 *
 * <p>A block comes in two forms. One that was cut from a slab keeps its place for ever ({@link #isPermanent()}). A large
 * block is a run of its own, and gets a new place at each hand-out.
 *
 * <p><b>Thread safety.</b> A block belongs to whoever it was handed out to and may be passed on to another thread like
 * any other object, that is with a happens-before edge. {@link #free()} and {@link #release()} may be called from any
 * thread, by the one that has it.
 *
 * @param <V> the type of the view
 */
public final class Block<V> {

    static final int FREE = 0;
    static final int LIVE = 1;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Block.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MemoryPool<V> pool;
    /** The slab this block is cut from; null for a large block. */
    final @Nullable SlabRun<V> slabRun;
    /** The run a large block is; null for a block of a slab. */
    final @Nullable Run largeRun;
    /** The place among the blocks of the slab. */
    final int index;

    // Synchronization of all the fields below: they belong to the holder of the block, and pass from thread to thread
    // with it. `state` is besides compared and set atomically by release().
    private V view;
    private @Nullable ByteBuffer memory;
    private int offset;
    private int size;
    int requested;
    private int state;

    // The link of a RemoteFrees stack, and the sums over this block and all below it.
    @Nullable
    Block<V> below;

    int stackedBlocks;
    long stackedUsed;
    long stackedRequested;

    /** A block of a slab. */
    Block(MemoryPool<V> pool, SlabRun<V> run, int index) {
        this.pool = pool;
        this.slabRun = run;
        this.largeRun = null;
        this.index = index;
        this.memory = run.region().buffer();
        this.offset = run.offset() + index * run.blockSize;
        this.size = run.blockSize;
        this.view = pool.newView(this);
    }

    /** A large block, not yet anywhere. */
    Block(MemoryPool<V> pool) {
        this.pool = pool;
        this.slabRun = null;
        this.largeRun = new Run();
        this.index = -1;
        this.view = pool.newView(this);
    }

    /**
     * The view bound to this block.
     *
     * @return the view: the one that was made for this block, unless {@link #swapViews} has given it another
     */
    public V view() {
        return view;
    }

    /**
     * Exchanges the views of two blocks, so that the object a caller holds can move to a larger block. The caller holds
     * both blocks, and tells both views.
     *
     * @param other another block of the same pool
     */
    public void swapViews(Block<V> other) {
        V mine = view;
        view = other.view;
        other.view = mine;
    }

    /**
     * The buffer over the whole region that the block lies in: big-endian, shared with all blocks of the region, hence
     * for absolute access only.
     *
     * @return the buffer
     * @throws IllegalStateException if this is a large block that is not handed out
     */
    public ByteBuffer memory() {
        ByteBuffer m = memory;
        if (m == null) {
            throw new IllegalStateException("the large block is not handed out: was it freed before?");
        }
        return m;
    }

    /**
     * Where the block begins in {@link #memory()}.
     *
     * @return bytes from the start of the region
     */
    public int offset() {
        return offset;
    }

    /**
     * The length of the block, which is at least what was asked for.
     *
     * @return bytes
     */
    public int size() {
        return size;
    }

    /**
     * Whether the block has a native address.
     *
     * @return false for memory on the Java heap
     */
    public boolean hasAddress() {
        return region().address() != MemoryRegion.NO_ADDRESS;
    }

    /**
     * The native address of the block's first byte.
     *
     * @return the address
     * @throws UnsupportedOperationException if the block has none
     */
    public long address() {
        long base = region().address();
        if (base == MemoryRegion.NO_ADDRESS) {
            throw new UnsupportedOperationException("memory on the Java heap has no native address");
        }
        return base + offset;
    }

    /**
     * Whether {@link #memory()}, {@link #offset()} and {@link #size()} stay the same as long as this object lives.
     *
     * @return true for a block of a slab, false for a large block
     */
    public boolean isPermanent() {
        return slabRun != null;
    }

    /**
     * Changes the number of bytes that count as requested, without moving the block. A large block may grow for it, if
     * the memory behind it is free; {@link #size()} tells.
     *
     * @param newRequested bytes
     * @return false if the block cannot hold as much where it is; nothing has changed then
     * @throws IllegalArgumentException if {@code newRequested} is negative
     */
    public boolean tryResize(int newRequested) {
        if (newRequested < 0) {
            throw new IllegalArgumentException("newRequested=" + newRequested + " is negative");
        }
        return pool.tryResize(this, newRequested);
    }

    /**
     * Gives the block back. Trusts the caller that it is the only call for this hand-out: a view with an atomic
     * reference count of its own knows that. Who has none calls {@link #release()}.
     *
     * @throws IllegalArgumentException if it is noticed that the block is not handed out
     */
    public void free() {
        if (state != LIVE) {
            // Before it is pushed: pushed twice, it would tear the blocks below it off the stack.
            throw new IllegalArgumentException(
                    "block of size=" + size + " at offset=" + offset + " is not handed out: freed twice?");
        }
        giveBack();
    }

    private void giveBack() {
        state = FREE;
        SlabRun<V> run = slabRun;
        if (run == null) {
            pool.freeLarge(this);
            return;
        }
        Shard<V> owner = run.owner();
        if (owner.thread == Thread.currentThread()) {
            owner.freeLocal(this);
        } else {
            freeElsewhere(run, owner);
        }
    }

    private void freeElsewhere(SlabRun<V> run, Shard<V> owner) {
        // Only a shard that has been retired refuses; its runs have got their new owner before.
        Shard<V> current = owner;
        while (!current.freeFromOutside(this)) {
            current = run.owner();
        }
    }

    /**
     * Gives the block back, after making sure with an atomic operation that it is the first call for this hand-out.
     *
     * @throws IllegalStateException if the block is not handed out
     */
    public void release() {
        if (!STATE.compareAndSet(this, LIVE, FREE)) {
            throw new IllegalStateException(
                    "block of size=" + size + " at offset=" + offset + " is not handed out: released twice?");
        }
        giveBack();
    }

    void handOut(int requestedBytes) {
        requested = requestedBytes;
        state = LIVE;
    }

    /** Takes the place that {@link #largeRun} has got, or its new size. */
    void bindLarge() {
        Run run = run();
        memory = run.region().buffer();
        offset = run.offset();
        size = run.bytes();
    }

    void unbindLarge() {
        memory = null;
    }

    private Run run() {
        SlabRun<V> slab = slabRun;
        if (slab != null) {
            return slab;
        }
        Run large = largeRun;
        assert large != null;
        return large;
    }

    private Region region() {
        return run().region();
    }

    @Override
    public String toString() {
        return "Block[offset=" + offset + ", size=" + size + ", requested=" + requested + "]";
    }
}
