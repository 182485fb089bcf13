// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import org.jspecify.annotations.Nullable;

/**
 * Knows which threads own a shard in one {@link MemoryPool}, such as the event loops of a framework, and opens them.
 *
 * <p><b>Thread safety.</b> All methods are called from any thread.
 *
 * @param <V> the type of the views
 */
public interface ThreadShards<V> {

    /**
     * The calling thread's shard, opened now if it is a thread that is to own one and has none yet.
     *
     * @param pool always the same
     * @return the shard, or null if this thread is to use the stripes
     */
    @Nullable
    OwnedShard<V> ofCurrentThread(MemoryPool<V> pool);

    /**
     * The calling thread's shard. Neither opens one nor throws.
     *
     * @return the shard, or null if it has none by now
     */
    @Nullable
    OwnedShard<V> existing();

    /** The pool was closed: has every shard retired by its thread, at once or soon. */
    void retireAll();
}
