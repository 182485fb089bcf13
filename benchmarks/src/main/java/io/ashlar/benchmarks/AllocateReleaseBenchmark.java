// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** What does it cost to allocate a direct buffer on an event loop and to release it there at once? */
public class AllocateReleaseBenchmark extends PeerBenchmark {

    /** How many bytes. */
    @Param({"64", "256", "1024", "4096", "16384"})
    public int size;

    private final Counted counted = new Counted();

    /**
     * One buffer.
     *
     * @return something that depends on it
     */
    @Benchmark
    public boolean allocateAndRelease() {
        return alloc.directBuffer(size).release();
    }

    /**
     * What no allocator of counted buffers can do without: setting the count of one and the same buffer to one, and
     * releasing it with the atomic operation that makes a double release noticed.
     *
     * @return something that depends on it
     */
    @Benchmark
    public boolean baseline() {
        return counted.handOut().release();
    }

    private static final class Counted extends UnpooledHeapByteBuf {

        Counted() {
            super(UnpooledByteBufAllocator.DEFAULT, 1, 1);
        }

        Counted handOut() {
            resetRefCnt();
            return this;
        }

        @Override
        protected void deallocate() {}
    }
}
