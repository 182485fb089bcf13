// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** {@link MemorySource#wrap(ByteBuffer)} of direct memory. */
final class WrappedMemorySourceTest extends MemorySourceContract {

    @Override
    MemorySource newSource() {
        return MemorySource.wrap(ByteBuffer.allocateDirect(ROOM));
    }

    @Override
    String kind() {
        return "wrap";
    }

    @Override
    boolean servesManyAtOnce() {
        return false;
    }

    @Test
    void aSecondRegionIsRefusedWhileOneIsOut() {
        MemorySource source = newSource();
        MemoryRegion first = source.acquire(Layout.ofSize(100));
        assertNull(source.tryAcquire(Layout.ofSize(1)));
        AllocationException refused = assertThrows(AllocationException.class, () -> source.acquire(Layout.ofSize(1)));
        assertTrue(refused.getMessage().contains("reserved=100"), refused::getMessage);
        first.close();
        try (MemoryRegion second = source.acquire(Layout.ofSize(ROOM))) {
            assertEquals(ROOM, second.size());
        }
    }

    @Test
    void oneOfManyRacingThreadsGetsIt() {
        MemorySource source = newSource();
        for (int round = 0; round < 100; round++) {
            AtomicInteger winners = new AtomicInteger();
            MemoryRegion[] won = new MemoryRegion[8];
            Racers.race(8, thread -> {
                won[thread] = source.tryAcquire(Layout.ofSize(50));
                if (won[thread] != null) {
                    winners.incrementAndGet();
                }
            });
            assertEquals(1, winners.get());
            for (MemoryRegion region : won) {
                if (region != null) {
                    region.close();
                }
            }
        }
        assertEquals(0, source.reserved());
    }

    @Test
    void moreThanTheMemoryIsNull() {
        MemorySource source = MemorySource.wrap(ByteBuffer.allocate(1000));
        assertEquals(1000, source.limit());
        assertNull(source.tryAcquire(Layout.ofSize(1001)));
        assertEquals(0, source.reserved());
        MemoryRegion whole = source.tryAcquire(Layout.ofSize(1000));
        assertNotNull(whole);
        whole.close();
    }

    @Test
    void closingLeavesTheMemoryToItsOwner() {
        ByteBuffer memory = ByteBuffer.allocateDirect(4096).order(ByteOrder.LITTLE_ENDIAN);
        memory.position(96).limit(4000);
        MemorySource source = MemorySource.wrap(memory);
        try (MemoryRegion region = source.acquire(Layout.ofSize(3904))) {
            region.buffer().putInt(0, 0x01020304);
            region.buffer().put(3903, (byte) 9);
            assertEquals(ByteOrder.BIG_ENDIAN, region.buffer().order());
        }
        assertEquals(0x04030201, memory.getInt(96));
        assertEquals(9, memory.get(3999));
        assertEquals(96, memory.position());
        assertEquals(4000, memory.limit());
        assertEquals(0, memory.get(95));
        memory.clear();
        assertEquals(0, memory.get(4000));
    }

    @Test
    void thePaddingForAnAlignmentComesOutOfTheMemory() {
        ByteBuffer memory = ByteBuffer.allocateDirect(64 * 3 + 1);
        int misaligned = (int) (-JdkInternals.address(memory) & 63) + 1;
        memory.position(misaligned);
        int aligned = memory.remaining() - 63;
        MemorySource source = MemorySource.wrap(memory);
        assertNull(source.tryAcquire(new Layout(aligned + 1, 64)));
        try (MemoryRegion region = source.acquire(new Layout(aligned, 64))) {
            assertEquals(0, region.address() % 64);
            region.buffer().put(aligned - 1, (byte) 5);
            assertEquals(5, memory.get(memory.limit() - 1));
        }
    }

    @Test
    void anArrayCanBeWrapped() {
        byte[] array = new byte[64];
        MemorySource source = MemorySource.wrap(ByteBuffer.wrap(array, 10, 20));
        assertEquals(20, source.limit());
        try (MemoryRegion region = source.acquire(new Layout(20, 4))) {
            assertEquals(MemoryRegion.NO_ADDRESS, region.address());
            assertFalse(region.buffer().isDirect());
            fill(region, (byte) 1);
        }
        for (int at = 0; at < array.length; at++) {
            assertEquals(at >= 10 && at < 30 ? 1 : 0, array[at], "at " + at);
        }
    }

    @Test
    void memoryThatCannotBeUsedIsRefused() {
        ByteBuffer readOnly = ByteBuffer.allocate(10).asReadOnlyBuffer();
        ByteBuffer empty = ByteBuffer.allocate(10).position(10);
        AllocatorConfigException one = assertThrows(AllocatorConfigException.class, () -> MemorySource.wrap(readOnly));
        assertTrue(one.getMessage().contains("read-only"), one::getMessage);
        AllocatorConfigException other = assertThrows(AllocatorConfigException.class, () -> MemorySource.wrap(empty));
        assertTrue(other.getMessage().contains("no bytes"), other::getMessage);
    }
}
