// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Allocators and registries that come and go, many of them, while somebody scrapes. */
class ManyMetricsTest {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private static AshlarByteBufAllocator allocator(String name) {
        return AshlarByteBufAllocator.builder()
                .name(name)
                .limit(8 << 20)
                .regionSize(1 << 20)
                .stripes(1)
                .build();
    }

    private static AllocatorMetrics detailed(AshlarByteBufAllocator allocator) {
        return new AllocatorMetrics(allocator, MeterLevel.DETAILED);
    }

    private static long series(String scrape, String meter) {
        return scrape.lines().filter(line -> line.startsWith(meter + "{")).count();
    }

    @Test
    void aHundredAllocatorsAtOnce() {
        List<AshlarByteBufAllocator> allocators = new ArrayList<>();
        List<AllocatorMetrics> metrics = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            AshlarByteBufAllocator allocator = allocator("number-" + i);
            allocators.add(allocator);
            metrics.add(detailed(allocator));
            metrics.get(i).bindTo(registry);
            allocator.directBuffer(100 + i).release();
        }
        String scrape = registry.scrape();
        assertEquals(2 * 100, series(scrape, "ashlar_allocator_reserved_bytes"));
        assertEquals(100, series(scrape, "ashlar_allocator_resident_bytes"));
        assertEquals(100, series(scrape, "ashlar_allocator_shard_slabs_bytes"));
        int classes = allocators.get(0).sizeClassStats().size();
        assertEquals(100L * classes, series(scrape, "ashlar_allocator_size_class_slabs_bytes"));
        for (int i = 0; i < 50; i++) {
            metrics.get(i).close();
        }
        allocators.subList(50, 100).forEach(AshlarByteBufAllocator::close);
        registry.scrape(); // the last of those that were closed
        assertEquals(List.<Meter>of(), registry.getMeters());
        allocators.subList(0, 50).forEach(AshlarByteBufAllocator::close);
    }

    @Test
    void allocatorsAreClosedWhileOthersScrape() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger scrapes = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Pattern notANumber = Pattern.compile("ashlar_(?!allocator_resident)\\S+ (NaN|-\\S+)");
        List<Thread> scrapers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread scraper = new Thread(() -> {
                try {
                    while (!stop.get()) {
                        assertEquals(
                                List.of(),
                                notANumber
                                        .matcher(registry.scrape())
                                        .results()
                                        .map(MatchResult::group)
                                        .toList());
                        scrapes.incrementAndGet();
                    }
                } catch (Throwable e) {
                    failure.set(e);
                }
            });
            scraper.start();
            scrapers.add(scraper);
        }
        int round = 0;
        while (round < 50 || scrapes.get() < 50 && failure.get() == null) {
            AshlarByteBufAllocator allocator = allocator("round-" + round++);
            detailed(allocator).bindTo(registry);
            EventLoop loop = new DefaultEventLoop();
            CountDownLatch done = new CountDownLatch(1);
            loop.execute(() -> {
                for (int i = 0; i < 1000; i++) {
                    allocator.directBuffer(i * 30).release();
                }
                done.countDown();
            });
            assertTrue(done.await(30, TimeUnit.SECONDS));
            ByteBuf last = allocator.directBuffer(10);
            allocator.close();
            loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
            last.release();
        }
        stop.set(true);
        for (Thread scraper : scrapers) {
            scraper.join(30_000);
        }
        assertNull(failure.get(), () -> "a scrape failed: " + failure.get());
        registry.scrape();
        assertEquals(List.<Meter>of(), registry.getMeters());
    }

    @Test
    void aClosedRegistryGetsNothing() {
        SimpleMeterRegistry closed = new SimpleMeterRegistry();
        closed.close();
        AshlarByteBufAllocator allocator = allocator("late");
        AllocatorMetrics metrics = detailed(allocator);
        metrics.bindTo(closed);
        assertEquals(List.<Meter>of(), closed.getMeters());
        metrics.bindTo(registry);
        registry.close(); // before the binder
        metrics.close();
        assertEquals(List.<Meter>of(), registry.getMeters());
        allocator.close();
    }

    @Test
    void aDozenSeriesOrAll() {
        AshlarByteBufAllocator allocator = allocator("edge");
        AllocatorMetrics summary = new AllocatorMetrics(allocator);
        summary.bindTo(registry);
        assertEquals(12, registry.getMeters().size());
        summary.close();
        AllocatorMetrics detailed = detailed(allocator);
        detailed.bindTo(registry);
        int pools = 2 * AllocatorMeters.values().length + MemoryMeters.values().length + PressureMeters.values().length;
        int classes = allocator.sizeClassStats().size() * SizeClassMeters.values().length;
        assertEquals(
                pools + classes + ShardMeters.values().length,
                registry.getMeters().size());
        detailed.close();
        assertEquals(List.<Meter>of(), registry.getMeters());
        allocator.close();
    }
}
