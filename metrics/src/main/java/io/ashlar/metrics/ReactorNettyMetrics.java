// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.PoolStats;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
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

    private final BoundMeters<Figures> meters;

    /** What is read together. */
    private record Figures(PoolStats direct, PoolStats heap, long usedHeap) {}

    /**
     * Meters of an allocator, under Reactor Netty's names.
     *
     * @param allocator the allocator to publish
     */
    public ReactorNettyMetrics(AshlarByteBufAllocator allocator) {
        Tags tags = Tags.of("id", allocator.name(), "type", "direct");
        this.meters = new BoundMeters<>(
                () -> new Figures(
                        allocator.stats(),
                        allocator.heapStats(),
                        allocator.metric().usedHeapMemory()),
                List.of(
                        gauge("used.direct.memory", tags, now -> now.direct().reservedBytes()),
                        gauge("used.heap.memory", tags, Figures::usedHeap),
                        gauge("active.direct.memory", tags, now -> now.direct().usedBytes()),
                        gauge("active.heap.memory", tags, now -> now.heap().usedBytes()),
                        gauge("direct.arenas", tags, now -> now.direct().ownedShards()),
                        gauge("heap.arenas", tags, now -> now.heap().ownedShards())));
    }

    private static BoundMeters.Spec<Figures> gauge(String name, Tags tags, ToDoubleFunction<Figures> value) {
        return new BoundMeters.Spec<>(
                Figure.gauge(PREFIX + name, null, "As Reactor Netty has it, of Ashlar", value), tags);
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
