// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.ashlar.metrics.AllocatorMetrics;
import io.ashlar.metrics.MeterLevel;
import io.ashlar.netty.AshlarByteBufAllocator;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Who looks at an allocator while it is measured. */
public enum Watched implements Column {
    /** All meters, scraped ten times a second. */
    ALL_METERS("all meters, 10/s") {
        @Override
        AutoCloseable watch(AshlarByteBufAllocator allocator) {
            return scrape(allocator, MeterLevel.DETAILED);
        }
    },
    /** The same, and a sample of the buffers for their ages. */
    WITH_AGES("and ages") {
        @Override
        AutoCloseable watch(AshlarByteBufAllocator allocator) {
            allocator.sampleBlocks(true);
            return scrape(allocator, MeterLevel.DETAILED);
        }
    },
    /** A dozen meters, scraped as often. */
    SUMMARY("a dozen, 10/s") {
        @Override
        AutoCloseable watch(AshlarByteBufAllocator allocator) {
            return scrape(allocator, MeterLevel.SUMMARY);
        }
    },
    /** Nobody. */
    NOBODY("no meters") {
        @Override
        AutoCloseable watch(AshlarByteBufAllocator allocator) {
            return () -> {};
        }
    };

    private static final long MILLIS_BETWEEN_SCRAPES = 100;
    /** The first scrapes take ten to forty times as long as those after so many, in which the JIT has compiled them. */
    private static final int SCRAPES_TO_WARM_UP = 1000;

    private final String title;

    Watched(String title) {
        this.title = title;
    }

    @Override
    public String title() {
        return title;
    }

    abstract AutoCloseable watch(AshlarByteBufAllocator allocator);

    private static AutoCloseable scrape(AshlarByteBufAllocator allocator, MeterLevel level) {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        AllocatorMetrics metrics = new AllocatorMetrics(allocator, level);
        metrics.bindTo(registry);
        for (int i = 0; i < SCRAPES_TO_WARM_UP; i++) {
            registry.scrape();
        }
        ScheduledExecutorService scraper = Executors.newSingleThreadScheduledExecutor();
        scraper.scheduleAtFixedRate(registry::scrape, 0, MILLIS_BETWEEN_SCRAPES, TimeUnit.MILLISECONDS);
        return () -> {
            scraper.shutdown();
            scraper.awaitTermination(1, TimeUnit.MINUTES);
            metrics.close();
        };
    }
}
