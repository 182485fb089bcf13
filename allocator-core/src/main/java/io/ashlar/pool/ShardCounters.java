// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

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
    void addTo(Totals totals) {
        // Frees first: a block that comes and goes in between then counts as outstanding, and not as less than nothing.
        for (int c = 0; c < classes; c++) {
            long freed = get(classes + c);
            long allocated = get(c);
            totals.frees += freed;
            totals.allocations += allocated;
            totals.used += (allocated - freed) * SizeClasses.blockSize(c);
        }
        totals.requested += get(requested);
        totals.remoteFrees += get(remoteFrees);
        totals.failures += get(failures);
    }
}
