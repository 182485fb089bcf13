// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.netty.MemoryPressureHandler;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The meters of pressure beside pressure that the test makes. */
class PressureMetersTest {

    private static final int MIB = 1 << 20;

    private final MeterRegistry registry = new SimpleMeterRegistry();

    private double gauge(String name) {
        return registry.get("ashlar.allocator." + name)
                .tag("name", "edge")
                .gauge()
                .value();
    }

    private double counter(String name) {
        return registry.get("ashlar.allocator." + name)
                .tag("name", "edge")
                .functionCounter()
                .count();
    }

    @Test
    void theyShowWhatThereIs() throws Exception {
        try (AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder()
                .name("edge")
                .limit(16 * MIB)
                .watermarks(MIB, 4 * MIB)
                .build()) {
            new AllocatorMetrics(alloc, MeterLevel.DETAILED).bindTo(registry);
            assertEquals(MIB, gauge("watermark.low"));
            assertEquals(4 * MIB, gauge("watermark.high"));
            assertEquals(0, gauge("pressure"));
            for (int round = 1; round <= 2; round++) {
                ByteBuf buf = alloc.directBuffer(4 * MIB);
                assertEquals(1, gauge("pressure"));
                assertEquals(round, counter("pressure.times"));
                Thread.sleep(2);
                buf.release();
                alloc.whenBelow().get(30, TimeUnit.SECONDS);
                assertEquals(0, gauge("pressure"));
                double seconds = counter("pressure.time");
                assertTrue(seconds >= round * 0.002 && seconds < 60, () -> seconds + " s");
            }
        }
    }

    @Test
    void whatTheMarksAreAboutIsTheWholeFamilys() {
        try (AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder()
                .name("edge")
                .limit(16 * MIB)
                .watermarks(MIB, 4 * MIB)
                .build()) {
            new AllocatorMetrics(alloc, MeterLevel.DETAILED).bindTo(registry);
            AshlarByteBufAllocator child = alloc.child("tenant", 8 * MIB);
            ByteBuf own = alloc.directBuffer(2 * MIB);
            assertEquals(2 * MIB, gauge("pressure.used"));
            ByteBuf its = child.directBuffer(2 * MIB);
            assertEquals(4 * MIB, gauge("pressure.used"));
            assertEquals(2 * MIB, gauge("used"));
            assertEquals(1, gauge("pressure"));
            its.release();
            own.release();
        }
    }

    @Test
    void channelsThatDoNotReadAreCounted() {
        try (AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder()
                .name("edge")
                .limit(16 * MIB)
                .watermarks(MIB, 4 * MIB)
                .build()) {
            new AllocatorMetrics(alloc, MeterLevel.DETAILED).bindTo(registry);
            assertEquals(0, gauge("paused.channels"));
            ByteBuf buf = alloc.directBuffer(4 * MIB);
            EmbeddedChannel channel = new EmbeddedChannel(new MemoryPressureHandler(alloc));
            assertEquals(1, gauge("paused.channels"));
            channel.close();
            assertEquals(0, gauge("paused.channels"));
            buf.release();
        }
    }
}
