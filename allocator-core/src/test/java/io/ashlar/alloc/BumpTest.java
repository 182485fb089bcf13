// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import static io.ashlar.alloc.AllocatorContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocationException.Reason;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BumpTest {

    @RegisterExtension
    final AllocatorChecks checks = new AllocatorChecks();

    private Bump bump(int size, int granularity) {
        return checks.watch(Bump.create(checks.blind(), Layout.ofSize(size), granularity));
    }

    private Bump raw(int size, int granularity) {
        return Bump.over(checks.region(checks.blind(), size, 1), granularity);
    }

    @Test
    void blocksFollowEachOtherUpwardsAtMultiplesOfTheGranularity() {
        Bump bump = checks.watch(Bump.create(checks.blind(), Layout.ofSize(100)));
        assertEquals(Bump.DEFAULT_GRANULARITY, bump.granularity());
        assertEquals(0, bump.tryAllocate(1, 1));
        assertEquals(8, bump.tryAllocate(9, 1));
        assertEquals(24, bump.tryAllocate(8, 4));
        assertEquals(68, bump.available());
        assertEquals(64, bump.tryAllocate(36, 64));
        assertEquals(0, bump.available());
        assertEquals(Allocator.EXHAUSTED, bump.tryAllocate(1, 1));
    }

    @Test
    void withGranularityOneOnlyTheAlignmentCostsBytes() {
        Bump bump = bump(20, 1);
        assertEquals(0, bump.tryAllocate(3, 1));
        assertEquals(3, bump.tryAllocate(2, 1));
        assertEquals(8, bump.tryAllocate(1, 4));
        assertEquals(9, bump.tryAllocate(11, 1));
        assertEquals(0, bump.available());
    }

    @Test
    void theLastBytesCanBeHadAlsoIfTheyAreLessThanAGranule() {
        Bump bump = bump(13, 8);
        assertEquals(0, bump.tryAllocate(8, 1));
        assertEquals(Allocator.EXHAUSTED, bump.tryAllocate(6, 1));
        assertEquals(8, bump.tryAllocate(5, 1));
        bump.deallocate(8);
        bump.deallocate(0);
        assertEquals(0, bump.tryAllocate(13, 1));
    }

    @Test
    void aConfigurationThatMakesNoSenseIsRefusedBeforeAnythingIsObtained() {
        MemorySource source = checks.blind();
        MemoryRegion region = checks.region(checks.blind(), 64, 1);
        assertMessage(
                assertThrows(AllocatorConfigException.class, () -> Bump.create(source, new Layout(0, 8))), "size=0");
        for (int granularity : new int[] {0, -1, 3, 12, Integer.MIN_VALUE}) {
            Layout layout = Layout.ofSize(64);
            AllocatorConfigException e =
                    assertThrows(AllocatorConfigException.class, () -> Bump.create(source, layout, granularity));
            assertMessage(e, "granularity=" + granularity);
            assertThrows(AllocatorConfigException.class, () -> Bump.over(region, granularity));
        }
        Layout huge = Layout.ofSize(Integer.MAX_VALUE);
        assertMessage(
                assertThrows(AllocatorConfigException.class, () -> Bump.create(source, huge, 1)),
                "granularity=1",
                "size=" + Integer.MAX_VALUE);
        assertEquals(0, source.reserved());
    }

    @Test
    void roundingUpDoesNotLeaveTheIntRange() {
        Bump bump = bump(Integer.MAX_VALUE, 1 << 10);
        assertEquals(0, bump.tryAllocate(Integer.MAX_VALUE - 1_000, 1));
        assertEquals(Allocator.EXHAUSTED, bump.tryAllocate(1, 1 << 30));
        assertEquals(Allocator.EXHAUSTED, bump.tryAllocate(1_001, 1));
        bump.deallocate(0);
        assertEquals(0, bump.tryAllocate(1_500_000_000, 1));
        assertEquals(Allocator.EXHAUSTED, bump.tryAllocate(1, 1 << 30));
        assertNotEquals(Allocator.EXHAUSTED, bump.tryAllocate(600_000_000, 1));
        assertFalse(bump.tryGrow(0, Integer.MAX_VALUE));
    }

    @Test
    void whatIsNotServedIsRefusedWithItsReason() {
        Bump bump = bump(100, 8);
        assertEquals(Allocator.EXHAUSTED, bump.tryAllocate(0, 1));
        assertReason(Reason.ZERO_SIZE, bump, new Layout(0, 1));
        assertReason(Reason.TOO_LARGE, bump, new Layout(101, 1));
        bump.tryAllocate(60, 1);
        assertMessage(
                assertReason(Reason.EXHAUSTED, bump, new Layout(37, 1)), "top=64", "outstanding=1", "available=36");
        Bump late = raw(128, 8);
        late.tryAllocate(72, 1);
        Bump rest = checks.watch(late.split().unallocated());
        assertReason(Reason.ALIGNMENT, rest, new Layout(8, 128));
    }

    private static AllocationException assertReason(Reason reason, Bump bump, Layout layout) {
        AllocationException e = assertThrows(AllocationException.class, () -> bump.allocate(layout));
        assertEquals(reason, e.reason());
        return e;
    }

    @Test
    void allMemoryComesBackWithTheLastBlockAndNotBefore() {
        Bump bump = bump(64, 8);
        int a = bump.tryAllocate(16, 1);
        int b = bump.tryAllocate(16, 1);
        int c = bump.tryAllocate(32, 1);
        bump.deallocate(c);
        bump.deallocate(a);
        assertEquals(0, bump.available());
        assertEquals(1, bump.outstanding());
        bump.deallocate(b);
        assertEquals(64, bump.available());
        assertEquals(0, bump.tryAllocate(64, 1));
    }

    @Test
    void aResetTakesEverythingBackAndOldOffsetsAreRefused() {
        Bump bump = bump(1_024, 8);
        // More often than there are epochs, so that the stamps start anew in between.
        for (int round = 0; round < 200; round++) {
            bump.tryAllocate(8 + round % 5 * 8, 1);
            int b = bump.tryAllocate(16, 1);
            bump.reset();
            bump.checkInvariants();
            assertEquals(0, bump.outstanding());
            assertEquals(1_024, bump.available());
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> bump.deallocate(b));
            assertMessage(e, bump.name(), "offset=" + b, "reset");
            int c = bump.tryAllocate(100, 1);
            assertEquals(0, c);
            assertThrows(IllegalArgumentException.class, () -> bump.deallocate(b), "b lies within c now");
            if (round % 3 == 0) {
                bump.deallocate(c);
            }
        }
    }

    /** Whatever the number of epochs is, and also for what lies above the memory used meanwhile. */
    @Test
    void anOldOffsetIsRefusedHoweverManyResetsAgoItWas() {
        Bump bump = bump(1_024, 8);
        bump.tryAllocate(500, 1);
        int old = bump.tryAllocate(8, 1);
        int higher = bump.tryAllocate(8, 1);
        for (int resets = 1; resets <= 300; resets++) {
            bump.reset();
            bump.checkInvariants();
            int across = bump.tryAllocate(1_000, 1);
            assertThrows(IllegalArgumentException.class, () -> bump.deallocate(old));
            assertThrows(IllegalArgumentException.class, () -> bump.deallocate(higher));
            if (resets % 2 == 0) {
                assertTrue(bump.tryResize(across, 8));
            }
        }
    }

    @Test
    void wrongReleasesAreToldApart() {
        Bump bump = bump(128, 8);
        int a = bump.tryAllocate(20, 1);
        int b = bump.tryAllocate(20, 1);
        bump.deallocate(b);
        String name = bump.name();
        assertMessage(refused(bump, b), name, "offset=" + b, "released twice");
        assertMessage(refused(bump, a + 4), name, "offset=" + (a + 4), "not the first byte", "granularity=8");
        assertMessage(refused(bump, a + 8), name, "offset=" + (a + 8), "not the first byte");
        assertMessage(refused(bump, 48), name, "offset=48", "top=48");
        assertMessage(refused(bump, 128), name, "offset=128", "[0, 128)", "another allocator?");
        assertMessage(refused(bump, -8), name, "offset=-8", "another allocator?");
        assertEquals(1, bump.outstanding());
    }

    private static IllegalArgumentException refused(Bump bump, int offset) {
        return assertThrows(IllegalArgumentException.class, () -> bump.deallocate(offset));
    }

    @Test
    void theNewestBlockGrowsWhereItIs() {
        Bump bump = bump(128, 8);
        int a = bump.tryAllocate(10, 1);
        assertTrue(bump.tryGrow(a, 16));
        assertEquals(112, bump.available());
        assertTrue(bump.tryGrow(a, 17));
        assertEquals(104, bump.available());
        assertTrue(bump.tryGrow(a, 5), "a block is never made smaller");
        assertEquals(104, bump.available());
        int b = bump.tryAllocate(8, 1);
        assertFalse(bump.tryGrow(a, 18), "b lies above it");
        assertFalse(bump.tryGrow(a, 1), "how large it is was not kept");
        assertTrue(bump.tryGrow(b, 104));
        assertEquals(0, bump.available());
        assertFalse(bump.tryGrow(b, 105));
        assertFalse(bump.tryGrow(b, Integer.MAX_VALUE));
        bump.deallocate(b);
        assertTrue(bump.tryGrow(a, 100), "b is gone");
        assertEquals(0, bump.available(), "what b had belongs to a now");
        assertTrue(bump.tryResize(a, 100));
        assertEquals(24, bump.available());
        assertThrows(IllegalArgumentException.class, () -> bump.tryGrow(b, 8));
        assertThrows(IllegalArgumentException.class, () -> bump.tryGrow(a, -1));
    }

    @Test
    void theNewestBlockCanBeMadeSmaller() {
        Bump bump = bump(128, 8);
        int a = bump.tryAllocate(10, 1);
        int b = bump.tryAllocate(50, 1);
        assertFalse(bump.tryResize(a, 8));
        assertTrue(bump.tryResize(b, 3));
        assertEquals(104, bump.available());
        assertEquals(24, bump.tryAllocate(8, 1));
        assertFalse(bump.tryResize(b, 3));
        assertFalse(bump.tryResize(24, 105));
        assertTrue(bump.tryResize(24, 104));
        for (int size : new int[] {0, -1, Integer.MIN_VALUE}) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> bump.tryResize(24, size));
            assertMessage(e, bump.name(), "offset=24", "newSize=" + size);
        }
    }

    @Test
    void aSplitSeparatesWhatIsFreeFromWhatIsNot() {
        Bump whole = raw(100, 8);
        int a = whole.tryAllocate(20, 1);
        int b = whole.tryAllocate(20, 1);
        Bump.Split split = whole.split();
        Bump free = checks.watch(split.unallocated());
        Bump used = checks.watch(split.allocated());
        assertTrue(whole.isClosed());
        assertThrows(IllegalStateException.class, () -> whole.deallocate(a));

        assertEquals(0, free.outstanding());
        assertEquals(52, free.available());
        assertFalse(free.contains(47));
        assertTrue(free.contains(48));
        assertEquals(48, free.tryAllocate(52, 1));
        assertEquals(Allocator.EXHAUSTED, free.tryAllocate(1, 1));
        assertThrows(IllegalArgumentException.class, () -> free.deallocate(a));

        assertEquals(2, used.outstanding());
        assertEquals(0, used.available());
        assertFalse(used.contains(48));
        assertEquals(Allocator.EXHAUSTED, used.tryAllocate(1, 1));
        assertThrows(IllegalArgumentException.class, () -> used.deallocate(48));
        used.deallocate(b);
        assertEquals(0, used.available());
        used.deallocate(a);
        assertEquals(48, used.available());
        assertEquals(0, used.tryAllocate(48, 1));
        free.deallocate(48);
        assertEquals(48, free.tryAllocate(8, 16));
    }

    @Test
    void aSplitOfAnEmptyAndOfAFullBump() {
        Bump.Split empty = raw(100, 8).split();
        assertEquals(100, checks.watch(empty.unallocated()).available());
        assertEquals(0, checks.watch(empty.allocated()).available());
        assertEquals(Allocator.EXHAUSTED, empty.allocated().tryAllocate(1, 1));
        Bump whole = raw(100, 8);
        whole.tryAllocate(100, 1);
        Bump.Split full = whole.split();
        assertEquals(0, checks.watch(full.unallocated()).available());
        assertEquals(Allocator.EXHAUSTED, full.unallocated().tryAllocate(1, 1));
        assertEquals(1, checks.watch(full.allocated()).outstanding());
        full.unallocated().reset();
        full.allocated().reset();
        assertEquals(100, full.allocated().available());
    }

    @Test
    void thePartsOfASplitCanBeSplitAgain() {
        Bump whole = raw(96, 8);
        int a = whole.tryAllocate(16, 1);
        Bump middle = whole.split().unallocated();
        assertEquals(16, middle.tryAllocate(16, 1));
        Bump.Split second = middle.split();
        checks.watch(second.allocated()).deallocate(16);
        assertEquals(32, checks.watch(second.unallocated()).tryAllocate(64, 1));
        assertThrows(IllegalArgumentException.class, () -> second.allocated().deallocate(a));
    }

    @Test
    void aBumpThatHasToCloseItsRegionCannotBeSplit() {
        Bump bump = bump(64, 8);
        int offset = bump.tryAllocate(8, 1);
        assertMessage(assertThrows(IllegalStateException.class, bump::split), bump.name(), "Bump.over()");
        bump.deallocate(offset);
    }

    @Test
    void itsOwnCallsEndWithIt() {
        Bump bump = bump(64, 8);
        int offset = bump.tryAllocate(8, 1);
        long mark = bump.mark();
        bump.close();
        assertThrows(IllegalStateException.class, bump::reset);
        assertThrows(IllegalStateException.class, bump::mark);
        assertThrows(IllegalStateException.class, () -> bump.rewind(mark));
        assertThrows(IllegalStateException.class, () -> bump.tryGrow(offset, 8));
        assertThrows(IllegalStateException.class, () -> bump.tryResize(offset, 8));
        assertThrows(IllegalStateException.class, bump::split);
        assertEquals(8, bump.granularity());
    }
}
