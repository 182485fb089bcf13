// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import java.util.SplittableRandom;

/**
 * The sizes that a web socket proxy asks for, as a histogram.
 *
 * <p>The shape follows the recording that Netty's own benchmarks use (about 89,000 allocations of a proxy for web
 * sockets): frame headers of some 15 bytes, read buffers of exactly 256, 1,024 and 2,048 bytes, messages of some 600
 * bytes, and one allocation in nine a little above 16 KiB, which is just beyond what a power of two holds. Sizes that
 * were rare are gathered into ranges here; within a range they are evenly spread. The mean is about 2.5 KiB.
 */
public final class SizePattern {

    /** From, to (both inclusive), and how many of a thousand allocations. */
    private static final int[][] HISTOGRAM = {
        {9, 21, 130},
        {36, 48, 8},
        {256, 256, 240},
        {287, 512, 8},
        {513, 635, 55},
        {636, 636, 67},
        {1024, 1024, 330},
        {2048, 2048, 30},
        {2303, 2444, 3},
        {4351, 4574, 7},
        {8447, 8671, 11},
        {16_129, 16_384, 1},
        {16_639, 16_639, 105},
        {16_779, 16_863, 5},
    };

    private static final int THOUSAND = 1000;

    private SizePattern() {}

    /**
     * Draws sizes.
     *
     * @param count how many
     * @param seed what they are drawn from: the same seed gives the same sizes
     * @return the sizes in bytes
     */
    public static int[] draw(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] sizes = new int[count];
        for (int i = 0; i < count; i++) {
            sizes[i] = one(random);
        }
        return sizes;
    }

    private static int one(SplittableRandom random) {
        int ticket = random.nextInt(THOUSAND);
        for (int[] bin : HISTOGRAM) {
            ticket -= bin[2];
            if (ticket < 0) {
                return random.nextInt(bin[0], bin[1] + 1);
            }
        }
        throw new IllegalStateException("the shares of the histogram do not add up to " + THOUSAND);
    }
}
