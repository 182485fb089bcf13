// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The slabs of a shard in which other threads have freed blocks: a stack without locks, linked through the runs
 * themselves (Treiber, "Systems Programming: Coping with Parallelism", 1986). A run is pushed by the one thread that
 * turned its {@code queued} flag on; all are taken at once, so the ABA problem does not arise.
 */
final class RemoteQueue<V> {

    /** Returned by {@link #push} when the queue is closed. */
    static final int REFUSED = -1;

    /** In place of the topmost run: the shard is retired and collects no more. */
    private static final Object CLOSED = new Object();

    private static final VarHandle TOP = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final int AT = 32;

    // Synchronization: volatile, through TOP. The one entry that is used has room on both sides, so that the threads
    // that
    // push do not take the cache line away on which the owner has its shard.
    private final @Nullable Object[] cells = new Object[AT + 1 + AT];

    /**
     * Leaves a run for the owner.
     *
     * @return KiB of all runs in the queue, about; or {@link #REFUSED} if the shard is retired, and the run was not pushed
     */
    int push(SlabRun<V> run) {
        while (true) {
            Object seen = TOP.getVolatile(cells, AT);
            if (seen == CLOSED) {
                return REFUSED;
            }
            SlabRun<V> next = asRun(seen);
            run.nextQueued = next;
            int queuedKiB = (run.bytes() >>> 10) + (next == null ? 0 : next.queuedKiB);
            run.queuedKiB = queuedKiB;
            if (TOP.compareAndSet(cells, AT, seen, run)) {
                return queuedKiB;
            }
        }
    }

    /** Takes all runs; called by the owner. The next one is each run's {@code nextQueued}. */
    @Nullable
    SlabRun<V> takeAll() {
        Object seen = TOP.getVolatile(cells, AT);
        // Only the owner closes the queue, so that it cannot become closed in between.
        return seen == null || seen == CLOSED ? null : asRun(TOP.getAndSet(cells, AT, (Object) null));
    }

    /** Takes all runs and refuses any further one. */
    @Nullable
    SlabRun<V> closeAndTakeAll() {
        return asRun(TOP.getAndSet(cells, AT, CLOSED));
    }

    @SuppressWarnings("unchecked")
    private static <V> @Nullable SlabRun<V> asRun(@Nullable Object o) {
        return (SlabRun<V>) o;
    }
}
