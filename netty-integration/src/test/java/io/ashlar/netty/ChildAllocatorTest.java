// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocatorConfigException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Allocators with a limit of their own within that of another. */
class ChildAllocatorTest {

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    private final AshlarByteBufAllocator parent = AshlarByteBufAllocator.builder()
            .name("edge")
            .limit(8 * MIB)
            .regionSize(MIB)
            .build();

    @AfterEach
    void nothingIsLeft() {
        parent.close();
        assertEquals(0, parent.stats().outstanding());
        assertEquals(0, parent.stats().reservedBytes());
        assertEquals(0, parent.heapStats().reservedBytes());
    }

    private static List<ByteBuf> fill(AshlarByteBufAllocator alloc, int size) {
        List<ByteBuf> buffers = new ArrayList<>();
        assertThrows(OutOfPoolMemoryError.class, () -> {
            while (true) {
                buffers.add(alloc.directBuffer(size));
            }
        });
        return buffers;
    }

    private static void releaseAll(List<ByteBuf> buffers) {
        buffers.forEach(ByteBuf::release);
        buffers.clear();
    }

    @Test
    void aChildHasALimitOfItsOwnInTheRegionsOfItsParent() {
        AshlarByteBufAllocator tenant = parent.child("tenant", MIB);
        assertEquals("edge/tenant", tenant.name());
        List<ByteBuf> buffers = fill(tenant, 64 * KIB);
        assertEquals(16, buffers.size());
        assertEquals(MIB, tenant.stats().reservedBytes());
        assertEquals(MIB, parent.stats().childrenBytes());
        assertEquals(MIB, parent.stats().reservedBytes());
        assertEquals(tenant, buffers.get(0).alloc());
        parent.directBuffer(64 * KIB).release();
        releaseAll(buffers);
    }

    @Test
    void theErrorNamesTheAllocatorTheLimitAndWhoHasTheMemory() {
        AshlarByteBufAllocator a = parent.child("a", 8 * MIB);
        AshlarByteBufAllocator b = parent.child("b", 8 * MIB);
        List<ByteBuf> buffers = fill(a, 64 * KIB);
        String message = assertThrows(OutOfPoolMemoryError.class, () -> b.directBuffer(64 * KIB))
                .getMessage();
        for (String part :
                List.of("pool edge/b ", "requested=65536", "parent edge: limit=8388608", "edge/a has 8388608")) {
            assertTrue(message.contains(part), message);
        }
        releaseAll(buffers);
    }

    @Test
    void neitherOfTwoChildrenTakesWhatTheOtherWasPromised() {
        AshlarByteBufAllocator a = parent.childBuilder("a").reservation(3 * MIB).build();
        AshlarByteBufAllocator b = parent.childBuilder("b").reservation(2 * MIB).build();
        List<ByteBuf> ofA = fill(a, 1_000);
        assertEquals(6 * MIB, a.stats().reservedBytes());
        List<ByteBuf> ofB = fill(b, 1_000);
        assertEquals(2 * MIB, b.stats().reservedBytes());
        releaseAll(ofA);
        ofB.addAll(fill(b, 1_000));
        assertEquals(5 * MIB, b.stats().reservedBytes());
        releaseAll(ofB);
    }

    @Test
    void aChildIsClosedByItself() {
        AshlarByteBufAllocator tenant = parent.child("tenant", MIB);
        ByteBuf kept = tenant.directBuffer(100).writeLong(42);
        tenant.close();
        assertThrows(IllegalStateException.class, () -> tenant.directBuffer(1));
        parent.directBuffer(1).release();
        assertEquals(42, kept.readLong());
        assertEquals(1, tenant.stats().outstanding());
        kept.release();
        assertEquals(0, tenant.stats().reservedBytes());
        parent.child("tenant", MIB).directBuffer(1).release(); // the name is free
    }

