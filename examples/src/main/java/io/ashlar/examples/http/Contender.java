// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import io.ashlar.examples.dashboard.Dashboard;
import io.ashlar.examples.dashboard.SnapshotReader;
import io.ashlar.metrics.AllocatorMetrics;
import io.ashlar.metrics.MeterLevel;
import io.ashlar.metrics.RequestArenaMetrics;
import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.netty.MemoryPressureHandler;
import io.ashlar.netty.RequestArenaHandler;
import io.ashlar.netty.RequestArenas;
import io.ashlar.pool.PoolStats;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.netty4.NettyAllocatorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * One side of the comparison: a running server and a way to ask its allocator how it is.
 *
 * @param title what the column is called
 * @param server the running server
 * @param memory reads the allocator's figures; may be called from any thread
 * @param remark what a reader of its figures has to know, or nothing
 * @param whenClosed what has to be closed after the server
 */
record Contender(String title, DemoServer server, Supplier<MemoryReading> memory, String remark, Runnable whenClosed)
        implements AutoCloseable {

    /** The server on Ashlar. What makes it one is the {@code install} call; the handler, if wanted, gives each request an arena. */
    static Contender ashlar(int port, boolean withArenas) throws DemoServer.CannotListenException {
        return ashlar(newAllocator(), port, withArenas, false);
    }

    /** The same, not to be compared but to be used: it stops reading while memory is scarce. */
    static Contender serving(int port, boolean withArenas) throws DemoServer.CannotListenException {
        return serving(newAllocator(), port, withArenas);
    }

    /** The same on an allocator of the caller's, which is closed with it. */
    static Contender serving(AshlarByteBufAllocator allocator, int port, boolean withArenas)
            throws DemoServer.CannotListenException {
        return ashlar(allocator, port, withArenas, true);
    }

    private static AshlarByteBufAllocator newAllocator() {
        return AshlarByteBufAllocator.builder().name("http-demo").build();
    }

    private static Contender ashlar(
            AshlarByteBufAllocator allocator, int port, boolean withArenas, boolean withBackpressure)
            throws DemoServer.CannotListenException {
        RequestArenas arenas = RequestArenas.builder(allocator).build();
        AllocatorMetrics metrics = new AllocatorMetrics(allocator, MeterLevel.DETAILED);
        RequestArenaMetrics arenaMetrics = new RequestArenaMetrics(arenas);
        PrometheusMeterRegistry registry = registry();
        metrics.bindTo(registry);
        arenaMetrics.bindTo(registry);
        Runnable whenClosed = () -> {
            arenaMetrics.close();
            metrics.close();
            registry.close();
            allocator.close();
        };
        try {
            Dashboard dashboard = new Dashboard(new SnapshotReader(allocator, RequestTimes.timer(registry)));
            UnaryOperator<ServerBootstrap> install = bootstrap -> withBackpressure
                    ? allocator.install(bootstrap).handler(new MemoryPressureHandler(allocator))
                    : allocator.install(bootstrap);
            Consumer<ChannelPipeline> handlers = pipeline -> {
                if (withBackpressure) {
                    pipeline.addFirst(new MemoryPressureHandler(allocator), new IdleLimit());
                }
                if (withArenas) {
                    pipeline.addLast(RequestArenaHandler.http1(arenas));
                }
            };
            DemoServer server = DemoServer.start(port, install, registry, handlers, dashboard);
            return new Contender("Ashlar", server, () -> reading(allocator.stats()), remark(allocator), whenClosed);
        } catch (DemoServer.CannotListenException e) {
            whenClosed.run();
            throw e;
        }
    }

    private static String remark(AshlarByteBufAllocator allocator) {
        return allocator.stats().source().equals("mapped")
                ? "Ashlar reserves whole regions; as they are mapped, only what was touched of them is resident."
                : "";
    }

    private static MemoryReading reading(PoolStats stats) {
        return new MemoryReading(stats.requestedBytes(), stats.usedBytes(), stats.reservedBytes(), stats.outstanding());
    }

    /** The same server on the allocator that Netty uses when nobody says anything. */
    static Contender nettyDefault() throws DemoServer.CannotListenException {
        ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
        PrometheusMeterRegistry registry = registry();
        Supplier<MemoryReading> memory = () -> MemoryReading.NOTHING;
        if (allocator instanceof ByteBufAllocatorMetricProvider provider) {
            new NettyAllocatorMetrics(provider).bindTo(registry);
            memory = () -> reading(provider.metric());
        }
        DemoServer server = DemoServer.start(
                0,
                bootstrap -> bootstrap
                        .option(ChannelOption.ALLOCATOR, allocator)
                        .childOption(ChannelOption.ALLOCATOR, allocator),
                registry);
        return new Contender("Netty default", server, memory, "", registry::close);
    }

    /** Netty tells one figure for each kind of memory: the bytes that its pools hold. */
    private static MemoryReading reading(ByteBufAllocatorMetric metric) {
        return new MemoryReading(
                MemoryReading.UNKNOWN,
                MemoryReading.UNKNOWN,
                metric.usedDirectMemory() + metric.usedHeapMemory(),
                MemoryReading.UNKNOWN);
    }

    private static PrometheusMeterRegistry registry() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        return registry;
    }

    @Override
    public void close() {
        server.close();
        whenClosed.run();
    }
}
