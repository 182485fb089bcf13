// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import java.util.List;

/**
 * What it took to serve buffers that are allocated and released again and again, a line of text between processes.
 *
 * @param out how many were out at once
 * @param buffers how many were served
 * @param growths before how many of them the allocator had to get native memory: its own figure of what it holds had grown
 * @param fetches for how many of them a lock was taken and a run fetched from a region; only Ashlar knows, others say 0
 */
record PoolingReading(int out, long buffers, long growths, long fetches) {

    private static final String PREFIX = "pooling";

    double growthsPerBuffer() {
        return growths / (double) buffers;
    }

    double fetchesPerBuffer() {
        return fetches / (double) buffers;
    }

    String line() {
        return PREFIX + "\t" + out + "\t" + buffers + "\t" + growths + "\t" + fetches;
    }

    /** The readings among a process's lines of text. */
    static List<PoolingReading> parse(List<String> lines) {
        return lines.stream()
                .map(line -> line.split("\t"))
                .filter(parts -> parts[0].equals(PREFIX))
                .map(parts -> new PoolingReading(
                        Integer.parseInt(parts[1]),
                        Long.parseLong(parts[2]),
                        Long.parseLong(parts[3]),
                        Long.parseLong(parts[4])))
                .toList();
    }
}