    @Test
    void closingTheParentClosesItsChildrenOnTheirEventLoops() throws Exception {
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, Transport.CURRENT.handlers());
        EventLoop loop = group.next();
        AshlarByteBufAllocator tenant = parent.child("tenant", MIB);
        loop.submit(() -> tenant.directBuffer(100).release()).sync();
        assertEquals(1, tenant.stats().ownedShards());
        parent.close();
        loop.submit(() -> {}).sync();
        assertEquals(0, tenant.stats().ownedShards());
        assertThrows(IllegalStateException.class, () -> tenant.directBuffer(1));
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    @Test
    void theWholeProcessesAllocatorHasChildrenToo() {
        try (AshlarByteBufAllocator cache = AshlarByteBufAllocator.DEFAULT.child("cache", 64 * KIB)) {
            assertEquals("default/cache", cache.name());
            releaseAll(fill(cache, 500));
        }
        AshlarByteBufAllocator.DEFAULT.directBuffer(1).release();
    }

    @Test
    void whatMakesNoSenseIsRefusedAndLeavesNothingBehind() {
        assertThrows(AllocatorConfigException.class, () -> parent.child("a", 9 * MIB));
        assertThrows(AllocatorConfigException.class, () -> parent.child("a", -1));
        assertThrows(AllocatorConfigException.class, () -> parent.child("", MIB));
        AllocatorConfigException e = assertThrows(
                AllocatorConfigException.class,
                () -> parent.childBuilder("a").regionSize(MIB).build());
        assertTrue(e.getMessage().contains("is a child of edge"), e::getMessage);
        AshlarByteBufAllocator a = parent.child("a", MIB);
        assertThrows(AllocatorConfigException.class, () -> parent.child("a", MIB));
        a.close();
        parent.child("a", MIB);
    }

    // ---- when memory is exhausted

    @Test
    void bufferFallsBackToTheHeapIfItMayAndDirectBufferNeverDoes() {
        AshlarByteBufAllocator tenant = parent.childBuilder("tenant")
                .limit(64 * KIB)
                .preferDirect(true)
                .fallBackToHeap(true)
                .build();
        List<ByteBuf> buffers = fill(tenant, 500);
        assertEquals(0, tenant.heapFallbacks());
        for (ByteBuf each : List.of(tenant.buffer(), tenant.buffer(500), tenant.buffer(500, 1_000))) {
            assertFalse(each.isDirect());
            assertEquals(tenant, each.alloc());
            each.writeLong(42);
            each.release();
        }
        assertEquals(3, tenant.heapFallbacks());
        try (RequestArena arena = RequestArenas.builder(tenant).build().newArena()) {
            arena.begin();
            for (ByteBuf each : List.of(arena.buffer(), arena.buffer(500), arena.buffer(500, 1_000))) {
                assertFalse(each.isDirect());
                each.release();
            }
            assertThrows(OutOfPoolMemoryError.class, () -> arena.directBuffer(500));
            arena.end();
        }
        assertEquals(6, tenant.heapFallbacks());
        assertThrows(OutOfPoolMemoryError.class, () -> tenant.directBuffer(500));
        assertThrows(OutOfPoolMemoryError.class, () -> tenant.ioBuffer(500));
        releaseAll(buffers);
        ByteBuf direct = tenant.buffer(500);
        assertTrue(direct.isDirect());
        direct.release();
        assertEquals(6, tenant.heapFallbacks());
    }

    @Test
    void bufferFailsIfItMayNotFallBack() {
        AshlarByteBufAllocator tenant =
                parent.childBuilder("tenant").limit(64 * KIB).preferDirect(true).build();
        List<ByteBuf> buffers = fill(tenant, 500);
        assertThrows(OutOfPoolMemoryError.class, tenant::buffer);
        assertThrows(OutOfPoolMemoryError.class, () -> tenant.buffer(500));
        assertThrows(OutOfPoolMemoryError.class, () -> tenant.buffer(500, 1_000));
        assertEquals(0, tenant.heapFallbacks());
        releaseAll(buffers);
    }

    @Test
    void theListenerGetsTheFigures() {
        List<AllocationException> told = new ArrayList<>();
        AshlarByteBufAllocator tenant = parent.childBuilder("tenant")
                .limit(64 * KIB)
                .whenExhausted(told::add)
                .build();
        releaseAll(fill(tenant, 500));
        assertEquals(1, told.size());
        assertEquals(500, told.get(0).requested());
        assertEquals("pool edge/tenant", told.get(0).allocator());
    }
}
