// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.dashboard;

import io.ashlar.pool.SampledBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Counts the blocks of a sample by age, and from them estimates how many of all blocks are that old. */
final class Ages {

    /** The ends of the ages that are told apart, in nanoseconds; 0 for the last, which has none. */
    private static final long[] ENDS = {
        TimeUnit.MILLISECONDS.toNanos(10),
        TimeUnit.MILLISECONDS.toNanos(100),
        TimeUnit.SECONDS.toNanos(1),
        TimeUnit.SECONDS.toNanos(3),
        TimeUnit.SECONDS.toNanos(10),
        TimeUnit.MINUTES.toNanos(1),
        TimeUnit.MINUTES.toNanos(10),
        0
    };

    private Ages() {}

    /**
     * Counts.
     *
     * @param sample the sampled blocks that are out
     * @param outstanding how many blocks are out altogether
     * @return an entry for each age, the youngest first
     */
    static List<Snapshot.Age> of(List<SampledBlock> sample, long outstanding) {
        long[] samples = new long[ENDS.length];
        for (SampledBlock block : sample) {
            samples[index(block.ageNanos())]++;
        }
        List<Snapshot.Age> ages = new ArrayList<>();
        for (int i = 0; i < ENDS.length; i++) {
            long blocks = sample.isEmpty() ? 0 : Math.round((double) outstanding * samples[i] / sample.size());
            ages.add(new Snapshot.Age(ENDS[i], samples[i], blocks));
        }
        return ages;
    }

    private static int index(long age) {
        int i = 0;
        while (i < ENDS.length - 1 && age > ENDS[i]) {
            i++;
        }
        return i;
    }
}
