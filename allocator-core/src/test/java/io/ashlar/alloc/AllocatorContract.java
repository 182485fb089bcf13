// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocationException.Reason;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;

/**
 * What holds for every allocator, however it was built. All of it runs on memory that cannot be read or written, which
 * proves that the allocators do neither.
 */
abstract class AllocatorContract {

    @RegisterExtension
    final AllocatorChecks checks = new AllocatorChecks();

    private Allocator allocator;

    /** An allocator that can hand out at least four blocks of {@link #size()} bytes, on blind memory. */
    abstract Allocator create();

    /** A size, at least 16, of which at least four blocks can be had, aligned to 4. */
    abstract int size();

    /** How many blocks of {@link #size()} bytes there are room for. */
    abstract int capacity();

    @BeforeEach
    final void createAllocator() {
        allocator = checks.watch(create());
    }

    private List<Integer> allocateAll() {
        List<Integer> offsets = new ArrayList<>();
        for (int offset = allocator.tryAllocate(size(), 4);
                offset != Allocator.EXHAUSTED;
                offset = allocator.tryAllocate(size(), 4)) {
            offsets.add(offset);
        }
        return offsets;
    }

    @Test
    void isOpenAndEmptyAtFirst() {
        assertFalse(allocator.isClosed());
        assertEquals(0, allocator.outstanding());
        assertTrue(allocator.available() >= capacity() * size(), allocator::toString);
        assertFalse(allocator.name().isBlank());
        assertTrue(allocator.toString().contains(allocator.name()));
        assertSame(allocator.region(), allocator.region());
    }

    @Test
    void blocksAreAlignedDisjointAndWithinTheManagedMemory() {
        List<Integer> offsets = allocateAll();
        assertEquals(capacity(), offsets.size());
        assertEquals(capacity(), allocator.outstanding());
        Collections.sort(offsets);
        int end = 0;
        for (int offset : offsets) {
            assertEquals(0, offset % 4);
            assertTrue(offset >= end, "blocks overlap: " + offsets);
            end = offset + size();
            assertTrue(allocator.contains(offset) && allocator.contains(end - 1));
        }
        assertTrue(end <= allocator.region().size());
    }

    @Test
    void exhaustionIsAValueOrAnExceptionThatSaysWhy() {
        allocateAll();
        int available = allocator.available();
        assertEquals(Allocator.EXHAUSTED, allocator.tryAllocate(Layout.ofSize(size())));
        AllocationException e =
                assertThrows(AllocationException.class, () -> allocator.allocate(Layout.ofSize(size())));
        assertEquals(Reason.EXHAUSTED, e.reason());
        assertEquals(allocator.name(), e.allocator());
        assertEquals(size(), e.requested());
        assertEquals(available, e.available());
        assertTrue(e.getMessage().contains(allocator.name()), e::getMessage);
        assertEquals(capacity(), allocator.outstanding());
    }

    @Test
    void whatCanNeverBeServedIsRefusedWithItsReason() {
        int tooLarge = allocator.region().size() + 1;
        assertEquals(Allocator.EXHAUSTED, allocator.tryAllocate(tooLarge, 1));
        assertEquals(Allocator.EXHAUSTED, allocator.tryAllocate(Integer.MAX_VALUE, 1));
        assertEquals(Allocator.EXHAUSTED, allocator.tryAllocate(Integer.MAX_VALUE, 1 << 30));
        Layout large = Layout.ofSize(tooLarge);
        assertEquals(
                Reason.TOO_LARGE,
                assertThrows(AllocationException.class, () -> allocator.allocate(large))
                        .reason());
        assertEquals(0, allocator.outstanding());
    }

    @Test
    void allocateReturnsWhatTryAllocateWould() {
        int offset = allocator.allocate(new Layout(size(), 4));
        assertTrue(allocator.contains(offset));
        assertEquals(1, allocator.outstanding());
        allocator.deallocate(offset);
        assertEquals(offset, allocator.tryAllocate(new Layout(size(), 4)));
    }

    @Test
    void allMemoryComesBackInWhateverOrderBlocksAreReleased() {
        int available = allocator.available();
        Random random = new Random(5);
        for (int round = 0; round < 20; round++) {
            List<Integer> offsets = allocateAll();
            assertEquals(capacity(), offsets.size());
            if (round == 1) {
                Collections.reverse(offsets);
            } else if (round > 1) {
                Collections.shuffle(offsets, random);
            }
            for (int offset : offsets) {
                allocator.deallocate(offset);
                allocator.checkInvariants();
            }
            assertEquals(0, allocator.outstanding());
            assertEquals(available, allocator.available());
        }
    }

