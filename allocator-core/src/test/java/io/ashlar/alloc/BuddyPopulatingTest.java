// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import static io.ashlar.alloc.AllocatorContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A {@link Buddy} that does not have all the memory of its region. */
class BuddyPopulatingTest {

    private static final byte CANARY = 0x5c;

    @RegisterExtension
    final AllocatorChecks checks = new AllocatorChecks();

    private MemoryRegion painted(int size) {
        MemoryRegion region = checks.region(checks.heap(), size, 1);
        for (int i = 0; i < size; i++) {
            region.buffer().put(i, CANARY);
        }
        return region;
    }

    /** Takes all blocks there are, of every size, and writes every byte of them. */
    private static int fill(Buddy buddy) {
        int bytes = 0;
        for (int size = buddy.largestFree(); size > 0; size = buddy.largestFree()) {
            int offset = buddy.tryAllocate(size, size);
            for (int i = offset; i < offset + size; i++) {
                buddy.region().buffer().put(i, (byte) 1);
            }
            bytes += size;
        }
        return bytes;
    }

    private static void assertPainted(MemoryRegion region, int start, int end) {
        for (int i = 0; i < region.size(); i++) {
            boolean untouched = region.buffer().get(i) == CANARY;
            assertEquals(i >= start && i < end, untouched, "offset=" + i);
        }
    }

    @Test
    void gapsAreRoundedOutwardsAndNeverTouched() {
        MemoryRegion region = painted(1_024);
        Buddy buddy = checks.watch(Buddy.over(region, 512, 6, 2, List.of(new Gap(100, 290))));
        assertEquals(1_024 - (304 - 96), buddy.available());
        assertEquals(buddy.available(), fill(buddy));
        assertEquals(0, buddy.available());
        assertPainted(region, 96, 304);
        assertTrue(buddy.contains(95));
        assertFalse(buddy.contains(96));
        assertFalse(buddy.contains(303));
        assertTrue(buddy.contains(304));
    }

    @Test
    void gapsMayBeUnsortedOverlappingAdjacentAndEmpty() {
        List<Gap> gaps =
                List.of(new Gap(290, 304), new Gap(96, 200), new Gap(500, 500), new Gap(130, 150), new Gap(160, 290));
        MemoryRegion region = painted(1_024);
        Buddy buddy = checks.watch(Buddy.over(region, 512, 6, 2, gaps));
        fill(buddy);
        assertPainted(region, 96, 304);
    }

    @Test
    void aGapMayReachFromEndToEnd() {
        Buddy none = checks.watch(Buddy.create(checks.blind(), 512, 6, 2, List.of(new Gap(0, 1_024))));
        assertEquals(0, none.available());
        assertEquals(0, none.largestFree());
        assertEquals(Allocator.EXHAUSTED, none.tryAllocate(1, 1));
        Buddy last = checks.watch(Buddy.create(checks.blind(), 512, 6, 2, List.of(new Gap(1, 1_008))));
        assertEquals(16, last.available());
        assertEquals(1_008, last.tryAllocate(1, 1));
    }

    @Test
    void gapsThatMakeNoSenseAreRefusedBeforeAnythingIsObtained() {
        assertMessage(assertThrows(AllocatorConfigException.class, () -> new Gap(-1, 5)), "start=-1", "end=5");
        assertMessage(assertThrows(AllocatorConfigException.class, () -> new Gap(6, 5)), "start=6", "end=5");
        MemorySource source = checks.blind();
        List<Gap> beyond = List.of(new Gap(1_000, 1_025));
        assertMessage(
                assertThrows(AllocatorConfigException.class, () -> Buddy.create(source, 512, 6, 2, beyond)),
                "start=1000",
                "end=1025",
                "size=1024");
        assertEquals(0, source.reserved());
        MemoryRegion region = checks.region(checks.blind(), 1_024, 1);
        assertThrows(AllocatorConfigException.class, () -> Buddy.over(region, 512, 6, 2, beyond));
    }

