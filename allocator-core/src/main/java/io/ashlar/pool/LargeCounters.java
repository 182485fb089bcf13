// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/** What is counted about large blocks, and about requests of any size that failed. */
final class LargeCounters extends PaddedCounters {

    private static final int ALLOCATIONS = 0;
    private static final int FREES = 1;
    private static final int USED_ALLOCATED = 2;
    private static final int USED_FREED = 3;
    private static final int REQUESTED_ALLOCATED = 4;
    private static final int REQUESTED_FREED = 5;
    private static final int REMOTE_FREES = 6;
    private static final int FAILURES = 7;

    LargeCounters() {
        super(8);
    }

    /** Returns how many that are now. */
    long allocated(int blockBytes, int requestedBytes) {
        add(ALLOCATIONS, 1);
        add(USED_ALLOCATED, blockBytes);
        add(REQUESTED_ALLOCATED, requestedBytes);
        return allocations();
    }

    void freed(int blockBytes, int requestedBytes) {
        add(REQUESTED_FREED, requestedBytes);
        add(USED_FREED, blockBytes);
        add(FREES, 1);
    }

    /** A block of another shard. */
    void freedRemotely(int blockBytes, int requestedBytes) {
        add(REQUESTED_FREED, requestedBytes);
        add(USED_FREED, blockBytes);
        add(REMOTE_FREES, 1);
        add(FREES, 1);
    }

    void resized(int requestedDelta) {
        add(REQUESTED_ALLOCATED, requestedDelta);
    }

    void grown(int blockDelta) {
        add(USED_ALLOCATED, blockDelta);
    }

    void failed() {
        add(FAILURES, 1);
    }

    long allocations() {
        return get(ALLOCATIONS);
    }

    long frees() {
        return get(FREES);
    }

    /** Of the frees, those of blocks of other shards. */
    long remoteFrees() {
        return get(REMOTE_FREES);
    }

    void addFreesTo(Totals totals) {
        totals.remoteFrees += remoteFrees();
        totals.frees += frees();
        totals.used -= get(USED_FREED);
    }

    void addRequestedFreedTo(Totals totals) {
        totals.requested -= get(REQUESTED_FREED);
    }

    void addRequestedAllocatedTo(Totals totals) {
        totals.requested += get(REQUESTED_ALLOCATED);
    }

    void addAllocationsTo(Totals totals) {
        totals.used += get(USED_ALLOCATED);
        totals.allocations += allocations();
        totals.failures += get(FAILURES);
    }
}
