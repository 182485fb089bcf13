// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * The plain view: for whoever wants the bytes of a block and nothing more.
 *
 * <pre>{@code
 * MemoryPool<Block> pool = MemoryPool.builder(Block::new).name("frames").limit(64 << 20).build();
 * Block block = Block.allocate(pool, 1500);
 * block.memory().putLong(block.offset(), 42);
 * block.release();
 * pool.close();
 * }</pre>
 *
 * <p><b>Thread safety.</b> A block belongs to whoever allocated it, and may be passed on to another thread with a
 * happens-before edge. {@link #free()} and {@link #release()} may be called from any thread, by the one that has it.
 */
public final class Block {

    private static final int FREE = 0;
    private static final int LIVE = 1;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Block.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Run<Block> run;
    private final int index;

    // Synchronization: both belong to the holder, and pass from thread to thread with the block. `state` is besides
    // compared and set atomically by release().
    private int requested;
    private int state;

    /**
     * Makes the view of one block; for use as {@link ViewFactory}.
     *
     * @param run the run that the block lies in
     * @param index the block's index in it
     */
    public Block(Run<Block> run, int index) {
        this.run = run;
        this.index = index;
    }

    /**
     * Hands out a block from a stripe of a pool.
     *
     * @param pool the pool
     * @param size bytes, zero or more
     * @return a block of at least that size
     * @throws IllegalArgumentException if {@code size} is negative
     * @throws IllegalStateException if the pool is closed
     * @throws io.ashlar.memory.AllocationException if the limit leaves no room
     */
    public static Block allocate(MemoryPool<Block> pool, int size) {
        return pool.allocate(size).handedOut(size);
    }

    /**
     * Hands out a block from the calling thread's shard.
     *
     * @param shard the shard
     * @param size bytes, zero or more
     * @return a block of at least that size
     * @throws IllegalArgumentException if {@code size} is negative
     * @throws IllegalStateException if called by another thread than the owner, or if the pool is closed
     * @throws io.ashlar.memory.AllocationException if the limit leaves no room
     */
    public static Block allocate(OwnedShard<Block> shard, int size) {
        return shard.allocate(size).handedOut(size);
    }

    private Block handedOut(int size) {
        requested = size;
        state = LIVE;
        return this;
    }

    /**
     * The buffer over the whole region that the block lies in.
     *
     * @return the buffer, as {@link Run#memory()} explains
     * @throws IllegalStateException if it is noticed that the block is not handed out
     */
    public ByteBuffer memory() {
        return run.memory();
    }

    /**
     * Where the block begins in {@link #memory()}.
     *
     * @return bytes from the start of the region
     */
    public int offset() {
        return run.blockOffset(index);
    }

    /**
     * The length of the block, which is at least what was asked for.
     *
     * @return bytes
     */
    public int size() {
        return run.blockSize(index);
    }

    /**
     * Whether the block has a native address.
     *
     * @return false for memory on the Java heap
     */
    public boolean hasAddress() {
        return run.hasAddress();
    }

    /**
     * The native address of the block's first byte.
     *
     * @return the address
     * @throws UnsupportedOperationException if the block has none
     */
    public long address() {
        return run.blockAddress(index);
    }

    /**
     * Whether this is a large block, which may lie elsewhere each time it is handed out.
     *
     * @return true for a large block, false for one of a slab, which stays where it is
     */
    public boolean isLarge() {
        return run.isLarge();
    }

    /**
     * Changes the number of bytes that count as requested, without moving the block.
     *
     * @param newRequested bytes
     * @return false if the block cannot hold as much where it is; nothing has changed then
     * @throws IllegalArgumentException if {@code newRequested} is negative
     */
    public boolean tryResize(int newRequested) {
        if (!run.tryResize(index, requested, newRequested)) {
            return false;
        }
        requested = newRequested;
        return true;
    }

    /**
     * Gives the block back, trusting the caller that this is the only call for this hand-out.
     *
     * @throws IllegalArgumentException if it is noticed that the block is not handed out
     */
    public void free() {
        if (state != LIVE) {
            throw new IllegalArgumentException(this + " is not handed out: freed twice?");
        }
        state = FREE;
        run.free(this, index, requested);
    }

    /**
     * Gives the block back, after making sure with an atomic operation that it is the first call for this hand-out.
     *
     * @throws IllegalStateException if the block is not handed out
     */
    public void release() {
        if (!STATE.compareAndSet(this, LIVE, FREE)) {
            throw new IllegalStateException(this + " is not handed out: released twice?");
        }
        run.free(this, index, requested);
    }

    @Override
    public String toString() {
        return "Block[offset=" + offset() + ", size=" + size() + ", requested=" + requested + "]";
    }
}