    @Test
    void anUnpopulatedBuddyHasNothing() {
        Buddy buddy = checks.watch(Buddy.unpopulated(checks.region(checks.blind(), 1_024, 1), 512, 6, 2));
        assertEquals(0, buddy.available());
        assertEquals(0, buddy.largestFree());
        assertEquals(Allocator.EXHAUSTED, buddy.tryAllocate(1, 1));
        assertFalse(buddy.contains(0));
        assertThrows(IllegalArgumentException.class, () -> buddy.deallocate(0));
    }

    @Test
    void piecesMergeAcrossTheirBordersAlsoWhenBlocksAreOutstanding() {
        MemoryRegion region = painted(1_024);
        Buddy buddy = checks.watch(Buddy.unpopulated(region, 512, 6, 2));
        buddy.addRegion(16, 48);
        assertEquals(32, buddy.available());
        assertEquals(16, buddy.largestFree(), "16 to 32 and 32 to 48 are no buddies");
        int block = buddy.tryAllocate(16, 1);
        assertEquals(16, block);
        buddy.addRegion(0, 16);
        buddy.addRegion(48, 64);
        assertEquals(32, buddy.largestFree());
        buddy.deallocate(block);
        assertEquals(64, buddy.largestFree());
        buddy.addRegion(64, 1_024);
        assertEquals(512, buddy.largestFree());
        assertEquals(1_024, buddy.available());
        buddy.addRegion(0, 0);
        buddy.addRegion(1_024, 1_024);
        assertEquals(1_024, fill(buddy));
    }

    @Test
    void whatWasNotAddedIsNeverTouched() {
        MemoryRegion region = painted(1_024);
        Buddy buddy = checks.watch(Buddy.unpopulated(region, 512, 6, 2));
        buddy.addRegion(0, 336);
        buddy.addRegion(720, 1_024);
        assertEquals(336 + 304, fill(buddy));
        assertPainted(region, 336, 720);
    }

    @Test
    void aGapCanBeFilledLater() {
        Buddy buddy = checks.watch(Buddy.create(checks.blind(), 512, 6, 1, List.of(new Gap(0, 16))));
        assertEquals(256, buddy.largestFree());
        buddy.addRegion(0, 16);
        assertEquals(512, buddy.largestFree());
    }

    @Test
    void aPieceThatCannotBeAddedChangesNothing() {
        Buddy buddy = checks.watch(Buddy.unpopulated(checks.region(checks.blind(), 2_000, 1), 512, 6, 2));
        buddy.addRegion(256, 512);
        int[][] wrong = {
            {-16, 16},
            {32, 16},
            {0, 1_040},
            {1_040, 1_040},
            {8, 32},
            {0, 24},
            {Integer.MIN_VALUE, 16},
            {0, Integer.MAX_VALUE},
            {0, 272},
            {256, 272},
            {496, 528},
            {0, 1_024},
            {256, 512}
        };
        for (int[] each : wrong) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> buddy.addRegion(each[0], each[1]));
            assertMessage(e, buddy.name(), "start=" + each[0], "end=" + each[1]);
            assertEquals(256, buddy.available());
            assertFalse(buddy.contains(0));
            buddy.checkInvariants();
        }
        assertMessage(
                assertThrows(IllegalArgumentException.class, () -> buddy.addRegion(240, 288)),
                "offset=256",
                "added twice?");
    }

    @Test
    void aBlockDoesNotGrowIntoAGap() {
        Buddy buddy = checks.watch(Buddy.create(checks.blind(), 128, 4, 1, List.of(new Gap(40, 41))));
        assertEquals(48, buddy.tryAllocate(16, 1), "the smallest block there is");
        int offset = buddy.tryAllocate(16, 1);
        assertEquals(0, offset);
        assertTrue(buddy.tryGrow(offset, 32));
        assertFalse(buddy.tryGrow(offset, 33));
    }
}
