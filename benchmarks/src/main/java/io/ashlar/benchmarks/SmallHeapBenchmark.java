// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Param;

/**
 * What does it cost where the Java heap is small, as in a sidecar? With 512 MiB or less the adaptive allocator gives up
 * its caches and stops pooling above 16,896 bytes.
 */
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms256m", "-Xmx256m", "-Djmh.executor=CUSTOM", PeerBenchmark.LOOPS})
public class SmallHeapBenchmark extends PeerBenchmark {

    /** How many bytes. */
    @Param({"256", "4096", "65536"})
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
