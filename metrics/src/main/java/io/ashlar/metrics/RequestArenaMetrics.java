// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.netty.RequestArenaStats;
import io.ashlar.netty.RequestArenas;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Publishes the figures of an allocator's request arenas as the meters that {@link RequestArenaMeters} lists. Cost, reachability, names
 * and thread safety are those of {@link AllocatorMetrics}.
 */
public final class RequestArenaMetrics implements MeterBinder, AutoCloseable {

    private static final int FIRST_LOG = 8;
    private static final int LAST_LOG = 26;
    private static final int STEP_LOG = 2;

    private final BoundMeters meters;

    /**
     * Meters of request arenas, tagged with the allocator's name.
     *
     * @param arenas the arenas to publish
     */
    public RequestArenaMetrics(RequestArenas arenas) {
        this(arenas, Tags.empty());
    }

    /**
     * Meters of request arenas, with tags of the caller's besides the one for the allocator's name.
     *
     * @param arenas the arenas to publish
     * @param extraTags tags that each of the meters gets too
     */
    public RequestArenaMetrics(RequestArenas arenas, Iterable<Tag> extraTags) {
        Tags tags = Tags.of(extraTags)
                .and(RequestArenaMeters.Key.NAME.asString(), arenas.stats().name());
        List<BoundMeters.Spec<RequestArenaStats>> specs = new ArrayList<>();
        for (RequestArenaMeters meter : RequestArenaMeters.values()) {
            if (meter != RequestArenaMeters.BUCKETS) {
                specs.add(new BoundMeters.Spec<>(meter.figure(), tags, arenas::stats));
            }
        }
        for (int log = FIRST_LOG; log <= LAST_LOG; log += STEP_LOG) {
            specs.add(bucket(log, Integer.toString((1 << log) - 1), tags, arenas));
        }
        specs.add(bucket(RequestArenaStats.BUCKETS - 1, "+Inf", tags, arenas));
        this.meters = new BoundMeters(specs);
    }

    /** Requests that used less than 2 to the power of {@code log} bytes. */
    private static BoundMeters.Spec<RequestArenaStats> bucket(int log, String le, Tags tags, RequestArenas arenas) {
        RequestArenaMeters meter = RequestArenaMeters.BUCKETS;
        return new BoundMeters.Spec<>(
                Figure.counter(meter.getName(), meter.description(), stats -> upTo(log, stats)),
                tags.and(RequestArenaMeters.Key.LE.asString(), le),
                arenas::stats);
    }

    private static double upTo(int bucket, RequestArenaStats stats) {
        return Arrays.stream(stats.buckets()).limit(bucket + 1L).sum();
    }

    /**
     * Registers the meters. A second call with the same registry does nothing.
     *
     * @param registry where the meters are to appear
     */
    @Override
    public void bindTo(MeterRegistry registry) {
        meters.bindTo(registry);
    }

    /** Removes the meters from every registry they were bound to. Calls after the first do nothing. */
    @Override
    public void close() {
        meters.close();
    }
}
