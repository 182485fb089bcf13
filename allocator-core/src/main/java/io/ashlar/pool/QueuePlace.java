// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import org.jspecify.annotations.Nullable;

/**
 * A run's place in a {@link RemoteQueue}. An object of its own, away from what the owner of the run uses all the time: it is written by
 * other threads.
 *
 * <p>Synchronization: the fields belong to whoever has the place, who hands it on through the queue. {@code queuedKiB} may be read when the
 * place has just been taken out, and is only a hint.
 *
 * @param <R> the kind of run
 */
class QueuePlace<R extends Run<?>> {

    final R run;

    @Nullable
    QueuePlace<R> next;

    /** What lies in the queue from here on, this run included. */
    int queuedKiB;

    QueuePlace(R run) {
        this.run = run;
    }

    /** Leaves the queue, from which it was taken: from here on it may be queued again. Returns the place below. */
    @Nullable
    QueuePlace<R> leave() {
        QueuePlace<R> below = next;
        next = null;
        return below;
    }
}
