// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.pool.PressureStats;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

    /** What is left above the marks is the parent's: a child's channels have no turns when others have used half of it. */
    @Test
    void noChannelOfAChildHasATurnWhereTheParentHasNoRoomForIt() {
        AshlarByteBufAllocator parent = builder().watermarks(2 * MIB, 4 * MIB).build();
        AshlarByteBufAllocator child = parent.child("tenant", 8 * MIB);
        List<Runnable> tasks = new ArrayList<>();
        ReadGate gate = ReadGate.of(
                child.direct().memory(), List.of(parent.direct().memory()), (task, delay, unit) -> tasks.add(task));
        AtomicInteger reads = new AtomicInteger();
        EmbeddedChannel channel = new EmbeddedChannel(new ChannelOutboundHandlerAdapter() {
            @Override
            public void read(ChannelHandlerContext ctx) {
                reads.incrementAndGet();
            }
        });
        channel.pipeline().addLast(new MemoryPressureHandler(gate));
        ByteBuf most = parent.directBuffer(11 * MIB);
        assertTrue(child.isUnderPressure());
        channel.read();
        reads.set(0);
        for (int tick = 0; tick < 20; tick++) {
            List<Runnable> due = new ArrayList<>(tasks);
            tasks.clear();
            due.forEach(Runnable::run);
            channel.runPendingTasks();
        }
        assertEquals(0, reads.get(), "more than half of 4 to 16 MiB is used");
        most.release();
        ByteBuf less = parent.directBuffer(5 * MIB);
        assertTrue(child.isUnderPressure());
        for (int tick = 0; tick < 20; tick++) {
            List<Runnable> due = new ArrayList<>(tasks);
            tasks.clear();
            due.forEach(Runnable::run);
            channel.runPendingTasks();
        }
        assertTrue(reads.get() > 0, "there is room for a turn");
        less.release();
        channel.finishAndReleaseAll();
        parent.close();
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
