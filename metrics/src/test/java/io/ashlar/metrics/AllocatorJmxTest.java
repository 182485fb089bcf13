// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.netty.MemoryPressureHandler;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.management.ManagementFactory;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AllocatorJmxTest {

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final AshlarByteBufAllocator allocator = AshlarByteBufAllocator.builder()
            .name("edge, \"eu\": *?")
            .limit(64 << 20)
            .build();

    @AfterEach
    void closeAllocator() {
        allocator.close();
    }

    @Test
    void figuresAndOperationsAreThere() throws Exception {
        ByteBuf buf = allocator.directBuffer(1000);
        ObjectName name;
        try (AllocatorJmx jmx = new AllocatorJmx(allocator)) {
            name = jmx.objectName();
            assertEquals("edge, \"eu\": *?", server.getAttribute(name, "Name"));
            assertEquals(1000L, server.getAttribute(name, "RequestedBytes"));
            assertEquals(1024L, server.getAttribute(name, "UsedBytes"));
            assertEquals(allocator.stats().reservedBytes(), server.getAttribute(name, "ReservedBytes"));
            assertEquals(64L << 20, server.getAttribute(name, "LimitBytes"));
            assertEquals(1L, server.getAttribute(name, "Outstanding"));
            assertEquals(0L, server.getAttribute(name, "Failures"));
            assertEquals(1L, server.getAttribute(name, "Allocations"));
            assertEquals(0L, server.getAttribute(name, "Frees"));
            assertEquals(0L, server.getAttribute(name, "RemoteFrees"));
            assertEquals(4096L - 1024, server.getAttribute(name, "CachedBytes"));
            assertEquals(allocator.stats().reservedBytes(), server.getAttribute(name, "PeakReservedBytes"));
            String dump = (String) server.invoke(name, "dump", new Object[0], new String[0]);
            assertTrue(dump.contains("1024 B          1 out"), dump);
            buf.release();
            long before = slabBytes();
            server.invoke(name, "trim", new Object[0], new String[0]);
            assertTrue(before > 0);
            assertEquals(0, slabBytes());
        }
        assertFalse(server.isRegistered(name));
    }

    @Test
    void limitsAndPressureAreThere() throws Exception {
        AshlarByteBufAllocator child = allocator
                .childBuilder("tenant")
                .limit(8 << 20)
                .reservation(2 << 20)
                .watermarks(1 << 20, 4 << 20)
                .fallBackToHeap(true)
                .build();
        try (AllocatorJmx jmx = new AllocatorJmx(allocator);
                AllocatorJmx jmxOfChild = new AllocatorJmx(child)) {
            ObjectName parents = jmx.objectName();
            ObjectName childs = jmxOfChild.objectName();
            assertEquals(false, server.getAttribute(childs, "UnderPressure"));
            ByteBuf buf = child.directBuffer(4 << 20);
            Thread.sleep(5);
            EmbeddedChannel paused = new EmbeddedChannel(new MemoryPressureHandler(child));
            ByteBuf onHeap = child.buffer(5 << 20);
            assertEquals(true, server.getAttribute(childs, "UnderPressure"));
            assertEquals(false, server.getAttribute(parents, "UnderPressure"));
            assertEquals(1L << 20, server.getAttribute(childs, "LowWatermarkBytes"));
            assertEquals(4L << 20, server.getAttribute(childs, "HighWatermarkBytes"));
            assertEquals(1L, server.getAttribute(childs, "PressureTimes"));
            assertEquals(0L, server.getAttribute(parents, "PressureTimes"));
            assertTrue((Long) server.getAttribute(childs, "PressureMillis") >= 5);
            assertEquals(1, server.getAttribute(childs, "PausedChannels"));
            assertEquals(1L, server.getAttribute(childs, "HeapFallbacks"));
            assertEquals(0L, server.getAttribute(parents, "HeapFallbacks"));
            assertEquals(2L << 20, server.getAttribute(childs, "ReservationBytes"));
            assertEquals(4L << 20, server.getAttribute(childs, "HeadroomBytes"));
            assertEquals(60L << 20, server.getAttribute(parents, "HeadroomBytes"));
            assertEquals(4L << 20, server.getAttribute(parents, "ChildrenBytes"));
            assertEquals(0L, server.getAttribute(parents, "DiscardedBytes"));
            paused.close();
            onHeap.release();
            buf.release();
        }
        child.close();
    }

    private long slabBytes() {
        return allocator.sizeClassStats().stream()
                .mapToLong(each -> each.slabBytes())
                .sum();
    }

    @Test
    void twoOfOneNameAreRefused() {
        AllocatorJmx first = new AllocatorJmx(allocator);
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> new AllocatorJmx(allocator, server));
        assertTrue(refused.getMessage().contains("name=edge, \"eu\""), refused.getMessage());
        assertTrue(server.isRegistered(first.objectName()));
        first.close();
        first.close();
        new AllocatorJmx(allocator).close();
    }
}
