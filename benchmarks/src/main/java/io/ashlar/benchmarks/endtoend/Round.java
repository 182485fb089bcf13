// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.endtoend;

/**
 * What one round with one server has shown.
 *
 * @param rate requests per second
 * @param p50 latency in nanoseconds that half of the requests did not exceed
 * @param p99 latency in nanoseconds that 99 of 100 requests did not exceed
 * @param cpu nanoseconds of processor time of the server's process per request
 * @param collections collections of garbage
 * @param collectionMillis what they took
 * @param heap bytes of Java heap that the server allocated per request
 * @param reserved bytes of native memory that the allocator held at the end
 * @param resident bytes that the server had in memory at the end, above what it had before its allocator was made
 * @param loadBusy how many processors the load took
 */
record Round(
        double rate,
        double p50,
        double p99,
        double cpu,
        long collections,
        long collectionMillis,
        double heap,
        double reserved,
        double resident,
        double loadBusy) {

    static Round of(Load load, ServerReading before, ServerReading after) {
        double answers = Math.max(1, load.answers());
        return new Round(
                load.latencies().getTotalCount() / load.seconds(),
                load.latencies().getValueAtPercentile(50),
                load.latencies().getValueAtPercentile(99),
                (after.cpuNanos() - before.cpuNanos()) / answers,
                after.collections() - before.collections(),
                after.collectionMillis() - before.collectionMillis(),
                (after.heapBytes() - before.heapBytes()) / answers,
                after.reservedBytes(),
                after.residentBytes(),
                load.busy());
    }

    /** For the file of raw figures. */
    String line() {
        return String.format(
                "rate=%.0f\tp50=%.0f\tp99=%.0f\tcpu=%.0f\tcollections=%d\tcollectionMillis=%d\theap=%.0f\treserved=%.0f"
                        + "\tresident=%.0f\tloadBusy=%.2f",
                rate, p50, p99, cpu, collections, collectionMillis, heap, reserved, resident, loadBusy);
    }
}
