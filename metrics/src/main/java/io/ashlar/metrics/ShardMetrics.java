// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.MemoryPool;
import io.ashlar.pool.ShardStats;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Publishes the figures of an allocator's shards as the meters that {@link ShardMeters} lists. Event loops come and go: whoever reads a meter of
 * the first stripe, which is always there, sees to it that the shards of the moment have meters, which the next scrape shows, and those that
 * ended have none. Shards whose threads have the same name count as one; beyond {@value #MOST} names there are no further meters. Reachability
 * and thread safety are those of {@link AllocatorMetrics}.
 *
 * <p><b>Cost.</b> None per allocation. Reading one meter sums the counters of its shard: O(shards + size classes).
 */
public final class ShardMetrics implements MeterBinder, AutoCloseable {

    static final int MOST = 256;

    private final Supplier<List<ShardStats>> all;
    private final Function<String, List<ShardStats>> named;
    private final Tags tags;
    // Synchronization: guarded by this.
    private final Set<MeterRegistry> registries = Collections.newSetFromMap(new IdentityHashMap<>());
    // Synchronization: guarded by this.
    private final Map<String, BoundMeters> bound = new HashMap<>();

    /**
     * Meters of the direct buffers of an allocator, tagged with its name.
     *
     * @param allocator the allocator to publish
     */
    public ShardMetrics(AshlarByteBufAllocator allocator) {
        this(allocator, Tags.empty());
    }

    /**
     * Meters of the direct buffers of an allocator, with tags of the caller's besides the one for its name.
     *
     * @param allocator the allocator to publish
     * @param extraTags tags that each of the meters gets too
     */
    public ShardMetrics(AshlarByteBufAllocator allocator, Iterable<Tag> extraTags) {
        this(allocator.name(), allocator::shardStats, allocator::shardStats, extraTags);
    }

    /**
     * Meters of a memory pool, with tags of the caller's besides the one for its name.
     *
     * @param pool the pool to publish
     * @param extraTags tags that each of the meters gets too
     */
    public ShardMetrics(MemoryPool<?> pool, Iterable<Tag> extraTags) {
        this(pool.name(), pool::shardStats, pool::shardStats, extraTags);
    }

    ShardMetrics(
            String name,
            Supplier<List<ShardStats>> all,
            Function<String, List<ShardStats>> named,
            Iterable<Tag> extraTags) {
        this.all = all;
        this.named = named;
        this.tags = Tags.of(extraTags).and(ShardMeters.Key.NAME.asString(), name);
    }

    /**
     * Registers the meters. A second call with the same registry does nothing.
     *
     * @param registry where the meters are to appear
     */
    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        if (!registry.isClosed() && registries.add(registry)) {
            bound.values().forEach(meters -> meters.bindTo(registry));
            follow();
        }
    }

    private synchronized void follow() {
        if (registries.isEmpty()) {
            return; // closed meanwhile
        }
        Map<String, ShardStats> now = new LinkedHashMap<>();
        all.get().forEach(shard -> now.putIfAbsent(shard.name(), shard));
        bound.entrySet().removeIf(entry -> {
            boolean gone = !now.containsKey(entry.getKey());
            if (gone) {
                entry.getValue().close();
            }
            return gone;
        });
        for (ShardStats shard : now.values()) {
            if (bound.size() < MOST && !bound.containsKey(shard.name())) {
                BoundMeters meters = metersOf(shard, bound.isEmpty());
                bound.put(shard.name(), meters);
                registries.forEach(meters::bindTo);
            }
        }
    }

    private BoundMeters metersOf(ShardStats shard, boolean first) {
        String name = shard.name();
        ShardStats none = new ShardStats(name, shard.owned(), 0, 0, 0, 0, 0);
        Tags its = tags.and(ShardMeters.Key.SHARD.asString(), name);
        Supplier<ShardStats> stats = () -> {
            if (first) {
                follow();
            }
            return named.apply(name).stream().reduce(none, ShardStats::plus);
        };
        return new BoundMeters(Arrays.stream(ShardMeters.values())
                .map(meter -> new BoundMeters.Spec<>(meter.figure(), its, stats))
                .toList());
    }

    /** Removes the meters from every registry they were bound to. Calls after the first do nothing. */
    @Override
    public synchronized void close() {
        registries.clear();
        bound.values().forEach(BoundMeters::close);
        bound.clear();
    }
}
