// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.message.ObjectPool;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Arrays;

/**
 * Publishes the figures of a pool of message objects as the meters that {@link ObjectPoolMeters} lists. Cost, reachability, names
 * and thread safety are those of {@link AllocatorMetrics}.
 */
public final class ObjectPoolMetrics implements MeterBinder, AutoCloseable {

    private final BoundMeters meters;

    /**
     * Meters of a pool, tagged with its name.
     *
     * @param pool the pool to publish
     */
    public ObjectPoolMetrics(ObjectPool<?> pool) {
        this(pool, Tags.empty());
    }

    /**
     * Meters of a pool, with tags of the caller's besides the one for the pool's name.
     *
     * @param pool the pool to publish
     * @param extraTags tags that each of the meters gets too
     */
    public ObjectPoolMetrics(ObjectPool<?> pool, Iterable<Tag> extraTags) {
        Tags tags = Tags.of(extraTags)
                .and(ObjectPoolMeters.Key.NAME.asString(), pool.stats().name());
        this.meters = new BoundMeters(Arrays.stream(ObjectPoolMeters.values())
                .map(meter -> new BoundMeters.Spec<>(meter.figure(), tags, pool::stats))
                .toList());
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
