// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/** What the owner of a shard counts about the small blocks of other shards that it has freed. */
final class RemoteFreeCounters extends PaddedCounters {

    private final int sizeClasses;

    RemoteFreeCounters(int sizeClasses) {
        super(sizeClasses + 1);
        this.sizeClasses = sizeClasses;
    }

    void freed(int sizeClass, int blocks, int requestedBytes) {
        add(sizeClasses, requestedBytes);
        add(sizeClass, blocks);
    }

    long frees(int sizeClass) {
        return get(sizeClass);
    }

    void addFreesTo(Totals totals) {
        for (int c = 0; c < sizeClasses; c++) {
            long freed = frees(c);
            totals.remoteFrees += freed;
            totals.addSmallFrees(c, freed);
        }
    }

    void addRequestedFreedTo(Totals totals) {
        totals.requested -= get(sizeClasses);
    }
}
