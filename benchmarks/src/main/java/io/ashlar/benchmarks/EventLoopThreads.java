// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * Runs JMH's workers on event loops of Netty's: their thread-locals are the fast ones, and they have a current executor.
 * Without the latter the adaptive allocator leaves its own fast path.
 *
 * <p>Switched on by {@code -Djmh.executor=CUSTOM -Djmh.executor.class=...}, which the benchmarks set for their forks.
 */
public final class EventLoopThreads extends DefaultEventExecutorGroup {

    /**
     * The constructor that JMH calls.
     *
     * @param threads how many workers there are, each on a loop of its own
     * @param prefix what the names of the threads begin with
     */
    public EventLoopThreads(int threads, String prefix) {
        super(threads, new DefaultThreadFactory(prefix, true));
    }
}
