// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.ashlar.metrics.AllocatorMetrics;
import io.ashlar.metrics.MeterLevel;
import io.ashlar.netty.AshlarByteBufAllocator;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Scrapes the meters of an allocator ten times a second, while somebody is to look. */
final class Scraper implements AutoCloseable {

    private static final long MILLIS_BETWEEN_SCRAPES = 100;
    /** The first scrapes take ten to forty times as long as those after so many, in which the JIT has compiled them. */
    private static final int SCRAPES_TO_WARM_UP = 5000;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final Map<MeterLevel, PrometheusMeterRegistry> registries = new EnumMap<>(MeterLevel.class);
    // Synchronization: used by the thread only.
    private @Nullable PrometheusMeterRegistry current;

    Scraper(AshlarByteBufAllocator allocator) {
        for (MeterLevel level : MeterLevel.values()) {
            PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            new AllocatorMetrics(allocator, level).bindTo(registry);
            registries.put(level, registry);
            for (int i = 0; i < SCRAPES_TO_WARM_UP; i++) {
                registry.scrape();
            }
        }
        thread.scheduleAtFixedRate(this::scrape, 0, MILLIS_BETWEEN_SCRAPES, TimeUnit.MILLISECONDS);
    }

    private void scrape() {
        if (current != null) {
            current.scrape();
        }
    }

    /** From now on scrapes these meters, or none. */
    void turnTo(@Nullable MeterLevel level) throws InterruptedException, ExecutionException {
        thread.submit(() -> current = level == null ? null : registries.get(level))
                .get();
    }

    @Override
    public void close() throws InterruptedException {
        thread.shutdown();
        thread.awaitTermination(1, TimeUnit.MINUTES);
    }
}
