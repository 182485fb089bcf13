// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.pool.PressureStats;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an allocator says about the pressure of its direct buffers. */
class AllocatorPressureTest {

    private static final int MIB = 1 << 20;

    private static AllocatorBuilder builder() {
        return AshlarByteBufAllocator.builder().limit(16 * MIB);
    }

    @Test
    void directBuffersCountAndHeapBuffersDoNot() throws Exception {
        try (AshlarByteBufAllocator alloc = builder().watermarks(MIB, 2 * MIB).build()) {
            BlockingQueue<Boolean> told = new LinkedBlockingQueue<>();
            alloc.onPressure(told::add);
            ByteBuf heap = alloc.heapBuffer(4 * MIB);
            assertFalse(alloc.isUnderPressure());
            ByteBuf direct = alloc.directBuffer(2 * MIB);
            assertTrue(alloc.isUnderPressure());
            assertEquals(true, told.poll(30, TimeUnit.SECONDS));
            CompletableFuture<Void> below = alloc.whenBelow();
            assertFalse(below.isDone());
            direct.release();
            below.get(30, TimeUnit.SECONDS);
            assertEquals(false, told.poll(30, TimeUnit.SECONDS));
            PressureStats stats = alloc.pressureStats();
            assertEquals(new PressureStats(false, 0, MIB, 2 * MIB, 16 * MIB, 1, stats.totalNanos()), stats);
            heap.release();
        }
    }

    @Test
    void channelsThatDoNotReadAreCounted() throws Exception {
        try (AshlarByteBufAllocator alloc = builder().watermarks(MIB, 2 * MIB).build()) {
            assertEquals(0, alloc.pausedChannels());
            List<EmbeddedChannel> channels = List.of(new EmbeddedChannel(), new EmbeddedChannel());
            ByteBuf direct = alloc.directBuffer(2 * MIB);
            for (EmbeddedChannel channel : channels) {
                channel.pipeline().addLast(new MemoryPressureHandler(alloc));
            }
            assertEquals(2, alloc.pausedChannels());
            channels.get(0).close();
            assertEquals(1, alloc.pausedChannels());
            direct.release();
            for (int i = 0; i < 30_000 && alloc.pausedChannels() > 0; i++) {
                channels.get(1).runPendingTasks();
                Thread.sleep(1);
            }
            assertEquals(0, alloc.pausedChannels());
            channels.get(1).close();
        }
    }

    @Test
    void marksThatMakeNoSenseAreRefused() {
        String message = assertThrows(
                        AllocatorConfigException.class,
                        () -> builder().watermarks(5, 5).build())
                .getMessage();
        assertTrue(message.contains("low=5 high=5"), message);
    }
}
