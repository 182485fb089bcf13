// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** What does it cost to allocate a direct buffer on an event loop and to release it there at once? */
public class AllocateReleaseBenchmark extends PeerBenchmark {

    /** How many bytes. */
    @Param({"64", "256", "1024", "4096", "16384"})
    public int size;

    /**
     * One buffer.
     *
     * @return something that depends on it
     */
    @Benchmark
    public boolean allocateAndRelease() {
        return alloc.directBuffer(size).release();
    }
}
