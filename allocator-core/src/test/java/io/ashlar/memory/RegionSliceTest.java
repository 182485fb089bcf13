// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@link MemoryRegion#slice(int, int)}. */
final class RegionSliceTest {

    private final MemoryRegion whole = MemorySource.direct().acquire(new Layout(10_000, 4096));

    @AfterEach
    void close() {
        whole.close();
    }

    @Test
    void itBeginsAtItsOffset() {
        MemoryRegion part = whole.slice(96, 500);
        assertEquals(500, part.size());
        assertEquals(whole.address() + 96, part.address());
        assertEquals(500, part.buffer().capacity());
        assertEquals(0, part.buffer().position());
        assertEquals(ByteOrder.BIG_ENDIAN, part.buffer().order());
        assertSame(part.buffer(), part.buffer());
        part.buffer().put(499, (byte) 8);
        assertEquals(8, whole.buffer().get(595));
        assertThrows(IndexOutOfBoundsException.class, () -> part.buffer().get(500));
    }

    @Test
    void itsAlignmentIsThatOfItsFirstByte() {
        assertEquals(4096, whole.slice(0, 1).alignment());
        assertEquals(32, whole.slice(96, 1).alignment());
        assertEquals(1, whole.slice(97, 1).alignment());
        assertEquals(4096, whole.slice(8192, 1).alignment());
        assertEquals(64, whole.slice(32, 200).slice(32, 100).address() % 4096);
        assertEquals(
                32, whole.slice(32, 200).slice(32, 100).alignment(), "no promise beyond that of the part it is of");
    }

    @Test
    void aPartThatReachesOutIsRefused() {
        assertThrows(IndexOutOfBoundsException.class, () -> whole.slice(-1, 10));
        assertThrows(IndexOutOfBoundsException.class, () -> whole.slice(0, 10_001));
        assertThrows(IndexOutOfBoundsException.class, () -> whole.slice(9_999, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> whole.slice(10, -1));
        assertThrows(IndexOutOfBoundsException.class, () -> whole.slice(Integer.MAX_VALUE, Integer.MAX_VALUE));
        assertThrows(IndexOutOfBoundsException.class, () -> whole.slice(10, 100).slice(50, 51));
    }

    @Test
    void closingItClosesItAlone() {
        MemoryRegion part = whole.slice(0, 100);
        MemoryRegion other = whole.slice(0, 100);
        part.close();
        part.close();
        assertTrue(part.isClosed());
        IllegalStateException refused = assertThrows(IllegalStateException.class, part::buffer);
        assertTrue(refused.getMessage().contains("offset=0, size=100"), refused::getMessage);
        assertFalse(other.isClosed());
        assertFalse(whole.isClosed());
        other.buffer().put(0, (byte) 1);
    }

    @Test
    void itEndsWithTheWhole() {
        MemoryRegion part = whole.slice(0, 100);
        MemoryRegion partOfPart = part.slice(10, 10);
        part.buffer();
        whole.close();
        assertTrue(part.isClosed());
        assertTrue(partOfPart.isClosed());
        IllegalStateException refused = assertThrows(IllegalStateException.class, part::buffer);
        assertTrue(refused.getMessage().contains("ended with the region"), refused::getMessage);
        assertThrows(IllegalStateException.class, partOfPart::address);
    }
}
