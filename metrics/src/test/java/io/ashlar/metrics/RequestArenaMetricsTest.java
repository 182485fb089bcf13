// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.netty.RequestArena;
import io.ashlar.netty.RequestArenas;
import io.ashlar.netty.RequestBudgetExceededException;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestArenaMetricsTest {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private double value(RequestArenaMeters meter, String... tags) {
        Meter found =
                registry.get(meter.getName()).tags("name", "edge").tags(tags).meter();
        return found instanceof Gauge gauge ? gauge.value() : ((FunctionCounter) found).count();
    }

    /** Dashboards and alert rules of users depend on these names: a change here breaks them. */
    @Test
    void theNamesAreThese() {
        assertEquals(
                List.of(
                        "ashlar.request.arena.open",
                        "ashlar.request.arena.requests",
                        "ashlar.request.arena.escapes",
                        "ashlar.request.arena.escaped.buffers",
                        "ashlar.request.arena.budget.hits",
                        "ashlar.request.arena.used",
                        "ashlar.request.arena.retained.runs",
                        "ashlar.request.arena.requests.upto"),
                Arrays.stream(RequestArenaMeters.values())
                        .map(RequestArenaMeters::getName)
                        .toList());
    }

    @Test
    void theMetersTellWhatRequestsDid() {
        AshlarByteBufAllocator allocator =
                AshlarByteBufAllocator.builder().name("edge").limit(64 << 20).build();
        RequestArenas arenas = RequestArenas.builder(allocator).budget(100_000).build();
        RequestArenaMetrics metrics = new RequestArenaMetrics(arenas);
        metrics.bindTo(registry);
        RequestArena arena = arenas.newArena();
        arena.begin();
        arena.buffer(200).release();
        arena.end();
        arena.begin();
        ByteBuf escaping = arena.buffer(5000);
        assertThrows(RequestBudgetExceededException.class, () -> arena.buffer(100_000));
        arena.end();
        arena.begin();
        assertEquals(1, value(RequestArenaMeters.OPEN));
        assertEquals(2, value(RequestArenaMeters.REQUESTS));
        assertEquals(1, value(RequestArenaMeters.ESCAPES));
        assertEquals(1, value(RequestArenaMeters.ESCAPED_BUFFERS));
        assertEquals(1, value(RequestArenaMeters.BUDGET_HITS));
        assertEquals(5200, value(RequestArenaMeters.USED));
        assertEquals(0, value(RequestArenaMeters.RETAINED_RUNS)); // one is in use, the other has escaped
        assertEquals(1, value(RequestArenaMeters.BUCKETS, "le", "255"));
        assertEquals(1, value(RequestArenaMeters.BUCKETS, "le", "4095"));
        assertEquals(2, value(RequestArenaMeters.BUCKETS, "le", "16383"));
        assertEquals(2, value(RequestArenaMeters.BUCKETS, "le", "+Inf"));
        String scrape = registry.scrape();
        assertTrue(scrape.contains("ashlar_request_arena_requests_upto_total{le=\"16383\",name=\"edge\"} 2.0"), scrape);
        arena.end();
        assertEquals(1, value(RequestArenaMeters.RETAINED_RUNS));
        arena.close();
        assertEquals(0, value(RequestArenaMeters.RETAINED_RUNS));
        escaping.release();
        metrics.close();
        assertTrue(registry.getMeters().isEmpty());
        allocator.close();
    }
}
