// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.alloc.Slab;
import org.jspecify.annotations.Nullable;

/**
 * A run cut into equal blocks by a {@link Slab}, with the views of its blocks.
 *
 * <p>The slab is the one keeper of truth about what is free. The array beside it only remembers which view was last freed
 * with a block. The entry stays while the block is out: two stores less per hand-out, and what is freed by another thread
 * usually finds its view there already. The view that comes back may be another one, since buffers that grow exchange
 * their blocks.
 *
 * <pre>
 *   law: if the slab has i free, views[i] is the view that was freed with it, or null
 * </pre>
 */
final class SlabRun<V> extends Run<V> {

    final int sizeClass;
    private final int blockSize;

    // Synchronization: volatile. Written by the owner, when a retired shard's runs pass to their heir; read by whoever
    // frees a block. Not through the bin: that is what the owner writes into with every block.
    private volatile Shard<V> shard;

    // Synchronization: written by the owner before `shard`; read by the owner, and by who has the lock of its stripe.
    private Bin<V> bin;

    /** What other threads have freed. Made by cut(), before any block is handed out. */
    private @Nullable RemoteFrees<V> remoteFrees;

    // Synchronization: one entry belongs to whoever has the block, the owner while it is free.
    private @Nullable V @Nullable [] views;

    // Synchronization of all below: used by the owner only.
    private @Nullable Slab slab;

    private @Nullable SlabLinks<V> links;

    SlabRun(Bin<V> bin) {
        super(false);
        this.bin = bin;
        this.shard = bin.shard;
        this.sizeClass = bin.sizeClass;
        this.blockSize = bin.blockSize;
    }

    /**
     * Cuts the run, which has got its place by now. What others write is made between what everybody reads and what the owner writes: so they
     * hardly share cache lines.
     */
    @SuppressWarnings("unchecked")
    void cut() {
        int count = bytes() / blockSize;
        views = (V[]) new Object[count];
        remoteFrees = new RemoteFrees<>(this, count);
        links = new SlabLinks<>();
        slab = Slab.over(region().memory().slice(offset(), bytes()), blockSize, count);
    }

    Bin<V> bin() {
        return bin;
    }

    Shard<V> shard() {
        return shard;
    }

    QueuePlace<SlabRun<V>> place() {
        return remoteFrees();
    }

    void passTo(Bin<V> heir) {
        bin = heir;
        shard = heir.shard;
    }

    /** Takes a free block and returns its view, or null if there is none. */
    @Nullable
    V tryTake() {
        int index = slab().tryAllocateIndex();
        if (index < 0) {
            return null;
        }
        @Nullable V[] kept = views();
        V view = kept[index];
        if (view == null) {
            return newView(index);
        }
        return view;
    }

    /** As {@link #tryTake()}, but for a block that is to be watched. */
    @Nullable
    V tryTakeWatched(int size) {
        int index = slab().tryAllocateIndex();
        if (index < 0) {
            return null;
        }
        V kept = views()[index];
        V ownView = kept != null ? kept : newView(index);
        Shard<V> owner = shard;
        owner.beforeForeignCode();
        try {
            return owner.pool.sampler().watch(this, index, ownView, size);
        } catch (Throwable e) {
            put(ownView, index);
            throw e;
        } finally {
            owner.afterForeignCode();
        }
    }

    private V newView(int index) {
        Shard<V> owner = shard;
        owner.beforeForeignCode();
        try {
            return owner.pool.newView(this, index);
        } catch (Throwable e) {
            slab().deallocateIndex(index);
            throw e;
        } finally {
            owner.afterForeignCode();
        }
    }

    @Override
    public void free(V view, int index, int requested) {
        Shard<V> owner = shard;
        if (owner.thread == Thread.currentThread()) {
            bin.free(this, view, index, requested);
        } else {
            owner.freeFromOutside(this, view, index, requested);
        }
    }

    /** Takes a block back; called by the owner. */
    void put(V view, int index) {
        slab().deallocateIndex(index);
        keepView(view, index);
    }

    /**
     * Marks a block as freed; called by anybody but the owner.
     *
     * @return true if the caller has to put the run into its owner's queue
     */
    boolean putFromOutside(V view, int index, int requested) {
        RemoteFrees<V> frees = remoteFrees();
        frees.check(index, blockSize);
        keepView(view, index); // passes to the owner with the mark
        MemoryPool<V> pool = shard.pool;
        pool.remoteFreed(sizeClass, 1, requested); // before the mark, after which the block may be handed out again
        if (!frees.mark(index)) {
            pool.remoteFreed(sizeClass, -1, -requested);
            throw RemoteFrees.notHandedOut(index, blockSize);
        }
        return frees.turnQueuedOn();
    }

    void checkNotMarked(int index) {
        remoteFrees().check(index, blockSize);
    }

    private void keepView(V view, int index) {
        @Nullable V[] kept = views();
        if (kept[index] != view) {
            kept[index] = view;
        }
    }

    /**
     * Takes back all blocks that others have freed; called by the owner, who has taken the run out of the queue.
     *
     * @return how many
     */
    int collect() {
        return remoteFrees().collect();
    }

    /** Takes back one block that another thread has freed. */
    boolean collectOne(int index) {
        try {
            slab().deallocateIndex(index);
            return true;
        } catch (IllegalArgumentException e) {
            // Another thread's mistake: whoever collects did nothing wrong, and must not lose the other blocks.
            shard.pool.noteFreedTwice(sizeClass, e);
            return false;
        }
    }

    @Override
    public void forgetView(int index) {
        views()[index] = null;
    }

    /**
     * Forgets the views of the blocks that are out, so that one that is dropped without being released can be collected.
     * Those that are released come back. O(blocks); called by the owner.
     */
    void forgetViews() {
        @Nullable V[] kept = views();
        for (int i = 0; i < kept.length; i++) {
            if (slab().isOutstanding(i)) {
                kept[i] = null; // or a moment after another thread put it back: then a new view is made
            }
        }
    }

    boolean hasFree() {
        return slab().canAllocate();
    }

    int outstanding() {
        return slab().outstanding();
    }

    @Override
    public int blockOffset(int index) {
        return offset() + index * blockSize;
    }

    @Override
    public int blockSize(int index) {
        return blockSize;
    }

    @Override
    boolean tryResizeTo(int index, int requested, int newRequested) {
        if (newRequested > blockSize) {
            return false;
        }
        Shard<V> owner = shard;
        if (owner.thread == Thread.currentThread()) {
            bin.resized(newRequested - requested);
        } else {
            owner.pool.resizedElsewhere(newRequested - requested);
        }
        return true;
    }

    void checkInvariants() {
        slab().checkInvariants();
    }

    private Slab slab() {
        Slab s = slab;
        assert s != null;
        return s;
    }

    private RemoteFrees<V> remoteFrees() {
        RemoteFrees<V> r = remoteFrees;
        assert r != null;
        return r;
    }

    SlabLinks<V> links() {
        SlabLinks<V> l = links;
        assert l != null;
        return l;
    }

    private @Nullable V[] views() {
        @Nullable V[] v = views;
        assert v != null;
        return v;
    }

    @Override
    public String toString() {
        return "SlabRun[blockSize=" + blockSize + ", offset=" + offset() + ", bytes=" + bytes() + "]";
    }
}
