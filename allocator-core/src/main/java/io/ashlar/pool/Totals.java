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

    /** By size class, of the blocks in slabs. */
    final long[] smallAllocations;

    final long[] smallFrees;
    /** Bytes of the slabs of each size class. */
    final long[] slabBytes;

    Totals(int sizeClasses) {
        smallAllocations = new long[sizeClasses];
        smallFrees = new long[sizeClasses];
        slabBytes = new long[sizeClasses];
    }

    void addSmallFrees(int sizeClass, long blocks) {
        if (blocks == 0) {
            return; // as of most classes in most shards
        }
        frees += blocks;
        used -= blocks * SizeClasses.blockSize(sizeClass);
        smallFrees[sizeClass] += blocks;
    }

    void addSmallAllocations(int sizeClass, long blocks) {
        if (blocks == 0) {
            return;
        }
        allocations += blocks;
        used += blocks * SizeClasses.blockSize(sizeClass);
        smallAllocations[sizeClass] += blocks;
    }

    void add(Totals other) {
        for (int c = 0; c < smallFrees.length; c++) {
            smallAllocations[c] += other.smallAllocations[c];
            smallFrees[c] += other.smallFrees[c];
            slabBytes[c] += other.slabBytes[c];
        }
        allocations += other.allocations;
        frees += other.frees;
        remoteFrees += other.remoteFrees;
        failures += other.failures;
        used += other.used;
        requested += other.requested;
    }
}
