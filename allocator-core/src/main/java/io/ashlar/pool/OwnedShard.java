// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

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
    // Synchronization: volatile; written by the owner.
    private volatile boolean trimming;

    // Synchronization: atomic, as trimAsked.
    private final AtomicBoolean idleTrimAsked = new AtomicBoolean();

    OwnedShard(MemoryPool<V> pool, Thread owner, Executor ownerTasks) {
        super(pool, owner);
        this.owner = owner;
        this.ownerTasks = ownerTasks;
    }

    /**
     * Hands out the view of a block. O(1), unless a slab or a region has to be fetched, or the block is large.
     *
     * @param size bytes, zero or more
     * @return the view of a block of at least that size, in the state in which it was freed
     * @throws IllegalArgumentException if {@code size} is negative
     * @throws IllegalStateException if called by another thread than the owner, or if the pool is closed
     * @throws io.ashlar.memory.AllocationException if the limit leaves no room
     */
    public V allocate(int size) {
        if (Thread.currentThread() != owner) {
            throw wrongThread();
        }
        return pool.allocateFrom(this, size);
    }

    /**
     * Hands out the view of a block if there is memory at hand: as {@link MemoryPool#tryAllocate(int)}.
     *
     * @param size bytes, zero or more
     * @return the view, or null if the limit leaves no room or the shard has ended
     * @throws IllegalArgumentException if {@code size} is negative
     * @throws IllegalStateException if called by another thread than the owner
     */
    public @Nullable V tryAllocate(int size) {
        if (Thread.currentThread() != owner) {
            throw wrongThread();
        }
        return pool.tryAllocateFrom(this, size);
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
            pool.noteRejectedTask(owner, e);
        }
    }

    /**
     * Sees to it that the owner gives back what is idle, and forgets the views of what is out: at once if the owner is
     * calling, otherwise in a task of its own.
     */
    void trimThoroughlySoon() {
        if (Thread.currentThread() == owner) {
            trimThoroughlyUnlessRetired();
            return;
        }
        try {
            ownerTasks.execute(this::trimThoroughlyUnlessRetired);
        } catch (RuntimeException e) {
            pool.noteRejectedTask(owner, e); // as in retireSoon()
        }
    }

    private void trimThoroughlyUnlessRetired() {
        if (Thread.currentThread() == owner && !isRetired()) {
            trimThoroughly();
        }
    }

    /** Sees to it that the owner gives back what it has not needed lately, if it holds anything; called by anybody. */
    void trimIdleSoon() {
        if (!holdsAnything() || !idleTrimAsked.compareAndSet(false, true)) {
            return;
        }
        try {
            ownerTasks.execute(() -> {
                idleTrimAsked.set(false);
                if (Thread.currentThread() == owner && !isRetired()) {
                    trimIdle();
                }
            });
        } catch (RuntimeException e) {
            idleTrimAsked.set(false);
        }
    }

    /** Sees to it that the owner collects and gives back what is idle; called by anybody who is short of memory. */
    void trimSoon() {
        if (!trimAsked.compareAndSet(false, true)) {
            return;
        }
        try {
            ownerTasks.execute(() -> {
                trimming = true; // before it is not asked any more: who waits must see one of the two
                trimAsked.set(false);
                try {
                    if (Thread.currentThread() == owner && !isRetired()) {
                        trim();
                    }
                } finally {
                    trimming = false;
                }
            });
        } catch (RuntimeException e) {
            trimAsked.set(false);
        }
    }

    /** Whether it was asked to trim and is not done. */
    boolean isTrimPending() {
        return (trimAsked.get() || trimming) && owner.isAlive();
    }

    String ownerName() {
        return owner.getName();
    }

    boolean isOwnerDead() {
        return !owner.isAlive();
    }

    @Override
    void freeFromOutside(SlabRun<V> run, V view, int index, int requested) {
        leave(run, view, index, requested);
    }

    @Override
    boolean offer(SlabRun<V> run) {
        return remote.push(run.place(), Integer.MAX_VALUE) != RemoteQueue.REFUSED;
    }

    private IllegalStateException wrongThread() {
        return new IllegalStateException("shard of thread=" + owner.getName() + " used by thread="
                + Thread.currentThread().getName() + ": an owned shard belongs to the thread that opened it");
    }
}
