// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * How does the cost on an event loop grow with the number of different sizes in use? One operation releases a random one
 * of 1,024 live direct buffers and allocates another; the sizes are 256 bytes and the next ones at four per doubling.
 */
public class SizeClassCountBenchmark extends LiveBuffersBenchmark {

    private static final int STEPS = 1 << 16;
    private static final int LIVE = 1024;
    private static final int SMALLEST = 256;
    private static final double RATIO = Math.pow(2, 0.25);

    /** How many sizes. The last is 21,527 bytes. */
    @Param({"1", "2", "4", "8", "16", "26"})
    public int sizes;

    private int[] draws;

    @Override
    protected void prepare() {
        SplittableRandom random = new SplittableRandom(SEED);
        slots = random.ints(STEPS, 0, LIVE).toArray();
        draws = random.ints(STEPS, 0, sizes)
                .map(i -> (int) (SMALLEST * Math.pow(RATIO, i)))
                .toArray();
        fill(LIVE, i -> draws[i]);
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
        buffers[slot] = alloc.directBuffer(draws[i]);
        return released;
    }
}
