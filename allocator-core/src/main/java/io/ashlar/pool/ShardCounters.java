// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.VarHandle;

/**
 * What one shard counts.
 *
 * <pre>
 *   | requested bytes allocated | freed | remote frees | failures | allocations per size class | frees per size class |
 * </pre>
 */
final class ShardCounters extends PaddedCounters {

    private static final int REQUESTED_ALLOCATED = 0;
    private static final int REQUESTED_FREED = 1;
    private static final int REMOTE_FREES = 2;
    private static final int FAILURES = 3;
    private static final int ALLOCATIONS = 4;

    private final int classes;
    private final int frees;

    ShardCounters(int classes) {
        super(ALLOCATIONS + 2 * classes);
        this.classes = classes;
        this.frees = ALLOCATIONS + classes;
    }

    void allocated(int sizeClass, int bytes) {
        add(ALLOCATIONS + sizeClass, 1);
        add(REQUESTED_ALLOCATED, bytes);
    }

    void freed(int sizeClass, int bytes) {
        add(REQUESTED_FREED, bytes);
        add(frees + sizeClass, 1);
    }

    void resized(int delta) {
        add(REQUESTED_ALLOCATED, delta);
    }

    void remoteFreed() {
        add(REMOTE_FREES, 1);
    }

    void failed() {
        add(FAILURES, 1);
    }

    /** Adds what was counted to the sums of a scrape. */
    void addTo(Totals totals, RemoteFrees<?> remote) {
        // Frees first, then what is pending, then allocations: a block that moves on in between then counts as
        // outstanding, and not as freed twice or as less than nothing. Requested bytes lie in between, so that they do
        // not exceed the used ones.
        for (int c = 0; c < classes; c++) {
            long freed = get(frees + c);
            totals.frees += freed;
            totals.used -= freed * SizeClasses.blockSize(c);
        }
        totals.requested -= get(REQUESTED_FREED);
        totals.remoteFrees += get(REMOTE_FREES);
        VarHandle.loadLoadFence();
        remote.addPending(totals);
        VarHandle.loadLoadFence();
        totals.requested += get(REQUESTED_ALLOCATED);
        VarHandle.loadLoadFence();
        for (int c = 0; c < classes; c++) {
            long allocated = get(ALLOCATIONS + c);
            totals.allocations += allocated;
            totals.used += allocated * SizeClasses.blockSize(c);
        }
        totals.failures += get(FAILURES);
    }
}
