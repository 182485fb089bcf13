// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import org.openjdk.jmh.annotations.Param;

/**
 * What benchmarks of single values have in common: how many bytes one operation goes through. With 1 KiB much of the time is in
 * the head and tail that the JIT leaves beside a vectorised loop; with 16 KiB it is not.
 */
public abstract class ValuesBenchmark extends ContentsBenchmark {

    /** How many bytes. */
    @Param({"1024", "16384"})
    public int size;

    @Override
    protected int capacity() {
        return size;
    }
}
