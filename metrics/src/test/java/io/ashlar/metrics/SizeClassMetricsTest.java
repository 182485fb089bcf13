// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.Block;
import io.ashlar.pool.MemoryPool;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SizeClassMetricsTest {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private double value(SizeClassMeters meter, String sizeClass) {
        Meter found = registry.get(meter.getName())
                .tags("name", "edge", "size.class", sizeClass)
                .meter();
        return found instanceof Gauge gauge ? gauge.value() : ((FunctionCounter) found).count();
    }

    /** Dashboards and alert rules of users depend on these names: a change here breaks them. */
    @Test
    void theNamesAreThese() {
        assertEquals(
                List.of(
                        "ashlar.allocator.size.class.outstanding",
                        "ashlar.allocator.size.class.allocations",
                        "ashlar.allocator.size.class.frees",
                        "ashlar.allocator.size.class.slabs",
                        "ashlar.allocator.size.class.occupancy"),
                Arrays.stream(SizeClassMeters.values())
                        .map(SizeClassMeters::getName)
                        .toList());
    }

    @Test
    void eachClassHasItsFigures() {
        AshlarByteBufAllocator allocator =
                AshlarByteBufAllocator.builder().name("edge").limit(64 << 20).build();
        SizeClassMetrics metrics = new SizeClassMetrics(allocator);
        metrics.bindTo(registry);
        List<ByteBuf> buffers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            buffers.add(allocator.directBuffer(1000));
        }
        buffers.add(allocator.directBuffer(200));
        allocator.directBuffer(200).release();
        assertEquals(10, value(SizeClassMeters.OUTSTANDING, "1024"));
        assertEquals(1, value(SizeClassMeters.OUTSTANDING, "224"));
        assertEquals(0, value(SizeClassMeters.OUTSTANDING, "256"));
        assertEquals(2, value(SizeClassMeters.ALLOCATIONS, "224"));
        assertEquals(1, value(SizeClassMeters.FREES, "224"));
        double slabs = value(SizeClassMeters.SLABS, "1024");
        assertTrue(slabs >= 10 * 1024, slabs + " bytes");
        assertEquals(10 * 1024 / slabs, value(SizeClassMeters.OCCUPANCY, "1024"), 1e-9);
        String scrape = registry.scrape();
        assertTrue(
                scrape.contains(
                        "ashlar_allocator_size_class_outstanding_buffers{name=\"edge\",size_class=\"1024\"} 10.0"),
                scrape);
        buffers.forEach(ByteBuf::release);
        allocator.close();
        metrics.close();
        assertTrue(registry.getMeters().isEmpty());
    }

    @Test
    void aPoolOfOnesOwnHasThemToo() {
        try (MemoryPool<Block> pool =
                        MemoryPool.builder(Block::new).name("edge").build();
                SizeClassMetrics metrics = new SizeClassMetrics(pool, Tags.of("zone", "a", "name", "not this"))) {
            metrics.bindTo(registry);
            assertEquals(
                    pool.sizeClassStats().size() * SizeClassMeters.values().length,
                    registry.getMeters().size());
            Block block = Block.allocate(pool, 1000);
            assertEquals(
                    1,
                    registry.get("ashlar.allocator.size.class.outstanding")
                            .tags("zone", "a", "name", "edge", "size.class", "1024")
                            .gauge()
                            .value());
            block.release();
        }
    }
}
