// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;

/** What kind of thread the other end of a hand-over is. */
public enum ThreadKind {
    /** An event loop of Netty's. */
    LOOP {
        @Override
        Runnable start(Runnable work) {
            EventExecutor loop = new DefaultEventExecutor(new DefaultThreadFactory("other-end", true));
            var done = loop.submit(work);
            return () -> {
                done.syncUninterruptibly();
                loop.shutdownGracefully();
            };
        }
    },
    /** A platform thread. */
    PLAIN {
        @Override
        Runnable start(Runnable work) {
            Thread thread = new Thread(work, "other-end");
            thread.setDaemon(true);
            thread.start();
            return () -> {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            };
        }
    };

    /**
     * Starts a thread of this kind.
     *
     * @param work what it does
     * @return what waits for the end of the work, and then ends the thread
     */
    abstract Runnable start(Runnable work);
}
