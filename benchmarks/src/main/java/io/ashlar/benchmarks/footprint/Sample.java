// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

/**
 * What a process held at one moment, a line of text between processes.
 *
 * @param millis since all buffers were released; negative before that
 * @param resident bytes that the process has in memory, above what it had before the allocator was made
 * @param reserved bytes of native memory that the allocator says it holds
 */
record Sample(long millis, long resident, long reserved) {

    private static final String PREFIX = "sample";

    double seconds() {
        return millis / 1000.0;
    }

    String line() {
        return PREFIX + "\t" + millis + "\t" + resident + "\t" + reserved;
    }

    static boolean isSample(String line) {
        return line.startsWith(PREFIX + "\t");
    }

    static Sample parse(String line) {
        String[] parts = line.split("\t");
        return new Sample(Long.parseLong(parts[1]), Long.parseLong(parts[2]), Long.parseLong(parts[3]));
    }
}
