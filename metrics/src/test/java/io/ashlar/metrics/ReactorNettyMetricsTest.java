// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultEventLoop;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReactorNettyMetricsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private double value(String name) {
        return registry.get("reactor.netty.bytebuf.allocator." + name)
                .tags("id", "edge", "type", "direct")
                .gauge()
                .value();
    }

    @Test
    void boardsOfReactorNettyShowTheFigures() throws Exception {
        AshlarByteBufAllocator allocator =
                AshlarByteBufAllocator.builder().name("edge").limit(64 << 20).build();
        DefaultEventLoop loop = new DefaultEventLoop();
        try (ReactorNettyMetrics metrics = new ReactorNettyMetrics(allocator)) {
            metrics.bindTo(registry);
            ByteBuf direct = loop.submit(() -> allocator.directBuffer(1000)).get();
            ByteBuf heap = allocator.heapBuffer(200);
            assertEquals(1024, value("active.direct.memory"));
            assertEquals(224, value("active.heap.memory"));
            assertEquals(allocator.stats().reservedBytes(), value("used.direct.memory"));
            assertEquals(allocator.metric().usedHeapMemory(), value("used.heap.memory"));
            assertTrue(value("used.direct.memory") >= 1024);
            assertEquals(1, value("direct.arenas"));
            assertEquals(0, value("heap.arenas"));
            direct.release();
            heap.release();
            assertEquals(0, value("active.direct.memory"));
        }
        assertTrue(registry.getMeters().isEmpty());
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        allocator.close();
    }
}
