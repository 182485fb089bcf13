// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.memory.AllocationException;
import io.ashlar.pool.BumpRun;
import io.ashlar.pool.MemoryPool;
import io.ashlar.pool.MemoryPoolBuilder;
import io.ashlar.pool.OwnedShard;
import io.ashlar.pool.Run;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A pool of buffers of one kind, with the shards that event loops own in it.
 *
 * @param <B> the kind of buffer
 */
class BufferPool<B extends AbstractPooledByteBuf<B>> {

    /** Makes the view of a block, as {@link io.ashlar.pool.ViewFactory} does. */
    @FunctionalInterface
    interface Views<B extends AbstractPooledByteBuf<B>> {
        B newView(BufferPool<B> pool, Run<B> run, int index);
    }

    private final ByteBufAllocator alloc;
    private final Views<B> views;
    private final MemoryPool<B> memory;
    private final EventLoopShards<B> shards = new EventLoopShards<>();

    BufferPool(ByteBufAllocator alloc, Views<B> views, Consumer<MemoryPoolBuilder<B>> configuration) {
        this.alloc = alloc;
        this.views = views;
        MemoryPoolBuilder<B> builder = MemoryPool.builder(this::newView);
        builder.ownShard(shards::existing);
        configuration.accept(builder);
        this.memory = builder.build();
    }

    final B newView(Run<B> run, int index) {
        return views.newView(this, run, index);
    }

    ByteBufAllocator alloc() {
        return alloc;
    }

    MemoryPool<B> memory() {
        return memory;
    }

    /** Takes the view of a block from the current thread's shard, or from the stripes if it has none. */
    B allocate(int size) {
        try {
            OwnedShard<B> shard = shards.ofCurrentThread(memory);
            return shard != null ? shard.allocate(size) : memory.allocate(size);
        } catch (AllocationException e) {
            throw new OutOfPoolMemoryError(e);
        }
    }

    /** As {@link #allocate}, for a buffer that has to move to become longer. */
    B allocateToGrow(int size) {
        return allocate(size);
    }

    /** As {@link #allocate}, for a caller that can do without: null if there is no memory at hand or the pool is closed. */
    @Nullable
    B tryAllocate(int size) {
        OwnedShard<B> shard = shards.ofCurrentThread(memory);
        return shard != null ? shard.tryAllocate(size) : memory.tryAllocate(size);
    }

    /** A run for the bump of a request arena of the current thread. */
    BumpRun<B> newBumpRun() {
        return memory.newBumpRun();
    }

    void close() {
        memory.close();
        shards.retireAll();
    }
}
