// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What one thread counts about its requests.
 *
 * <p>Synchronization: written by the thread alone, as opaque stores, which cost what plain ones do; read by any.
 */
final class ArenaCounters {

    private static final int BEGUN = 0;
    private static final int ENDED = 1;
    private static final int ESCAPED_REQUESTS = 2;
    private static final int ESCAPED_BUFFERS = 3;
    private static final int BUDGET_HITS = 4;
    private static final int USED_BYTES = 5;
    private static final int RETAINED_RUNS = 6;
    private static final int FIRST_BUCKET = 16;
    private static final int COUNT = FIRST_BUCKET + RequestArenaStats.BUCKETS;

    private final AtomicLongArray values = new AtomicLongArray(COUNT);

    private void add(int index, long delta) {
        values.setOpaque(index, values.getPlain(index) + delta);
    }

    void began() {
        add(BEGUN, 1);
    }

    void ended(long usedBytes, int escapedBuffers) {
        add(USED_BYTES, usedBytes);
        add(FIRST_BUCKET + RequestArenaStats.bucketOf(usedBytes), 1);
        if (escapedBuffers > 0) {
            add(ESCAPED_REQUESTS, 1);
            add(ESCAPED_BUFFERS, escapedBuffers);
        }
        add(ENDED, 1);
    }

    void hitBudget() {
        add(BUDGET_HITS, 1);
    }

    /** How many runs the thread keeps for later requests. */
    void retains(int runs) {
        values.setOpaque(RETAINED_RUNS, runs);
    }

    /** The counters of all threads, and the sums of those that have ended. */
    static final class Sums {

        // Synchronization: guarded by this object.
        private final Set<ArenaCounters> open = new HashSet<>();
        private final long[] closed = new long[COUNT];

        synchronized ArenaCounters open() {
            ArenaCounters counters = new ArenaCounters();
            open.add(counters);
            return counters;
        }

        synchronized void close(ArenaCounters counters) {
            if (open.remove(counters)) {
                counters.retains(0);
                addTo(closed, counters);
            }
        }

        synchronized int openCount() {
            return open.size();
        }

        synchronized RequestArenaStats sum(String name) {
            long[] sums = closed.clone();
            open.forEach(counters -> addTo(sums, counters));
            long[] buckets = new long[RequestArenaStats.BUCKETS];
            System.arraycopy(sums, FIRST_BUCKET, buckets, 0, buckets.length);
            return new RequestArenaStats(
                    name,
                    sums[BEGUN] - sums[ENDED],
                    sums[ENDED],
                    sums[ESCAPED_REQUESTS],
                    sums[ESCAPED_BUFFERS],
                    sums[BUDGET_HITS],
                    sums[USED_BYTES],
                    sums[RETAINED_RUNS],
                    buckets);
        }

        /** Ends before beginnings, so that what happens in between counts as open. */
        private static void addTo(long[] sums, ArenaCounters counters) {
            for (int i = COUNT - 1; i >= 0; i--) {
                sums[i] += counters.values.getOpaque(i);
            }
        }
    }
}
