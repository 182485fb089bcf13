// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.ByteBuf;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * What does it cost on an event loop to release a random one of many live direct buffers and to allocate another, of a
 * size as a web socket proxy asks for?
 *
 * <p>Which buffer and which size comes out of two arrays that were drawn beforehand; {@link #baseline()} is what reading
 * them and storing a reference costs.
 */
public class LiveSetBenchmark extends LiveBuffersBenchmark {

    private static final int STEPS = 1 << 16;

    /** How many buffers are live. */
    @Param({"128", "1024", "4096"})
    public int live;

    private int[] sizes;

    @Override
    protected void prepare() {
        sizes = SizePattern.draw(STEPS, SEED);
        slots = new SplittableRandom(SEED).ints(STEPS, 0, live).toArray();
        fill(live, i -> sizes[i]);
    }

    /**
     * One buffer for another.
     *
     * @return something that depends on both
     */
    @Benchmark
    public boolean replaceOne() {
        int i = step++ & STEPS - 1;
        int slot = slots[i];
        boolean released = buffers[slot].release();
        buffers[slot] = alloc.directBuffer(sizes[i]);
        return released;
    }

    /**
     * The harness alone: two live buffers change places.
     *
     * @return something that depends on them
     */
    @Benchmark
    public int baseline() {
        int i = step++ & STEPS - 1;
        int slot = slots[i];
        ByteBuf other = buffers[0];
        buffers[0] = buffers[slot];
        buffers[slot] = other;
        return sizes[i];
    }
}
