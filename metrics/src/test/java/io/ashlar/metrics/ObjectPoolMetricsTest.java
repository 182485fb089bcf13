// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.message.ObjectPool;
import io.ashlar.message.OffHeapObject;
import io.ashlar.message.Schema;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ObjectPoolMetricsTest {

    private static final Schema SCHEMA =
            Schema.builder("Order").int64("id").int64("price").build();

    private static final class Order extends OffHeapObject {

        Order(ObjectPool.Slot slot) {
            super(slot);
        }
    }

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private double value(ObjectPoolMeters meter, String name) {
        Meter found = registry.get(meter.getName()).tags("name", name).meter();
        return found instanceof Gauge gauge ? gauge.value() : ((FunctionCounter) found).count();
    }

    /** Dashboards and alert rules of users depend on these names: a change here breaks them. */
    @Test
    void theNamesAreThese() {
        assertEquals(
                List.of(
                        "ashlar.object.pool.acquired",
                        "ashlar.object.pool.released",
                        "ashlar.object.pool.outstanding",
                        "ashlar.object.pool.capacity",
                        "ashlar.object.pool.exhausted",
                        "ashlar.object.pool.waits",
                        "ashlar.object.pool.wait.time",
                        "ashlar.object.pool.requested",
                        "ashlar.object.pool.reserved",
                        "ashlar.object.pool.limit"),
                Arrays.stream(ObjectPoolMeters.values())
                        .map(ObjectPoolMeters::getName)
                        .toList());
    }

    @Test
    void theMetersTellWhatThePoolDid() throws Exception {
        ObjectPool<Order> pool = ObjectPool.builder(SCHEMA, Order::new)
                .name("orders")
                .capacity(2)
                .limit(1 << 20)
                .build();
        ObjectPoolMetrics metrics = new ObjectPoolMetrics(pool);
        metrics.bindTo(registry);
        Order first = pool.acquire();
        Order second = pool.acquire();
        assertNull(pool.tryAcquire());
        assertThrows(AllocationException.class, () -> pool.acquire(20, TimeUnit.MILLISECONDS));
        assertEquals(2, value(ObjectPoolMeters.OUTSTANDING, "orders"));
        assertEquals(32, value(ObjectPoolMeters.REQUESTED, "orders"));
        first.release();
        assertEquals(2, value(ObjectPoolMeters.ACQUIRED, "orders"));
        assertEquals(1, value(ObjectPoolMeters.RELEASED, "orders"));
        assertEquals(1, value(ObjectPoolMeters.OUTSTANDING, "orders"));
        assertEquals(2, value(ObjectPoolMeters.CAPACITY, "orders"));
        assertEquals(2, value(ObjectPoolMeters.EXHAUSTED, "orders"));
        assertEquals(1, value(ObjectPoolMeters.WAITS, "orders"));
        double waited = value(ObjectPoolMeters.WAIT_TIME, "orders");
        assertTrue(waited >= 0.02 && waited < 60, waited + " seconds");
        assertEquals(1 << 20, value(ObjectPoolMeters.LIMIT, "orders"));
        assertEquals(pool.stats().memory().reservedBytes(), value(ObjectPoolMeters.RESERVED, "orders"));
        String scrape = registry.scrape();
        assertTrue(scrape.contains("ashlar_object_pool_acquired_total{name=\"orders\"} 2.0"), scrape);
        assertTrue(scrape.contains("ashlar_object_pool_wait_time_seconds_total{name=\"orders\"}"), scrape);
        second.release();
        metrics.close();
        assertTrue(registry.getMeters().isEmpty());
        pool.close();
    }

    @Test
    void whereOnlyTheMemoryCountsTheCapacityIsInfinite() {
        ObjectPool<Order> pool = ObjectPool.builder(SCHEMA, Order::new).build();
        try (ObjectPoolMetrics metrics = new ObjectPoolMetrics(pool)) {
            metrics.bindTo(registry);
            assertEquals(Double.POSITIVE_INFINITY, value(ObjectPoolMeters.CAPACITY, "Order"));
        }
        pool.close();
    }
}
