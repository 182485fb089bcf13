// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.pool.MemoryPool;
import io.ashlar.pool.OwnedShard;
import io.ashlar.pool.ThreadShards;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.OrderedEventExecutor;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The shards of one pool that event loop threads own.
 *
 * <p>A thread gets one at its first allocation, if it is sure to clean up its thread-locals when it ends <em>and</em>
 * runs an executor that knows it as its one thread. Every other thread gets none, and nothing is stored for it: a plain
 * or a virtual thread is sent away by one type check, a {@link FastThreadLocalThread} that runs no executor by a look
 * at two thread-locals. That second look is repeated at each allocation, on purpose: such a thread may start to run an
 * event loop later (a loop on a thread pool of the user's does), and a remembered "no" would have to be looked up just
 * as well.
 *
 * <p>A shard is retired when its thread ends, or when the allocator is closed, whichever comes first. Both happen on
 * the thread itself. This object knows the shards only while they are open, and does not know the allocator or its
 * pool: the thread-locals of a long-lived event loop keep neither of them alive once the allocator is closed.
 *
 * @param <V> the type of the pool's views
 */
final class EventLoopShards<V> extends FastThreadLocal<OwnedShard<V>> implements ThreadShards<V> {

    // Synchronization: a concurrent map. A thread adds and removes its own shard; retireAll reads.
    private final Map<OwnedShard<V>, EventExecutor> open = new ConcurrentHashMap<>();

    @Override
    public @Nullable OwnedShard<V> ofCurrentThread(MemoryPool<V> pool) {
        if (!(Thread.currentThread() instanceof FastThreadLocalThread)) {
            return null;
        }
        OwnedShard<V> shard = getIfExists();
        return shard != null ? shard : openIfEventLoop(pool);
    }

    @Override
    public @Nullable OwnedShard<V> existing() {
        return Thread.currentThread() instanceof FastThreadLocalThread ? getIfExists() : null;
    }

    private @Nullable OwnedShard<V> openIfEventLoop(MemoryPool<V> pool) {
        if (!FastThreadLocalThread.currentThreadWillCleanupFastThreadLocals()) {
            return null;
        }
        EventExecutor loop = ThreadExecutorMap.currentExecutor();
        if (!(loop instanceof OrderedEventExecutor) || !loop.inEventLoop() || pool.isClosed()) {
            return null;
        }
        OwnedShard<V> shard;
        try {
            shard = pool.openShard(new OwnerTasks(Thread.currentThread(), loop));
        } catch (IllegalStateException closedMeanwhile) {
            return null; // the stripes say so, to who does not only try
        }
        set(shard);
        open.put(shard, loop);
        if (pool.isClosed()) {
            remove(); // retireAll may have looked before the shard was in the map
            return null;
        }
        return shard;
    }

    @Override
    public void retireAll() {
        open.forEach((shard, loop) -> {
            if (loop.inEventLoop()) {
                remove();
            } else {
                try {
                    loop.execute(this::remove);
                } catch (RejectedExecutionException ended) {
                    // The loop is shutting down: its thread retires the shard when it ends.
                }
            }
        });
    }

    @Override
    protected void onRemoval(OwnedShard<V> shard) {
        open.remove(shard);
        shard.retire();
    }

    /**
     * Runs tasks on the thread that owns a shard, or not at all: an event loop that was suspended may go on with
     * another thread, and then the first one has retired the shard.
     */
    private record OwnerTasks(Thread owner, EventExecutor loop) implements Executor {

        @Override
        public void execute(Runnable task) {
            loop.execute(() -> {
                if (Thread.currentThread() == owner) {
                    task.run();
                }
            });
        }
    }
}
