// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The shard of one thread, typically an event loop: it allocates and frees there without a lock and without an atomic
 * operation.
 *
 * <p><b>Life.</b> {@link MemoryPool#openShard} makes it for the calling thread. It ends with {@link #retire()} when that
 * thread does, or with the pool. Slabs that still have blocks out then pass to a stripe of the pool: the blocks stay
 * valid, and come back by the usual way. A thread that dies without a word is noticed by the pool later on.
 *
 * <p><b>Thread safety.</b> {@link #allocate} and {@link #retire} belong to the owner thread. Its blocks may be freed by
 * any thread.
 *
 * @param <V> the type of the views
 */
public final class OwnedShard<V> extends Shard<V> {

    private final Thread owner;
    private final Executor ownerTasks;
    // Synchronization: atomic, so that retiring happens once even if two threads notice that the owner is dead.
    private final AtomicBoolean retired = new AtomicBoolean();
    // Synchronization: atomic, so that at most one task to trim is waiting.
    private final AtomicBoolean trimAsked = new AtomicBoolean();

    OwnedShard(MemoryPool<V> pool, Thread owner, Executor ownerTasks) {
        super(pool, owner);
        this.owner = owner;
        this.ownerTasks = ownerTasks;
    }

    /**
     * Hands out a block. O(1), unless a slab or a region has to be fetched, or the block is large.
     *
     * @param size bytes, zero or more
     * @return a block of at least that size
     * @throws IllegalArgumentException if {@code size} is negative
     * @throws IllegalStateException if called by another thread than the owner, or if the pool is closed
     * @throws io.ashlar.memory.AllocationException if the limit leaves no room
     */
    public Block<V> allocate(int size) {
        if (Thread.currentThread() != owner) {
            throw wrongThread();
        }
        return pool.allocateFrom(this, size);
    }

    /**
     * Ends the shard: what is empty goes back, what is still out passes to the pool. Calls after the first do nothing.
     *
     * @throws IllegalStateException if called by another thread while the owner is alive
     */
    public void retire() {
        if (Thread.currentThread() != owner && owner.isAlive()) {
            throw wrongThread();
        }
        if (retired.compareAndSet(false, true)) {
            pool.retire(this);
        }
    }

    /**
     * Whether the shard has ended.
     *
     * @return true after {@link #retire()}
     */
    public boolean isRetired() {
        return retired.get();
    }

    /** Sees to it that the shard retires soon; called by anybody. */
    void retireSoon() {
        if (Thread.currentThread() == owner || !owner.isAlive()) {
            retire();
            return;
        }
        try {
            ownerTasks.execute(this::retire);
        } catch (RuntimeException e) {
            // The event loop has ended: its thread is dying and retires the shard itself, or is found dead later.
            pool.noteRejectedRetirement(owner, e);
        }
    }

    /** Sees to it that the owner collects and gives back what is idle; called by anybody who is short of memory. */
    void trimSoon() {
        if (Thread.currentThread() == owner || !trimAsked.compareAndSet(false, true)) {
            return;
        }
        try {
            ownerTasks.execute(() -> {
                trimAsked.set(false);
                if (Thread.currentThread() == owner && !isRetired()) {
                    trim();
                }
            });
        } catch (RuntimeException e) {
            trimAsked.set(false);
        }
    }

    boolean isOwnerDead() {
        return !owner.isAlive();
    }

    @Override
    boolean freeFromOutside(Block<V> block) {
        return remote.push(block);
    }

    private IllegalStateException wrongThread() {
        return new IllegalStateException("shard of thread=" + owner.getName() + " used by thread="
                + Thread.currentThread().getName() + ": an owned shard belongs to the thread that opened it");
    }
}
