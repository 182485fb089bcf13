// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.dashboard;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.PoolStats;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Reads the figures of an allocator and of a server's timer. Cost: that of the allocator's figures, no lock on any allocation path. */
public final class SnapshotReader implements Supplier<Snapshot> {

    private final AshlarByteBufAllocator allocator;
    private final Timer requests;

    /**
     * Makes a reader.
     *
     * @param allocator what is shown
     * @param requests times the server's requests, with a histogram
     */
    public SnapshotReader(AshlarByteBufAllocator allocator, Timer requests) {
        this.allocator = allocator;
        this.requests = requests;
    }

    @Override
    public Snapshot get() {
        PoolStats stats = allocator.stats();
        return new Snapshot(
                stats.name(),
                stats.source(),
                stats.closed(),
                System.nanoTime(),
                memory(stats),
                counts(stats),
                latency(requests.takeSnapshot()),
                sizeClasses(),
                regions(stats),
                List.of());
    }

    private static Snapshot.Memory memory(PoolStats stats) {
        return new Snapshot.Memory(
                stats.requestedBytes(),
                stats.usedBytes(),
                0,
                Math.max(0, stats.reservedBytes() - stats.usedBytes()),
                stats.reservedBytes(),
                stats.reservedBytes(),
                stats.limitBytes());
    }

    private static Snapshot.Counts counts(PoolStats stats) {
        return new Snapshot.Counts(
                stats.outstanding(), stats.allocations(), stats.frees(), stats.remoteFrees(), stats.failures());
    }

    private static Snapshot.Latency latency(HistogramSnapshot histogram) {
        return new Snapshot.Latency(
                histogram.count(),
                Arrays.stream(histogram.histogramCounts())
                        .map(bucket -> new Snapshot.Bucket((long) bucket.bucket(), (long) bucket.count()))
                        .toList());
    }

    private List<Snapshot.SizeClass> sizeClasses() {
        return allocator.sizeClassStats().stream()
                .map(its ->
                        new Snapshot.SizeClass(its.blockBytes(), its.outstanding(), its.slabBytes(), its.occupancy()))
                .toList();
    }

    private static List<Snapshot.Region> regions(PoolStats stats) {
        return List.of(new Snapshot.Region(
                stats.reservedBytes(),
                false,
                List.of(
                        new Snapshot.Part("slab", 0, stats.usedBytes()),
                        new Snapshot.Part("free", stats.usedBytes(), stats.reservedBytes() - stats.usedBytes()))));
    }
}
