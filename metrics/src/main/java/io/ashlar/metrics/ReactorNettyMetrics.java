// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.PoolStats;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.netty.buffer.ByteBufAllocatorMetric;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Publishes an allocator under the names that Reactor Netty has for allocators of Netty, so that boards made for those show something: {@code
 * reactor.netty.bytebuf.allocator.used.direct.memory} and {@code …used.heap.memory}, the bytes held; {@code …active.direct.memory} and {@code
 * …active.heap.memory}, the bytes of what is handed out; {@code …direct.arenas} and {@code …heap.arenas}, the shards that threads own. What
 * only Netty's pooled allocator has, such as sizes of caches, is not there. {@link AllocatorMetrics} says more.
 *
 * <p>The tag {@code id} is the allocator's name, and not a hash code that changes with each start; {@code type} is {@code direct}. Cost,
 * reachability and thread safety are those of {@link AllocatorMetrics}.
 */
public final class ReactorNettyMetrics implements MeterBinder, AutoCloseable {

    private static final String PREFIX = "reactor.netty.bytebuf.allocator.";

    private final BoundMeters meters;

    /**
     * Meters of an allocator, under Reactor Netty's names.
     *
     * @param allocator the allocator to publish
     */
    public ReactorNettyMetrics(AshlarByteBufAllocator allocator) {
        Tags tags = Tags.of("id", allocator.name(), "type", "direct");
        Supplier<PoolStats> direct = allocator::stats;
        Supplier<PoolStats> heap = allocator::heapStats;
        this.meters = new BoundMeters(List.of(
                gauge("used.direct.memory", tags, direct, PoolStats::reservedBytes),
                gauge("used.heap.memory", tags, allocator::metric, ByteBufAllocatorMetric::usedHeapMemory),
                gauge("active.direct.memory", tags, direct, PoolStats::usedBytes),
                gauge("active.heap.memory", tags, heap, PoolStats::usedBytes),
                gauge("direct.arenas", tags, direct, PoolStats::ownedShards),
                gauge("heap.arenas", tags, heap, PoolStats::ownedShards)));
    }

    private static <S> BoundMeters.Spec<S> gauge(String name, Tags tags, Supplier<S> stats, ToDoubleFunction<S> value) {
        return new BoundMeters.Spec<>(
                Figure.gauge(PREFIX + name, null, "As Reactor Netty has it, of Ashlar", value), tags, stats);
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
