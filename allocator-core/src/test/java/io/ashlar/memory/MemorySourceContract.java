// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every source of memory promises. One subclass for each source. */
abstract class MemorySourceContract {

    /** The most bytes, padding for the alignment included, that a test here has out at once. */
    static final int ROOM = 4 << 20;

    /** A new source that can hand out at least {@link #ROOM} bytes. */
    abstract MemorySource newSource();

    /** Its kind. */
    abstract String kind();

    /** Whether its regions have a native address. */
    boolean hasAddress() {
        return true;
    }

    /** Whether it can have more than one region out. */
    boolean servesManyAtOnce() {
        return true;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 4095, 4096, 4097, 65_536, 1_048_575, 1_048_576})
    void aRegionIsExactlyAsLargeAsAsked(int size) {
        MemorySource source = newSource();
        try (MemoryRegion region = source.acquire(Layout.ofSize(size))) {
            ByteBuffer buffer = region.buffer();
            assertAll(
                    () -> assertEquals(size, region.size()),
                    () -> assertEquals(size, buffer.capacity()),
                    () -> assertEquals(size, buffer.limit()),
                    () -> assertEquals(0, buffer.position()),
                    () -> assertEquals(size, source.reserved()),
                    () -> assertEquals(ByteOrder.BIG_ENDIAN, buffer.order()),
                    () -> assertFalse(buffer.isReadOnly()),
                    () -> assertEquals(hasAddress(), buffer.isDirect()),
                    () -> assertSame(buffer, region.buffer()));
            buffer.put(0, (byte) 17);
            buffer.put(size - 1, (byte) 42);
            assertEquals(42, buffer.get(size - 1));
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.put(size, (byte) 1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8, 16, 64, 4096, 8192, 65_536, 1 << 20, 2 << 20})
    void theFirstByteIsAligned(int align) {
        MemorySource source = newSource();
        try (MemoryRegion region = source.acquire(new Layout(10_000, align))) {
            assertTrue(region.alignment() >= align, region::toString);
            assertEquals(10_000, region.size());
            assertEquals(10_000, source.reserved(), "what is lost to the alignment does not count");
            if (hasAddress()) {
                assertEquals(0, region.address() % align, region::toString);
                assertTrue(region.address() != MemoryRegion.NO_ADDRESS);
                assertEquals(region.address(), JdkInternals.address(region.buffer()));
            } else {
                assertEquals(MemoryRegion.NO_ADDRESS, region.address());
            }
            region.buffer().put(9_999, (byte) 1);
        }
    }

    @Test
    void everyByteKeepsWhatWasWritten() {
        try (MemoryRegion region = newSource().acquire(new Layout(1 << 20, 8192))) {
            ByteBuffer buffer = region.buffer();
            for (int at = 0; at < region.size(); at += Long.BYTES) {
                buffer.putLong(at, at * 0x9E3779B97F4A7C15L);
            }
            for (int at = 0; at < region.size(); at += Long.BYTES) {
                assertEquals(at * 0x9E3779B97F4A7C15L, buffer.getLong(at));
            }
        }
    }

    @Test
    void regionsDoNotOverlap() {
        int expected = servesManyAtOnce() ? 16 : 1;
        MemorySource source = newSource();
        List<MemoryRegion> regions = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            MemoryRegion region = source.tryAcquire(Layout.ofSize(20_000));
            if (region != null) {
                fill(region, (byte) i);
                regions.add(region);
            }
        }
        assertEquals(expected, regions.size());
        assertEquals(servesManyAtOnce(), source.servesManyAtOnce());
        assertEquals(servesManyAtOnce(), MemorySource.limited(source, 1).servesManyAtOnce());
        assertEquals(expected * 20_000, source.reserved());
        for (int i = 0; i < expected; i++) {
            for (int at = 0; at < 20_000; at++) {
                assertEquals((byte) i, regions.get(i).buffer().get(at));
            }
        }
        regions.forEach(MemoryRegion::close);
        assertEquals(0, source.reserved());
    }

    @Test
    void zeroBytesAreRefused() {
        MemorySource source = newSource();
        assertThrows(IllegalArgumentException.class, () -> source.tryAcquire(Layout.ofSize(0)));
        assertThrows(IllegalArgumentException.class, () -> source.acquire(new Layout(0, 64)));
        assertEquals(0, source.reserved());
    }

    @Test
    void noRegionIsLongerThanABufferOfASegment() {
        MemorySource source = newSource();
        assertNull(source.tryAcquire(Layout.ofSize(Integer.MAX_VALUE - 7)));
        assertNull(source.tryAcquire(Layout.ofSize(Integer.MAX_VALUE)));
        AllocationException refused =
                assertThrows(AllocationException.class, () -> source.acquire(Layout.ofSize(Integer.MAX_VALUE)));
        assertAll(
                () -> assertEquals(AllocationException.Reason.SOURCE_EXHAUSTED, refused.reason()),
                () -> assertEquals(Integer.MAX_VALUE, refused.requested()),
                () -> assertTrue(refused.getMessage().contains(kind()), refused::getMessage),
                () -> assertEquals(0, source.reserved()));
    }

    @Test
    void reservedCountsOpenRegions() {
        MemorySource source = newSource();
        assertEquals(0, source.reserved());
        for (int round = 0; round < 3; round++) {
            MemoryRegion region = source.acquire(Layout.ofSize(100_001));
            assertEquals(100_001, source.reserved());
            assertTrue(source.limit() >= source.reserved());
            region.close();
            assertEquals(0, source.reserved());
        }
        assertEquals(0, source.fallbacks());
    }

    @Test
    void closingTwiceCountsOnce() {
        MemorySource source = newSource();
        MemoryRegion closed = source.acquire(Layout.ofSize(5_000));
        closed.close();
        try (MemoryRegion open = source.acquire(Layout.ofSize(3_000))) {
            closed.close();
            closed.close();
            assertEquals(3_000, source.reserved());
            assertFalse(open.isClosed());
            open.buffer().put(0, (byte) 1);
        }
        assertEquals(0, source.reserved());
    }

    @Test
    void racingClosersCloseOnce() {
        MemorySource source = newSource();
        for (int round = 0; round < 200; round++) {
            MemoryRegion region = source.acquire(Layout.ofSize(4_096));
            Racers.race(8, thread -> region.close());
            assertTrue(region.isClosed());
            assertEquals(0, source.reserved(), "after round " + round);
        }
    }

    @Test
    void aClosedRegionSaysSo() {
        MemoryRegion region = newSource().acquire(new Layout(5_000, 64));
        assertFalse(region.isClosed());
        assertTrue(region.toString().contains("open"), region::toString);
        region.close();
        assertTrue(region.isClosed());
        for (IllegalStateException refused : List.of(
                assertThrows(IllegalStateException.class, region::buffer),
                assertThrows(IllegalStateException.class, region::address))) {
            assertTrue(refused.getMessage().contains("size=5000"), refused::getMessage);
            assertTrue(refused.getMessage().contains("closed"), refused::getMessage);
        }
        assertEquals(5_000, region.size());
        assertTrue(region.alignment() >= 64);
        assertTrue(region.toString().contains("closed"), region::toString);
    }

    @Test
    void aSliceIsAPartOfItsRegionAndEndsWithIt() {
        MemorySource source = newSource();
        MemoryRegion region = source.acquire(new Layout(64_000, 4096));
        MemoryRegion kept = region.slice(1024, 2048);
        kept.buffer().putInt(0, 0xCAFE);
        assertEquals(0xCAFE, region.buffer().getInt(1024));
        assertEquals(0, region.slice(64_000, 0).size());

        MemoryRegion part = region.slice(4096, 10);
        part.close();
        assertTrue(part.isClosed());
        assertFalse(region.isClosed());
        assertEquals(64_000, source.reserved(), "a slice owns nothing");

        region.close();
        assertTrue(kept.isClosed());
        assertThrows(IllegalStateException.class, kept::buffer);
        assertThrows(IllegalStateException.class, kept::address);
        assertEquals(0, source.reserved());
    }

    @Test
    void anInterruptedThreadGetsMemoryAndStaysInterrupted() {
        MemorySource source = newSource();
        Thread.currentThread().interrupt();
        boolean interrupted;
        MemoryRegion region;
        try {
            region = source.acquire(Layout.ofSize(10_000));
        } finally {
            interrupted = Thread.interrupted();
        }
        try (region) {
            assertTrue(interrupted);
            assertEquals(0, source.fallbacks());
            fill(region, (byte) 3);
        }
    }

    @Test
    void itNamesItsKindAndDescribesItself() {
        MemorySource source = newSource();
        assertEquals(kind(), source.kind());
        try (MemoryRegion region = source.acquire(Layout.ofSize(777))) {
            assertNotNull(region);
            assertTrue(source.toString().contains("reserved=777"), source::toString);
            assertTrue(source.toString().contains(kind()), source::toString);
            assertTrue(region.toString().contains("size=777"), region::toString);
            assertTrue(region.toString().contains(kind()), region::toString);
        }
    }

    static void fill(MemoryRegion region, byte value) {
        ByteBuffer buffer = region.buffer();
        for (int at = 0; at < region.size(); at++) {
            buffer.put(at, value);
        }
    }
}
