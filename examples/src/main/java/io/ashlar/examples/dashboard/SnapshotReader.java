// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.dashboard;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.PoolStats;
import io.ashlar.pool.PressureStats;
import io.ashlar.pool.RegionStats;
import io.ashlar.pool.SizeClassStats;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Reads the figures of an allocator and of a server's timer. Cost: that of the allocator's figures, O(reserved bytes / 4 KiB), without
 * a lock on any allocation path.
 *
 * <p>Whoever looks first switches on that the allocator watches a sample of its blocks, which it needs to tell their ages.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class SnapshotReader implements Supplier<Snapshot> {

    private final AshlarByteBufAllocator allocator;
    private final Timer requests;
    // Synchronization: volatile; switching on twice does no harm.
    private volatile boolean sampling;

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
        if (!sampling) {
            allocator.sampleBlocks(true);
            sampling = true;
        }
        PoolStats stats = allocator.stats();
        List<SizeClassStats> classes = allocator.sizeClassStats();
        return new Snapshot(
                stats.name(),
                stats.source(),
                stats.closed(),
                System.nanoTime(),
                memory(stats),
                pressure(allocator.pressureStats(), allocator.pausedChannels()),
                counts(stats),
                latency(requests.takeSnapshot()),
                classes.stream().map(SnapshotReader::sizeClass).toList(),
                allocator.regionStats().stream().map(SnapshotReader::region).toList(),
                Ages.of(allocator.sampledBlocks(), stats.outstanding()));
    }

    private static Snapshot.Memory memory(PoolStats stats) {
        return new Snapshot.Memory(
                stats.requestedBytes(),
                stats.usedBytes(),
                stats.cachedBytes(),
                stats.freeBytes(),
                stats.reservedBytes(),
                stats.peakReservedBytes(),
                stats.limitBytes());
    }

    private static Snapshot.Pressure pressure(PressureStats stats, int pausedChannels) {
        return new Snapshot.Pressure(
                stats.underPressure(),
                stats.lowBytes(),
                stats.highBytes(),
                stats.times(),
                stats.totalNanos(),
                pausedChannels);
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

    private static Snapshot.SizeClass sizeClass(SizeClassStats its) {
        return new Snapshot.SizeClass(its.blockBytes(), its.outstanding(), its.slabBytes(), its.occupancy());
    }

    private static Snapshot.Region region(RegionStats region) {
        return new Snapshot.Region(
                region.bytes(),
                region.dedicated(),
                region.parts().stream()
                        .map(part -> new Snapshot.Part(
                                part.kind().name().toLowerCase(Locale.ROOT), part.offset(), part.bytes()))
                        .toList());
    }
}
