// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.PoolStats;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Publishes the figures of one allocator as the meters that {@link AllocatorMeters} lists.
 *
 * <pre>{@code
 * var metrics = new AllocatorMetrics(allocator);
 * metrics.bindTo(registry);
 * }</pre>
 *
 * <p><b>Cost.</b> None per allocation. Reading one meter sums the counters of all shards: O(shards × size classes).
 *
 * <p><b>Reachability.</b> Micrometer itself holds what its gauges watch only weakly. Here the registry keeps the
 * allocator alive from {@link #bindTo(MeterRegistry)} until {@link #close()}, so that no figure turns into {@code NaN}
 * because a garbage collection ran.
 *
 * <p><b>Names.</b> Two allocators in one registry need different names (or different extra tags). Where a registry
 * already has a meter of the same name and tags, that one stays, as Micrometer does it for all meters; it is not
 * touched by this object's {@code close()} either.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class AllocatorMetrics implements MeterBinder, AutoCloseable {

    private final BoundMeters<PoolStats> meters;

    /**
     * Meters of a Netty allocator, tagged with its name and the kind of its memory.
     *
     * @param allocator the allocator to publish
     */
    public AllocatorMetrics(AshlarByteBufAllocator allocator) {
        this(allocator, Tags.empty());
    }

    /**
     * Meters of a Netty allocator, with tags of the caller's besides those for its name and kind.
     *
     * @param allocator the allocator to publish
     * @param extraTags tags that each of the meters gets too
     */
    public AllocatorMetrics(AshlarByteBufAllocator allocator, Iterable<Tag> extraTags) {
        this(allocator::stats, extraTags);
    }

    /**
     * Meters of anything that has such figures: for a memory pool, pass {@code pool::stats}.
     *
     * @param stats gives the current figures; called at each reading of a meter, from whatever thread scrapes
     */
    public AllocatorMetrics(Supplier<PoolStats> stats) {
        this(stats, Tags.empty());
    }

    /**
     * Meters of anything that has such figures, with tags of the caller's.
     *
     * @param stats gives the current figures; called at each reading of a meter, from whatever thread scrapes
     * @param extraTags tags that each of the meters gets too; where one has the key of {@link AllocatorMeters.Key},
     *     the allocator's own value wins
     */
    public AllocatorMetrics(Supplier<PoolStats> stats, Iterable<Tag> extraTags) {
        PoolStats now = stats.get();
        Tags tags = Tags.of(extraTags)
                .and(AllocatorMeters.Key.NAME.asString(), now.name())
                .and(AllocatorMeters.Key.KIND.asString(), now.source());
        this.meters = new BoundMeters<>(
                stats,
                Arrays.stream(AllocatorMeters.values())
                        .map(meter -> BoundMeters.Spec.of(meter, meter.description(), tags, meter::read))
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

    /**
     * Removes the meters from every registry they were bound to, and lets go of the allocator. The allocator itself is
     * not closed. Calls after the first do nothing, unless the meters were bound again in between.
     */
    @Override
    public void close() {
        meters.close();
    }
}
