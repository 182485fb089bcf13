// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.ByteBuf;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * How does the cost on an event loop grow with the number of live direct buffers? One operation releases a random one of
 * them and allocates another of the same 256 bytes; {@link #baseline()} is the harness, whose array outgrows the caches
 * too.
 */
public class LiveCountBenchmark extends LiveBuffersBenchmark {

    private static final int STEPS = 1 << 20;
    private static final int SIZE = 256;

    /** How many buffers are live. */
    @Param({"100", "1000", "10000", "100000", "1000000"})
    public int live;

    @Override
    protected void prepare() {
        slots = new SplittableRandom(SEED).ints(STEPS, 0, live).toArray();
        fill(live, i -> SIZE);
    }

    /**
     * One buffer for another.
     *
     * @return something that depends on both
     */
    @Benchmark
    public boolean replaceOne() {
        int slot = slots[step++ & STEPS - 1];
        boolean released = buffers[slot].release();
        buffers[slot] = alloc.directBuffer(SIZE);
        return released;
    }

    /**
     * The harness alone: two live buffers change places, and one is looked at.
     *
     * @return something that depends on them
     */
    @Benchmark
    public int baseline() {
        int slot = slots[step++ & STEPS - 1];
        ByteBuf other = buffers[0];
        buffers[0] = buffers[slot];
        buffers[slot] = other;
        return buffers[0].readerIndex();
    }
}
