// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.alloc.Slab;
import org.jspecify.annotations.Nullable;

/**
 * A run cut into equal blocks by a {@link Slab}, with the block objects of those that are free.
 *
 * <p>The slab is the one keeper of truth about what is free. The array beside it only keeps the objects: a block that is
 * handed out has no entry, so that a view which is dropped without being released can be collected.
 *
 * <pre>
 *   law: blocks[i] != null  implies  slab has i free        (the reverse holds once i was handed out a first time)
 * </pre>
 */
final class SlabRun<V> extends Run {

    final int sizeClass;
    final int blockSize;

    // Synchronization: volatile. Written by the owner, when a retired shard's runs pass to their heir; read by whoever
    // frees a block.
    private volatile Shard<V> owner;

    // Synchronization of all below: used by the owner only.
    private @Nullable Slab slab;
    private @Nullable Block<V> @Nullable [] blocks;
    boolean listed;

    @Nullable
    SlabRun<V> nextPartial;

    @Nullable
    SlabRun<V> previousPartial;

    @Nullable
    SlabRun<V> nextOwned;

    @Nullable
    SlabRun<V> previousOwned;

    SlabRun(Shard<V> owner, int sizeClass) {
        this.owner = owner;
        this.sizeClass = sizeClass;
        this.blockSize = SizeClasses.blockSize(sizeClass);
    }

    /** Cuts the run, which has got its place by now. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    void cut() {
        int count = bytes() / blockSize;
        slab = Slab.over(region().memory().slice(offset(), bytes()), blockSize, count);
        blocks = (Block<V>[]) new Block[count];
    }

    Shard<V> owner() {
        return owner;
    }

    void passTo(Shard<V> heir) {
        owner = heir;
    }

    /** Takes a free block and its view, or returns null if there is none. */
    @Nullable
    Block<V> tryTake(MemoryPool<V> pool) {
        int index = slab().tryAllocateIndex();
        if (index < 0) {
            return null;
        }
        @Nullable Block<V>[] kept = blocks();
        Block<V> block = kept[index];
        if (block == null) {
            return newBlock(pool, index);
        }
        kept[index] = null;
        return block;
    }

    private Block<V> newBlock(MemoryPool<V> pool, int index) {
        try {
            return new Block<>(pool, this, index);
        } catch (Throwable e) {
            slab().deallocateIndex(index);
            throw e;
        }
    }

    /** Takes a block back. */
    void put(Block<V> block) {
        slab().deallocateIndex(block.index);
        blocks()[block.index] = block;
    }

    boolean hasFree() {
        return slab().canAllocate();
    }

    int outstanding() {
        return slab().outstanding();
    }

    void checkInvariants() {
        slab().checkInvariants();
        for (int i = 0; i < blocks().length; i++) {
            Block<V> block = blocks()[i];
            if (block != null && (block.index != i || block.slabRun != this)) {
                throw new IllegalStateException("slot " + i + " of " + this + " keeps " + block);
            }
        }
    }

    private Slab slab() {
        Slab s = slab;
        assert s != null;
        return s;
    }

    private @Nullable Block<V>[] blocks() {
        @Nullable Block<V>[] b = blocks;
        assert b != null;
        return b;
    }

    @Override
    public String toString() {
        return "SlabRun[blockSize=" + blockSize + ", offset=" + offset() + ", bytes=" + bytes() + "]";
    }
}
