// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/** The sums of one scrape. Used by one thread. */
final class Totals {

    long allocations;
    long frees;
    long remoteFrees;
    long failures;
    /** Freed by another thread and not yet collected by the owner: no longer outstanding. */
    long pendingBlocks;

    long used;
    long requested;

    void add(Totals other) {
        allocations += other.allocations;
        frees += other.frees;
        remoteFrees += other.remoteFrees;
        failures += other.failures;
        pendingBlocks += other.pendingBlocks;
        used += other.used;
        requested += other.requested;
    }
}
