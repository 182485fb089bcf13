// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/** The sums of one scrape. Used by one thread. */
final class Totals {

    long allocations;
    long frees;
    /** Of the frees, those by other threads than the owner. */
    long remoteFrees;

    long failures;

    long used;
    long requested;

    void add(Totals other) {
        allocations += other.allocations;
        frees += other.frees;
        remoteFrees += other.remoteFrees;
        failures += other.failures;
        used += other.used;
        requested += other.requested;
    }
}
