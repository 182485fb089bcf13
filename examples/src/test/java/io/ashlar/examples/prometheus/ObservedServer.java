// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import static org.junit.jupiter.api.Assertions.assertNull;

import io.ashlar.examples.http.DemoServer;
import io.ashlar.metrics.AllocatorMetrics;
import io.ashlar.metrics.MeterLevel;
import io.ashlar.metrics.ObjectPoolMetrics;
import io.ashlar.metrics.RequestArenaMetrics;
import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.netty.RequestArenaHandler;
import io.ashlar.netty.RequestArenas;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The example's server with all that the meters know of, under load: request arenas, an object pool, and a timer that trims. */
final class ObservedServer {

    private static final long SEED = Long.getLong("ashlar.test.seed", System.nanoTime());
    private static final long LIMIT = 60L << 20;
    private static final long FORGET_MILLIS = 100;
    private static final long TRIM_SECONDS = 30;

    private final AshlarByteBufAllocator allocator =
            AshlarByteBufAllocator.builder().name("edge").limit(LIMIT).build();
    private final RequestArenas arenas = RequestArenas.builder(allocator).build();
    private final AccessLog log = new AccessLog();
    private final RecentRequests recent = new RecentRequests(log);
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final DemoServer server;
    private final Load load;

    ObservedServer() throws DemoServer.CannotListenException {
        new AllocatorMetrics(allocator, MeterLevel.DETAILED).bindTo(registry);
        new RequestArenaMetrics(arenas).bindTo(registry);
        new ObjectPoolMetrics(log.pool()).bindTo(registry);
        server = DemoServer.start(
                0,
                allocator::install,
                registry,
                pipeline -> pipeline.addLast(RequestArenaHandler.http1(arenas)).addLast(recent));
        timer.scheduleAtFixedRate(recent::forget, FORGET_MILLIS, FORGET_MILLIS, TimeUnit.MILLISECONDS);
        timer.scheduleAtFixedRate(allocator::trim, TRIM_SECONDS, TRIM_SECONDS, TimeUnit.SECONDS);
        System.out.println("ashlar.test.seed=" + SEED);
        load = new Load(server.address(), SEED);
    }

    int port() {
        return server.address().getPort();
    }

    /** Ends everything, and checks that the clients got what they should. */
    void stop() throws InterruptedException {
        load.stop();
        timer.shutdownNow();
        server.close();
        recent.close();
        log.stop();
        registry.close();
        allocator.close();
        assertNull(load.failure(), () -> "a client failed: " + load.failure());
    }
}
