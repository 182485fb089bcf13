// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.Block;
import io.ashlar.pool.MemoryPool;
import io.ashlar.pool.ShardStats;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShardMetricsTest {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /** Dashboards and alert rules of users depend on these names: a change here breaks them. */
    @Test
    void theNamesAreThese() {
        assertEquals(
                List.of(
                        "ashlar.allocator.shard.allocations",
                        "ashlar.allocator.shard.frees",
                        "ashlar.allocator.shard.remote.frees",
                        "ashlar.allocator.shard.slabs",
                        "ashlar.allocator.shard.cached"),
                Arrays.stream(ShardMeters.values()).map(ShardMeters::getName).toList());
    }

    private Set<String> shards() {
        return registry.getMeters().stream()
                .map(meter -> meter.getId().getTag("shard"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theyFollowTheEventLoops() {
        AshlarByteBufAllocator allocator = AshlarByteBufAllocator.builder()
                .name("edge")
                .limit(64 << 20)
                .stripes(2)
                .build();
        ShardMetrics metrics = new ShardMetrics(allocator);
        metrics.bindTo(registry);
        assertEquals(Set.of("stripe-0", "stripe-1"), shards());

        EventLoop loop = new DefaultEventLoop();
        String name = loop.submit(() -> {
                    allocator.directBuffer(1000).release();
                    return Thread.currentThread().getName();
                })
                .syncUninterruptibly()
                .getNow();
        registry.scrape();
        assertEquals(Set.of(name, "stripe-0", "stripe-1"), shards());
        String scrape = registry.scrape();
        assertTrue(
                scrape.contains("ashlar_allocator_shard_allocations_total{name=\"edge\",shard=\"" + name + "\"} 1.0"),
                scrape);
        assertTrue(
                scrape.contains("ashlar_allocator_shard_slabs_bytes{name=\"edge\",shard=\"" + name + "\"} 4096.0"),
                scrape);

        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        registry.scrape();
        assertEquals(Set.of("stripe-0", "stripe-1"), shards());
        metrics.close();
        registry.scrape();
        assertEquals(Set.of(), shards());
        allocator.close();
    }

    @Test
    void aPoolOfOnesOwnHasThemToo() {
        try (MemoryPool<Block> pool =
                        MemoryPool.builder(Block::new).name("edge").stripes(1).build();
                ShardMetrics metrics = new ShardMetrics(pool, Tags.of("zone", "a"))) {
            metrics.bindTo(registry);
            Block.allocate(pool, 1000).release();
            assertEquals(
                    1,
                    registry.get("ashlar.allocator.shard.frees")
                            .tags("zone", "a", "name", "edge", "shard", "stripe-0")
                            .functionCounter()
                            .count());
        }
    }

    private static ShardMetrics of(List<ShardStats> stats) {
        return new ShardMetrics(
                "edge",
                () -> stats,
                name -> stats.stream().filter(each -> each.name().equals(name)).toList(),
                Tags.empty());
    }

    @Test
    void threadsOfOneNameCountAsOne() {
        List<ShardStats> stats = List.of(
                new ShardStats("stripe-0", false, 0, 0, 0, 0, 0),
                new ShardStats("loop", true, 1, 2, 3, 4, 5),
                new ShardStats("loop", true, 10, 20, 30, 40, 50));
        of(stats).bindTo(registry);
        assertEquals(
                11,
                registry.get("ashlar.allocator.shard.allocations")
                        .tags("name", "edge", "shard", "loop")
                        .functionCounter()
                        .count());
        assertEquals(2 * ShardMeters.values().length, registry.getMeters().size());
    }

    @Test
    void threadsWithoutEndDoNotFillTheRegistry() {
        List<ShardStats> stats = new ArrayList<>();
        IntStream.range(0, 1000).forEach(i -> stats.add(new ShardStats("thread-" + i, true, 0, 0, 0, 0, 0)));
        ShardMetrics metrics = of(stats);
        metrics.bindTo(registry);
        assertEquals(ShardMetrics.MOST, shards().size());
        metrics.close();
        assertEquals(List.<Meter>of(), registry.getMeters());
    }
}
