// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The runs that other threads leave for the owner of a shard: slabs in which they have freed blocks, or large blocks. A
 * stack without locks, linked through the runs' own {@link QueuePlace}s (Treiber, "Systems Programming: Coping with Parallelism",
 * 1986). A run is pushed by one thread at a time, for a slab the one that turned its {@code queued} flag on; all are taken
 * at once, so the ABA problem does not arise.
 *
 * @param <R> the kind of run
 */
final class RemoteQueue<R extends Run<?>> {

    /** Returned by {@link #push} when the run was not pushed. */
    static final int REFUSED = -1;

    /** In place of the topmost run: the shard is retired and collects no more. */
    private static final Object CLOSED = new Object();

    private static final VarHandle TOP = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final int AT = 32;

    // Synchronization: volatile, through TOP. The one entry that is used has room on both sides, so that the threads
    // that push do not take the cache line away on which the owner has its shard.
    private final @Nullable Object[] cells = new Object[AT + 1 + AT];

    /**
     * Leaves a run for the owner.
     *
     * @param place the run's
     * @param mostKiB how much may be in the queue
     * @return KiB of all runs in the queue, about; or {@link #REFUSED} if that would be more than allowed, or the shard is
     *     retired
     */
    int push(QueuePlace<R> place, int mostKiB) {
        while (true) {
            Object seen = TOP.getVolatile(cells, AT);
            if (seen == CLOSED) {
                return REFUSED;
            }
            QueuePlace<R> next = cast(seen);
            int queuedKiB = (place.run.bytes() >>> 10) + (next == null ? 0 : next.queuedKiB);
            if (queuedKiB > mostKiB) {
                return REFUSED;
            }
            place.next = next;
            place.queuedKiB = queuedKiB;
            if (TOP.compareAndSet(cells, AT, seen, place)) {
                return queuedKiB;
            }
        }
    }

    /** Whether a run is waiting; called by anybody. */
    boolean holdsAnything() {
        Object seen = TOP.getVolatile(cells, AT);
        return seen != null && seen != CLOSED;
    }

    /** Takes all runs, for {@link QueuePlace#leave} to go on from. */
    @Nullable
    QueuePlace<R> takeAll() {
        while (true) {
            Object seen = TOP.getVolatile(cells, AT);
            if (seen == null || seen == CLOSED) {
                return null;
            }
            if (TOP.compareAndSet(cells, AT, seen, (Object) null)) {
                return cast(seen);
            }
        }
    }

    /** Takes all runs and refuses any further one; called by the owner, or for one that is dead. */
    @Nullable
    QueuePlace<R> closeAndTakeAll() {
        return cast(TOP.getAndSet(cells, AT, CLOSED));
    }

    @SuppressWarnings("unchecked")
    private @Nullable QueuePlace<R> cast(@Nullable Object place) {
        return (QueuePlace<R>) place;
    }
}
