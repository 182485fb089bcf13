// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.ByteBuf;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * What does it cost to allocate some direct buffers on an event loop, and then to release them in the same order?
 * Nanoseconds are per batch.
 */
public class BatchBenchmark extends PeerBenchmark {

    /** How many buffers. */
    @Param({"1", "10", "100"})
    public int count;

    /** How many bytes each. */
    @Param("256")
    public int size;

    private ByteBuf[] batch;

    @Override
    protected void prepare() {
        batch = new ByteBuf[count];
    }

    /**
     * One batch.
     *
     * @return something that depends on it
     */
    @Benchmark
    public boolean allocateThenRelease() {
        ByteBuf[] buffers = batch;
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = alloc.directBuffer(size);
        }
        boolean all = true;
        for (ByteBuf buffer : buffers) {
            all &= buffer.release();
        }
        return all;
    }
}
