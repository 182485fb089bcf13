// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.PoolStats;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Publishes the figures of one allocator: the meters that {@link AllocatorMeters} lists, or all that there are.
 *
 * <pre>{@code
 * var metrics = new AllocatorMetrics(allocator);                       // a dozen series
 * var more = new AllocatorMetrics(allocator, MeterLevel.DETAILED);     // everything, by size class and shard too
 * metrics.bindTo(registry);
 * }</pre>
 *
 * <p><b>Cost.</b> None per allocation. Reading one meter sums the counters of all shards: O(shards × size classes), and no event loop
 * waits for it.
 *
 * <p><b>Reachability.</b> Micrometer itself holds what its gauges watch only weakly. Here the registry keeps the
 * allocator alive from {@link #bindTo(MeterRegistry)} until {@link #close()}, so that no figure turns into {@code NaN}
 * because a garbage collection ran.
 *
 * <p><b>The allocator's end.</b> A closed allocator tells its figures as long as it holds memory: it does until the last of its buffers is
 * released. The meters that are read after that are the last; they remove themselves.
 *
 * <p><b>Names.</b> Two allocators in one registry need different names (or different extra tags). Where a registry
 * already has a meter of the same name and tags, that one stays, as Micrometer does it for all meters; it is not
 * touched by this object's {@code close()} either. It is logged as a warning.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread. Binding to a registry that is closed does nothing.
 */
public final class AllocatorMetrics implements MeterBinder, AutoCloseable {

    private static final long RESIDENT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final String HEAP = "heap";

    private final List<Consumer<MeterRegistry>> binds = new ArrayList<>();
    private final List<Runnable> closes = new ArrayList<>();

    /**
     * What a service watches all the time of a Netty allocator, tagged with its name and the kind of its memory.
     *
     * @param allocator the allocator to publish
     */
    public AllocatorMetrics(AshlarByteBufAllocator allocator) {
        this(allocator, MeterLevel.SUMMARY);
    }

    /**
     * Meters of a Netty allocator.
     *
     * @param allocator the allocator to publish
     * @param level how much of it
     */
    public AllocatorMetrics(AshlarByteBufAllocator allocator, MeterLevel level) {
        this(allocator, level, Tags.empty());
    }

    /**
     * Meters of a Netty allocator, with tags of the caller's besides those for its name and kind.
     *
     * @param allocator the allocator to publish
     * @param level how much of it
     * @param extraTags tags that each of the meters gets too; where one has the key of one of the allocator's own, that wins
     */
    public AllocatorMetrics(AshlarByteBufAllocator allocator, MeterLevel level, Iterable<Tag> extraTags) {
        this(allocator::stats, level, extraTags);
        if (level == MeterLevel.DETAILED) {
            addPool(allocator::heapStats, level, tags(extraTags, allocator.name(), HEAP));
            addMemory(allocator, extraTags);
            addPressure(allocator, extraTags);
            add(new SizeClassMetrics(allocator, extraTags));
            add(new ShardMetrics(allocator, extraTags));
        }
    }

    /**
     * Meters of anything that has such figures: for a memory pool, pass {@code pool::stats}.
     *
     * @param stats gives the current figures; called at each reading of a meter, from whatever thread scrapes
     */
    public AllocatorMetrics(Supplier<PoolStats> stats) {
        this(stats, MeterLevel.SUMMARY, Tags.empty());
    }

    /**
     * Meters of anything that has such figures, with tags of the caller's.
     *
     * @param stats gives the current figures; called at each reading of a meter, from whatever thread scrapes
     * @param level which of {@link AllocatorMeters}; size classes and shards have binders of their own
     * @param extraTags tags that each of the meters gets too; where one has the key of {@link AllocatorMeters.Key},
     *     the allocator's own value wins
     */
    public AllocatorMetrics(Supplier<PoolStats> stats, MeterLevel level, Iterable<Tag> extraTags) {
        PoolStats now = stats.get();
        addPool(() -> lastOrNot(stats.get()), level, tags(extraTags, now.name(), now.source()));
    }

    private static Tags tags(Iterable<Tag> extraTags, String name, String kind) {
        return Tags.of(extraTags)
                .and(AllocatorMeters.Key.NAME.asString(), name)
                .and(AllocatorMeters.Key.KIND.asString(), kind);
    }

    private void addPool(Supplier<PoolStats> stats, MeterLevel level, Tags tags) {
        add(new BoundMeters(AllocatorMeters.of(level).stream()
                .map(meter -> new BoundMeters.Spec<>(meter.figure(), tags, stats))
                .toList()));
    }

    private void addMemory(AshlarByteBufAllocator allocator, Iterable<Tag> extraTags) {
        Tags direct = tags(extraTags, allocator.name(), allocator.stats().source());
        Tags heap = tags(extraTags, allocator.name(), HEAP);
        CachedFigures<Long> resident = new CachedFigures<>(allocator::residentBytes, RESIDENT_NANOS);
        Supplier<MemoryMeters.Figures> figures = () ->
                new MemoryMeters.Figures(resident.get(), allocator.unpooledHeapBytes(), allocator.heapFallbacks());
        add(new BoundMeters(Arrays.stream(MemoryMeters.values())
                .map(meter ->
                        new BoundMeters.Spec<>(meter.figure(), meter == MemoryMeters.UNPOOLED ? heap : direct, figures))
                .toList()));
    }

    private void addPressure(AshlarByteBufAllocator allocator, Iterable<Tag> extraTags) {
        Tags direct = tags(extraTags, allocator.name(), allocator.stats().source());
        Supplier<PressureMeters.Figures> figures =
                () -> new PressureMeters.Figures(allocator.pressureStats(), allocator.pausedChannels());
        add(new BoundMeters(Arrays.stream(PressureMeters.values())
                .map(meter -> new BoundMeters.Spec<>(meter.figure(), direct, figures))
                .toList()));
    }

    private void add(SizeClassMetrics metrics) {
        binds.add(metrics::bindTo);
        closes.add(metrics::close);
    }

    private void add(ShardMetrics metrics) {
        binds.add(metrics::bindTo);
        closes.add(metrics::close);
    }

    private void add(BoundMeters meters) {
        binds.add(meters::bindTo);
        closes.add(meters::close);
    }

    private PoolStats lastOrNot(PoolStats now) {
        if (now.closed() && now.reservedBytes() == 0) {
            close();
        }
        return now;
    }

    /**
     * Registers the meters. A second call with the same registry does nothing.
     *
     * @param registry where the meters are to appear
     */
    @Override
    public void bindTo(MeterRegistry registry) {
        binds.forEach(bind -> bind.accept(registry));
    }

    /**
     * Removes the meters from every registry they were bound to, and lets go of the allocator. The allocator itself is
     * not closed. Calls after the first do nothing, unless the meters were bound again in between.
     */
    @Override
    public void close() {
        closes.forEach(Runnable::run);
    }
}
