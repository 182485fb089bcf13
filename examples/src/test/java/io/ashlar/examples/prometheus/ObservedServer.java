// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import static org.junit.jupiter.api.Assertions.assertNull;

import io.ashlar.examples.http.DemoServer;
import io.ashlar.metrics.AllocatorMetrics;
import io.ashlar.metrics.MeterLevel;
import io.ashlar.metrics.ObjectPoolMetrics;
import io.ashlar.metrics.RequestArenaMetrics;
import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.netty.MemoryPressureHandler;
import io.ashlar.netty.RequestArenaHandler;
import io.ashlar.netty.RequestArenas;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The example's server with all that the meters know of, under load: request arenas, an object pool, tenants, pressure, and a timer that trims. */
final class ObservedServer {

    private static final long SEED = Long.getLong("ashlar.test.seed", System.nanoTime());
    private static final long LIMIT = 60L << 20;
    /** So that the very large requests press. */
    private static final long LOW = 24L << 20;

    private static final long HIGH = 28L << 20;
    private static final long FORGET_MILLIS = 100;
    private static final long WORK_MILLIS = 100;
    private static final long TRIM_SECONDS = 30;

    private final AshlarByteBufAllocator allocator = AshlarByteBufAllocator.builder()
            .name("edge")
            .limit(LIMIT)
            .watermarks(LOW, HIGH)
            .build();
    private final RequestArenas arenas = RequestArenas.builder(allocator).build();
    private final AccessLog log = new AccessLog();
    private final RecentRequests recent = new RecentRequests(log);
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<Tenant> tenants =
            List.of(tenant("tenant-a", 4 << 20, 5 << 20, 60), tenant("tenant-b", 8 << 20, 3 << 20, 45));
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final DemoServer server;
    /** Answers Prometheus, also under pressure. */
    private final DemoServer figures;

    private final Load load;

    private Tenant tenant(String name, int limit, int most, int waveSeconds) {
        AshlarByteBufAllocator its = allocator
                .childBuilder(name)
                .limit(limit)
                .reservation(limit / 4)
                .fallBackToHeap(true)
                .build();
        new AllocatorMetrics(its, MeterLevel.DETAILED).bindTo(registry);
        return new Tenant(its, most, Duration.ofSeconds(waveSeconds));
    }

    ObservedServer() throws DemoServer.CannotListenException {
        new AllocatorMetrics(allocator, MeterLevel.DETAILED).bindTo(registry);
        new RequestArenaMetrics(arenas).bindTo(registry);
        new ObjectPoolMetrics(log.pool()).bindTo(registry);
        server = DemoServer.start(
                0,
                bootstrap -> allocator.install(bootstrap).handler(new MemoryPressureHandler(allocator)),
                registry,
                pipeline -> pipeline.addFirst(new MemoryPressureHandler(allocator))
                        .addLast(RequestArenaHandler.http1(arenas))
                        .addLast(recent));
        figures = DemoServer.start(0, bootstrap -> bootstrap, registry);
        for (Tenant tenant : tenants) {
            timer.scheduleAtFixedRate(tenant::work, 0, WORK_MILLIS, TimeUnit.MILLISECONDS);
        }
        timer.scheduleAtFixedRate(recent::forget, FORGET_MILLIS, FORGET_MILLIS, TimeUnit.MILLISECONDS);
        timer.scheduleAtFixedRate(allocator::trim, TRIM_SECONDS, TRIM_SECONDS, TimeUnit.SECONDS);
        System.out.println("ashlar.test.seed=" + SEED);
        load = new Load(server.address(), SEED);
    }

    /** Where its figures are. */
    int port() {
        return figures.address().getPort();
    }

    /** Ends everything, and checks that the clients got what they should. */
    void stop() throws InterruptedException {
        load.stop();
        timer.shutdownNow();
        timer.awaitTermination(1, TimeUnit.MINUTES);
        figures.close();
        server.close();
        recent.close();
        tenants.forEach(Tenant::close);
        log.stop();
        registry.close();
        allocator.close();
        assertNull(load.failure(), () -> "a client failed: " + load.failure());
    }
}
