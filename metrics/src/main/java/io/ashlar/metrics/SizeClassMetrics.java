// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.MemoryPool;
import io.ashlar.pool.SizeClassStats;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Publishes the figures of an allocator's size classes as the meters that {@link SizeClassMeters} lists: five for each of 48 classes. For
 * who wants to look closer; {@link AllocatorMetrics} has the sums. Reachability, names and thread safety are those of {@link
 * AllocatorMetrics}.
 *
 * <p><b>Cost.</b> None per allocation. Reading one meter sums the counters of its class: O(shards).
 */
public final class SizeClassMetrics implements MeterBinder, AutoCloseable {

    private final BoundMeters meters;

    /**
     * Meters of the direct buffers of an allocator, tagged with its name.
     *
     * @param allocator the allocator to publish
     */
    public SizeClassMetrics(AshlarByteBufAllocator allocator) {
        this(allocator, Tags.empty());
    }

    /**
     * Meters of the direct buffers of an allocator, with tags of the caller's besides the one for its name.
     *
     * @param allocator the allocator to publish
     * @param extraTags tags that each of the meters gets too
     */
    public SizeClassMetrics(AshlarByteBufAllocator allocator, Iterable<Tag> extraTags) {
        this(allocator.name(), allocator.sizeClassStats(), allocator::sizeClassStats, extraTags);
    }

    /**
     * Meters of a memory pool, with tags of the caller's besides the one for its name.
     *
     * @param pool the pool to publish
     * @param extraTags tags that each of the meters gets too
     */
    public SizeClassMetrics(MemoryPool<?> pool, Iterable<Tag> extraTags) {
        this(pool.name(), pool.sizeClassStats(), pool::sizeClassStats, extraTags);
    }

    private SizeClassMetrics(
            String name, List<SizeClassStats> now, IntFunction<SizeClassStats> stats, Iterable<Tag> extraTags) {
        Tags tags = Tags.of(extraTags).and(SizeClassMeters.Key.NAME.asString(), name);
        List<BoundMeters.Spec<SizeClassStats>> specs = new ArrayList<>();
        for (int i = 0; i < now.size(); i++) {
            int sizeClass = i;
            Tags its = tags.and(
                    SizeClassMeters.Key.SIZE_CLASS.asString(),
                    Integer.toString(now.get(i).blockBytes()));
            for (SizeClassMeters meter : SizeClassMeters.values()) {
                specs.add(new BoundMeters.Spec<>(meter.figure(), its, () -> stats.apply(sizeClass)));
            }
        }
        this.meters = new BoundMeters(specs);
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
