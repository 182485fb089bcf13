// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import io.ashlar.examples.client.LoopThreads;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** What one side of the comparison has shown in all its measured rounds together. */
final class Totals {

    private final Histogram latencies = new Histogram(3);
    private final List<Double> ratePerRound = new ArrayList<>();
    private double seconds;
    private long answers;
    private long heapBytes;
    private MemoryReading peak = MemoryReading.NOTHING;
    private MemoryReading end = MemoryReading.NOTHING;

    /** Adds a round of so many seconds, in which the server's threads allocated so much Java heap. */
    void add(LoadRun run, double roundSeconds, long roundHeapBytes, MemoryReading roundPeak) {
        latencies.add(run.latencies());
        ratePerRound.add(run.latencies().getTotalCount() / roundSeconds);
        seconds += roundSeconds;
        answers += run.answers();
        heapBytes = heapBytes < 0 || roundHeapBytes < 0 ? LoopThreads.UNKNOWN : heapBytes + roundHeapBytes;
        peak = peak.max(roundPeak);
    }

    /** Notes how the allocator is after the last connection was closed. */
    void atTheEnd(MemoryReading reading) {
        end = reading;
    }

    /** Answers within the rounds' time: what the rate and the latencies are about. */
    long requests() {
        return latencies.getTotalCount();
    }

    double requestsPerSecond() {
        return requests() / seconds;
    }

    double slowestRound() {
        return ratePerRound.stream().mapToDouble(Double::doubleValue).min().orElse(0);
    }

    double fastestRound() {
        return ratePerRound.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }

    /** The latency, in nanoseconds, that so many percent of the answers did not exceed. */
    long latency(double percentile) {
        return latencies.getValueAtPercentile(percentile);
    }

    /** Bytes of Java heap that the server's event loops allocated per request, or {@link LoopThreads#UNKNOWN}. */
    double heapPerRequest() {
        return heapBytes < 0 ? LoopThreads.UNKNOWN : heapBytes / (double) Math.max(1, answers);
    }

    MemoryReading peak() {
        return peak;
    }

    MemoryReading end() {
        return end;
    }
}
