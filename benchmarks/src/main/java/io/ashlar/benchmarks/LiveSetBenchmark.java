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
public class LiveSetBenchmark extends PeerBenchmark {

    private static final int STEPS = 1 << 16;

    /** How many buffers are live. */
    @Param({"128", "1024", "4096"})
    public int live;

    private int[] sizes;
    private int[] slots;
    private ByteBuf[] buffers;
    private int step;

    @Override
    protected void prepare() {
        sizes = SizePattern.draw(STEPS, SEED);
        slots = new SplittableRandom(SEED).ints(STEPS, 0, live).toArray();
        buffers = new ByteBuf[live];
        for (int i = 0; i < live; i++) {
            buffers[i] = alloc.directBuffer(sizes[i & STEPS - 1]);
        }
    }

    @Override
    protected void releaseAll() {
        for (ByteBuf buffer : buffers) {
            buffer.release();
        }
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
