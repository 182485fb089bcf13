// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.VarHandle;

/**
 * What one shard counts.
 *
 * <pre>
 *   | allocations per size class | frees per size class | requested bytes | remote frees | failures |
 * </pre>
 */
final class ShardCounters extends PaddedCounters {

    private final int classes;
    private final int requested;
    private final int remoteFrees;
    private final int failures;

    ShardCounters(int classes) {
        super(2 * classes + 3);
        this.classes = classes;
        this.requested = 2 * classes;
        this.remoteFrees = requested + 1;
        this.failures = requested + 2;
    }

    void allocated(int sizeClass, int bytes) {
        add(sizeClass, 1);
        add(requested, bytes);
    }

    void freed(int sizeClass, int bytes) {
        add(classes + sizeClass, 1);
        add(requested, -bytes);
    }

    void resized(int delta) {
        add(requested, delta);
    }

    void remoteFreed() {
        add(remoteFrees, 1);
    }

    void failed() {
        add(failures, 1);
    }

    /** Adds what was counted to the sums of a scrape. */
    void addTo(Totals totals, RemoteFrees<?> remote) {
        // Frees first, then what is pending, then allocations: a block that moves on in between then counts as
        // outstanding, and not as freed twice or as less than nothing.
        for (int c = 0; c < classes; c++) {
            long freed = get(classes + c);
            totals.frees += freed;
            totals.used -= freed * SizeClasses.blockSize(c);
        }
        totals.remoteFrees += get(remoteFrees);
        VarHandle.loadLoadFence();
        remote.addPending(totals);
        VarHandle.loadLoadFence();
        for (int c = 0; c < classes; c++) {
            long allocated = get(c);
            totals.allocations += allocated;
            totals.used += allocated * SizeClasses.blockSize(c);
        }
        totals.requested += get(requested);
        totals.failures += get(failures);
    }
}
