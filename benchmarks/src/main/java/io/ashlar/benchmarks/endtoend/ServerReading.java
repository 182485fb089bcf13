// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.endtoend;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What a server's process says about itself at one moment. It hands its readings over as lines of text. The first
 * four only ever grow, so that two readings tell what happened between them.
 *
 * @param cpuNanos processor time of the whole process: event loops, compiler and collector
 * @param collections collections that the JVM has counted
 * @param collectionMillis what they took
 * @param heapBytes bytes of Java heap that the live threads have allocated
 * @param reservedBytes native memory that the allocator holds
 * @param residentBytes bytes that the process has in memory, above what it had before the allocator was made
 */
record ServerReading(
        long cpuNanos,
        long collections,
        long collectionMillis,
        long heapBytes,
        long reservedBytes,
        long residentBytes) {

    String line() {
        return LongStream.of(cpuNanos, collections, collectionMillis, heapBytes, reservedBytes, residentBytes)
                .mapToObj(Long::toString)
                .collect(Collectors.joining("\t"));
    }

    static ServerReading parse(String line) {
        long[] values =
                Arrays.stream(line.split("\t")).mapToLong(Long::parseLong).toArray();
        return new ServerReading(values[0], values[1], values[2], values[3], values[4], values[5]);
    }
}
