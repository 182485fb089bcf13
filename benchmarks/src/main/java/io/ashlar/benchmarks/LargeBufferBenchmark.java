// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** What does it cost to allocate a large direct buffer on an event loop and to release it there at once, untouched? */
public class LargeBufferBenchmark extends PeerBenchmark {

    /** How many bytes. */
    @Param({"65536", "262144", "1048576", "4194304"})
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
