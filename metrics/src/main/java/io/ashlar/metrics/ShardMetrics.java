// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.netty.AshlarByteBufAllocator;
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
import java.util.function.Supplier;

/**
 * Publishes the figures of an allocator's shards as the meters that {@link ShardMeters} lists. Event loops come and go: whoever reads a meter of
 * a stripe, of which there are always some, sees to it that the shards of the moment have meters, which the next scrape shows, and those that
 * ended have none. Shards whose threads have the same name count as one; beyond {@value #MOST} names there are no further meters. Reachability
 * and thread safety are those of {@link AllocatorMetrics}.
 *
 * <p><b>Cost.</b> None per allocation. Reading one meter sums the counters of all shards.
 */
public final class ShardMetrics implements MeterBinder, AutoCloseable {

    static final int MOST = 256;

    private final Supplier<List<ShardStats>> stats;
    private final Tags tags;
    // Synchronization: guarded by this.
    private final Set<MeterRegistry> registries = Collections.newSetFromMap(new IdentityHashMap<>());
    // Synchronization: guarded by this.
    private final Map<String, BoundMeters<Map<String, ShardStats>>> bound = new HashMap<>();

    /**
     * Meters of the direct buffers of an allocator, tagged with its name.
     *
     * @param allocator the allocator to publish
     */
    public ShardMetrics(AshlarByteBufAllocator allocator) {
        this(allocator.name(), allocator::shardStats, Tags.empty());
    }

    /**
     * Meters of anything that has such figures, with tags of the caller's: for a memory pool, pass {@code pool.name()} and {@code
     * pool::shardStats}.
     *
     * @param name the value of the tag {@link ShardMeters.Key#NAME}
     * @param stats gives the current figures; called at each reading of a meter, from whatever thread scrapes
     * @param extraTags tags that each of the meters gets too
     */
    public ShardMetrics(String name, Supplier<List<ShardStats>> stats, Iterable<Tag> extraTags) {
        this.stats = stats;
        this.tags = Tags.of(extraTags).and(ShardMeters.Key.NAME.asString(), name);
    }

    private Map<String, ShardStats> byName() {
        Map<String, ShardStats> all = new LinkedHashMap<>();
        stats.get().forEach(shard -> all.merge(shard.name(), shard, ShardStats::plus));
        return all;
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
            follow(byName());
        }
    }

    private synchronized void follow(Map<String, ShardStats> now) {
        if (registries.isEmpty()) {
            return; // closed meanwhile
        }
        bound.entrySet().removeIf(entry -> {
            boolean gone = !now.containsKey(entry.getKey());
            if (gone) {
                entry.getValue().close();
            }
            return gone;
        });
        for (ShardStats shard : now.values()) {
            if (bound.size() < MOST && !bound.containsKey(shard.name())) {
                BoundMeters<Map<String, ShardStats>> meters = metersOf(shard);
                bound.put(shard.name(), meters);
                registries.forEach(meters::bindTo);
            }
        }
    }

    private BoundMeters<Map<String, ShardStats>> metersOf(ShardStats shard) {
        String name = shard.name();
        ShardStats gone = new ShardStats(name, shard.owned(), 0, 0, 0, 0, 0);
        Tags its = tags.and(ShardMeters.Key.SHARD.asString(), name);
        return new BoundMeters<>(
                this::byName,
                shard.owned() ? now -> {} : this::follow,
                Arrays.stream(ShardMeters.values())
                        .map(meter -> new BoundMeters.Spec<>(
                                meter.figure().<Map<String, ShardStats>>of(now -> now.getOrDefault(name, gone)), its))
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
