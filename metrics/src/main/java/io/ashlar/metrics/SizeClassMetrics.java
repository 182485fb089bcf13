// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.SizeClassStats;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Publishes the figures of an allocator's size classes as the meters that {@link SizeClassMeters} lists: five for each of 48 classes. For
 * who wants to look closer; {@link AllocatorMetrics} has the sums. Reachability, names and thread safety are those of {@link
 * AllocatorMetrics}.
 *
 * <p><b>Cost.</b> None per allocation. Reading one meter sums the counters of all classes: O(shards × size classes), for each of 240 meters.
 */
public final class SizeClassMetrics implements MeterBinder, AutoCloseable {

    private final BoundMeters<List<SizeClassStats>> meters;

    /**
     * Meters of the direct buffers of an allocator, tagged with its name.
     *
     * @param allocator the allocator to publish
     */
    public SizeClassMetrics(AshlarByteBufAllocator allocator) {
        this(allocator.name(), allocator::sizeClassStats, Tags.empty());
    }

    /**
     * Meters of anything that has such figures, with tags of the caller's: for a memory pool, pass {@code pool.name()} and {@code
     * pool::sizeClassStats}.
     *
     * @param name the value of the tag {@link SizeClassMeters.Key#NAME}
     * @param stats gives the current figures, always of the same classes; called at each reading of a meter, from whatever thread scrapes
     * @param extraTags tags that each of the meters gets too
     */
    public SizeClassMetrics(String name, Supplier<List<SizeClassStats>> stats, Iterable<Tag> extraTags) {
        Tags tags = Tags.of(extraTags).and(SizeClassMeters.Key.NAME.asString(), name);
        List<BoundMeters.Spec<List<SizeClassStats>>> specs = new ArrayList<>();
        List<SizeClassStats> classes = stats.get();
        for (int i = 0; i < classes.size(); i++) {
            int at = i;
            Tags its = tags.and(
                    SizeClassMeters.Key.SIZE_CLASS.asString(),
                    Integer.toString(classes.get(i).blockBytes()));
            for (SizeClassMeters meter : SizeClassMeters.values()) {
                specs.add(new BoundMeters.Spec<>(meter.figure().of(now -> now.get(at)), its));
            }
        }
        this.meters = new BoundMeters<>(stats, specs);
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