    @Test
    void aBlockIsReleasedOnce() {
        int kept = allocator.tryAllocate(size(), 4);
        int offset = allocator.tryAllocate(size(), 4);
        allocator.deallocate(offset);
        int available = allocator.available();
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> allocator.deallocate(offset));
        assertMessage(e, allocator.name(), "offset=" + offset, "released twice");
        assertEquals(1, allocator.outstanding());
        assertEquals(available, allocator.available());
        allocator.deallocate(kept);
        assertThrows(IllegalArgumentException.class, () -> allocator.deallocate(kept));
        assertEquals(0, allocator.outstanding());
    }

    @Test
    void foreignOffsetsAreRefusedAndChangeNothing() {
        int offset = allocator.tryAllocate(size(), 4);
        int available = allocator.available();
        List<Integer> foreign = new ArrayList<>(List.of(
                -1,
                -size(),
                Integer.MIN_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE & -size(),
                allocator.region().size(),
                allocator.region().size() + size()));
        for (int inside = 1; inside < size(); inside++) {
            foreign.add(offset + inside);
        }
        for (int each : foreign) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> allocator.deallocate(each), "offset=" + each);
            assertMessage(e, allocator.name(), "offset=" + each);
            allocator.checkInvariants();
        }
        assertEquals(1, allocator.outstanding());
        assertEquals(available, allocator.available());
        allocator.deallocate(offset);
    }

    @Test
    void senselessRequestsAreRefusedAndChangeNothing() {
        int available = allocator.available();
        for (int size : new int[] {-1, -size(), Integer.MIN_VALUE}) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> allocator.tryAllocate(size, 1));
            assertMessage(e, allocator.name(), "size=" + size, "negative");
        }
        for (int align : new int[] {0, -1, 3, 12, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> allocator.tryAllocate(size(), align));
            assertMessage(e, allocator.name(), "align=" + align, "power of two");
        }
        assertEquals(0, allocator.outstanding());
        assertEquals(available, allocator.available());
    }

    @Test
    void containsOnlyWhatItManages() {
        assertFalse(allocator.contains(-1));
        assertFalse(allocator.contains(Integer.MIN_VALUE));
        assertFalse(allocator.contains(Integer.MAX_VALUE));
        assertFalse(allocator.contains(allocator.region().size()));
    }

    @Test
    void nothingButItsNameCanBeHadAfterClosing() {
        int offset = allocator.tryAllocate(size(), 4);
        MemorySource source = allocator.asSource();
        String name = allocator.name();
        allocator.close();
        allocator.close();
        assertTrue(allocator.isClosed());
        assertEquals(name, allocator.name());
        assertTrue(allocator.toString().contains(name));
        List<Executable> uses = List.of(
                () -> allocator.tryAllocate(size(), 4),
                () -> allocator.tryAllocate(0, 1),
                () -> allocator.tryAllocate(Layout.ofSize(size())),
                () -> allocator.allocate(Layout.ofSize(size())),
                () -> allocator.deallocate(offset),
                () -> allocator.deallocate(-1),
                () -> allocator.contains(offset),
                allocator::outstanding,
                allocator::available,
                allocator::region,
                allocator::asSource,
                allocator::checkInvariants,
                () -> source.tryAcquire(Layout.ofSize(size())));
        for (int i = 0; i < uses.size(); i++) {
            IllegalStateException e = assertThrows(IllegalStateException.class, uses.get(i), "use " + i);
            assertMessage(e, name, "closed");
        }
    }

    @Test
    void isItselfASourceOfRegions() {
        MemorySource source = allocator.asSource();
        int available = allocator.available();
        List<MemoryRegion> regions = new ArrayList<>();
        for (int i = 0; i < capacity(); i++) {
            MemoryRegion region = source.acquire(new Layout(size(), 4));
            assertEquals(size(), region.size());
            assertFalse(region.isClosed());
            regions.add(region);
        }
        assertEquals(capacity(), allocator.outstanding());
        assertEquals((long) capacity() * size(), source.reserved());
        assertTrue(source.limit() >= source.reserved());
        assertNull(source.tryAcquire(new Layout(size(), 4)));
        assertThrows(AllocationException.class, () -> source.acquire(new Layout(size(), 4)));
        for (MemoryRegion region : regions) {
            region.close();
            region.close();
            assertTrue(region.isClosed());
            assertThrows(IllegalStateException.class, region::address);
        }
        assertEquals(0, source.reserved());
        assertEquals(0, allocator.outstanding());
        assertEquals(available, allocator.available());
        assertThrows(IllegalArgumentException.class, () -> source.tryAcquire(Layout.ofSize(0)));
    }

    @Test
    void regionsOfAClosedAllocatorCloseQuietly() {
        MemoryRegion region = allocator.asSource().acquire(Layout.ofSize(size()));
        allocator.close();
        region.close();
        assertTrue(region.isClosed());
    }

    @Test
    void anotherAllocatorCanStandOnABlock() {
        Slab inner = checks.watch(Slab.create(allocator.asSource(), 4, size() / 4));
        assertEquals(1, allocator.outstanding());
        assertNotEquals(Allocator.EXHAUSTED, inner.tryAllocateBlock());
        inner.close();
        assertEquals(0, allocator.outstanding());
    }

    @Test
    void twoAllocatorsDoNotTakeEachOthersBlocks() {
        Allocator other = checks.watch(create());
        int offset = allocator.tryAllocate(size(), 4);
        assertThrows(IllegalArgumentException.class, () -> other.deallocate(offset));
        assertEquals(0, other.outstanding());
    }

    static void assertMessage(Throwable e, String... parts) {
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), () -> "\"" + part + "\" is missing in: " + e.getMessage());
        }
    }
}
