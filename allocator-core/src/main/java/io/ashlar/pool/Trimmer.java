// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.ref.WeakReference;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has a pool look twice in a quiet time for what nobody has needed since it looked last, as long as the pool holds memory.
 *
 * <p>The JDK's own timer for delayed tasks calls, and a thread of its common pool looks at the stripes; what event loops own they look at themselves.
 * A pool that was forgotten without being closed is not kept alive by it.
 */
final class Trimmer {

    /** Stands for never. */
    static final long NEVER = 0;

    private final WeakReference<MemoryPool<?>> pool;
    private final long nanosBetween;
    // Synchronization: atomic; whoever turns it on starts the timer, and who was called turns it off.
    private final AtomicBoolean waiting = new AtomicBoolean();

    Trimmer(MemoryPool<?> pool, long trimAfterNanos) {
        this.pool = new WeakReference<>(pool);
        this.nanosBetween = trimAfterNanos / 2;
    }

    /** There is something that may become idle. */
    void watch() {
        if (nanosBetween != NEVER && !waiting.get() && waiting.compareAndSet(false, true)) {
            start(() -> CompletableFuture.delayedExecutor(nanosBetween, TimeUnit.NANOSECONDS, Runnable::run)
                    .execute(() -> start(() -> CompletableFuture.runAsync(this::look))));
        }
    }

    /** Starts something that may need a thread. If there is none to be had, nobody is to suffer: who fetches the next run tries again. */
    private void start(Runnable starter) {
        try {
            starter.run();
        } catch (Throwable e) {
            waiting.set(false);
            MemoryPool.log(System.Logger.Level.WARNING, "idle memory is not given back: the timer could not start", e);
        }
    }

    private void look() {
        waiting.set(false);
        MemoryPool<?> known = pool.get();
        if (known == null) {
            return;
        }
        try {
            known.trimIdle();
        } finally {
            if (!known.isClosed() && known.holdsMemory()) {
                watch();
            }
        }
    }
}
