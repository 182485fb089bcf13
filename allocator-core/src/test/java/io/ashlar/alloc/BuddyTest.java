// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import static io.ashlar.alloc.AllocatorContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocationException.Reason;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BuddyTest {

    @RegisterExtension
    final AllocatorChecks checks = new AllocatorChecks();

    private Buddy buddy(int blockSize, int levels, int numBlocks) {
        return checks.watch(Buddy.create(checks.blind(), blockSize, levels, numBlocks));
    }

    @Test
    void layouts() {
        assertEquals(16, Buddy.minBlockSize(4_096, 9));
        assertEquals(64, Buddy.minBlockSize(64, 1));
        assertEquals(new Layout(16_384, 4_096), Buddy.regionLayout(4_096, 9, 4));
        // Four blocks of order 0, two of order 1: 4 bytes, a word for each level of the bitmap, an int for each order.
        assertEquals(new Layout(4 + 3 * 8 + 2 * 4, 8), Buddy.metadataLayout(32, 2, 2));
        int smallestBlocks = 1 << 20;
        int metadata = Buddy.metadataLayout(1 << 24, 21, 1).size();
        assertTrue(metadata < 1.3 * smallestBlocks, "metadata=" + metadata);
        int moreThanAPowerOfTwo =
                Buddy.metadataLayout(16, 1, smallestBlocks + 1).size();
        assertTrue(moreThanAPowerOfTwo < 1.4 * smallestBlocks, "metadata=" + moreThanAPowerOfTwo);
    }

    @Test
    void aConfigurationThatMakesNoSenseIsRefusedBeforeAnythingIsObtained() {
        int[][] senseless = {
            {256, 0, 8},
            {256, -1, 8},
            {256, 64, 8},
            {256, 32, 8},
            {0, 1, 1},
            {255, 4, 1},
            {-16, 1, 1},
            {Integer.MIN_VALUE, 1, 1},
            {128, 5, 8},
            {8, 1, 1},
            {128, 4, 0},
            {128, 4, -1},
            {256, 1, Integer.MAX_VALUE},
            {1 << 30, 1, 2}
        };
        MemorySource source = checks.blind();
        MemoryRegion region = checks.region(checks.blind(), 64, 1);
        for (int[] each : senseless) {
            AllocatorConfigException e =
                    assertThrows(AllocatorConfigException.class, () -> Buddy.regionLayout(each[0], each[1], each[2]));
            assertMessage(e, "blockSize=" + each[0], "levels=" + each[1]);
            assertThrows(AllocatorConfigException.class, () -> Buddy.metadataLayout(each[0], each[1], each[2]));
            assertThrows(AllocatorConfigException.class, () -> Buddy.create(source, each[0], each[1], each[2]));
            assertThrows(AllocatorConfigException.class, () -> Buddy.over(region, each[0], each[1], each[2]));
            assertThrows(AllocatorConfigException.class, () -> Buddy.unpopulated(region, each[0], each[1], each[2]));
        }
        assertThrows(AllocatorConfigException.class, () -> Buddy.minBlockSize(256, 6));
        assertThrows(AllocatorConfigException.class, () -> Buddy.minBlockSize(100, 1));
        AllocatorConfigException tooSmall =
                assertThrows(AllocatorConfigException.class, () -> Buddy.over(region, 64, 2, 2));
        assertMessage(tooSmall, "size=128", "size=64");
        assertThrows(AllocatorConfigException.class, () -> Buddy.unpopulated(region, 64, 2, 2));
    }

    @Test
    void theLargestConfigurationWorks() {
        Buddy buddy = buddy(1 << 30, 20, 1);
        assertEquals(1 << 30, buddy.largestFree());
        int whole = buddy.tryAllocate(1 << 30, 1 << 30);
        assertEquals(0, whole);
        assertEquals(0, buddy.available());
        assertEquals(0, buddy.largestFree());
        buddy.deallocate(whole);
        assertEquals(0, buddy.tryAllocate(1, 1));
        assertEquals(1 << 29, buddy.largestFree());
        buddy.deallocate(0);
    }

    @Test
    void sizesAreRoundedUpToPowersOfTwo() {
        Buddy buddy = buddy(1_024, 7, 4);
        int[][] cases = {{1, 16}, {16, 16}, {17, 32}, {32, 32}, {33, 64}, {512, 512}, {513, 1_024}, {1_024, 1_024}};
        for (int[] each : cases) {
            int offset = buddy.tryAllocate(each[0], 1);
            assertEquals(each[1], buddy.blockSizeOf(offset));
            assertEquals(0, offset % each[1]);
            assertEquals(4_096 - each[1], buddy.available());
            buddy.deallocate(offset);
        }
    }

    @Test
    void nothingAndTooCoarselyAlignedAreNotServed() {
        Buddy buddy = buddy(256, 4, 2);
        assertEquals(Allocator.EXHAUSTED, buddy.tryAllocate(0, 1));
        assertEquals(Allocator.EXHAUSTED, buddy.tryAllocate(100, 128));
        assertEquals(Allocator.EXHAUSTED, buddy.tryAllocate(257, 1));
        assertNotEquals(Allocator.EXHAUSTED, buddy.tryAllocate(128, 128));
        assertReason(Reason.ZERO_SIZE, buddy, new Layout(0, 1));
        assertReason(Reason.ALIGNMENT, buddy, new Layout(100, 128));
        assertReason(Reason.TOO_LARGE, buddy, new Layout(257, 1));
        buddy.tryAllocate(256, 1);
        assertMessage(assertReason(Reason.EXHAUSTED, buddy, new Layout(129, 1)), "largestFree=128", "available=128");
    }

    private static AllocationException assertReason(Reason reason, Buddy buddy, Layout layout) {
        AllocationException e = assertThrows(AllocationException.class, () -> buddy.allocate(layout));
        assertEquals(reason, e.reason());
        return e;
    }

    @Test
    void theSmallestSufficientBlockIsSplitAndAmongThoseTheLowest() {
        Buddy buddy = buddy(256, 5, 3);
        assertEquals(0, buddy.tryAllocate(16, 1));
        // 16 and 32 and 64 and 128 are left behind.
        assertEquals(32, buddy.tryAllocate(32, 1));
        assertEquals(16, buddy.tryAllocate(16, 1));
        assertEquals(64, buddy.tryAllocate(64, 1));
        assertEquals(128, buddy.tryAllocate(16, 1));
        assertEquals(256, buddy.tryAllocate(256, 1));
        assertEquals(512, buddy.tryAllocate(200, 1));
        buddy.deallocate(512);
        buddy.deallocate(256);
        assertEquals(256, buddy.tryAllocate(256, 1));
    }

    /** Against the same rule, computed by trying every block. */
    @Test
    void theChoiceIsAlwaysTheLowestOfTheSmallestSufficientOrder() {
        SplittableRandom random = new SplittableRandom(3);
        Buddy buddy = buddy(512, 6, 7);
        boolean[] taken = new boolean[7 * 512 / 16];
        List<int[]> live = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(100) < 55) {
                int size = 1 + random.nextInt(1 << random.nextInt(10));
                int expected = lowestOfSmallestFreeBlock(taken, size);
                int offset = buddy.tryAllocate(size, 1);
                assertEquals(expected, offset, "size=" + size + ", step=" + i);
                if (offset >= 0) {
                    int[] block = {offset, buddy.blockSizeOf(offset)};
                    live.add(block);
                    mark(taken, block, true);
                }
            } else if (!live.isEmpty()) {
                int[] block = live.remove(random.nextInt(live.size()));
                buddy.deallocate(block[0]);
                mark(taken, block, false);
            }
        }
    }

    private static void mark(boolean[] taken, int[] block, boolean value) {
        for (int unit = block[0] / 16; unit < (block[0] + block[1]) / 16; unit++) {
            taken[unit] = value;
        }
    }

    private static int lowestOfSmallestFreeBlock(boolean[] taken, int size) {
        for (int length = 1; length <= 32; length *= 2) {
            for (int unit = 0; length * 16 >= size && unit < taken.length; unit += length) {
                int buddy = unit ^ length;
                if (isFree(taken, unit, length) && (length == 32 || !isFree(taken, buddy, length))) {
                    return unit * 16;
                }
            }
        }
        return Allocator.EXHAUSTED;
    }

    private static boolean isFree(boolean[] taken, int unit, int length) {
        for (int i = unit; i < unit + length; i++) {
            if (taken[i]) {
                return false;
            }
        }
        return true;
    }

    /** So many smallest blocks that the search for the lowest passes words of the uppermost summary. */
    @Test
    void theLowestIsFoundFarAwayToo() {
        Buddy buddy = buddy(16, 1, 5 << 18);
        for (int i = 0; i < 5 << 18; i++) {
            assertEquals(i * 16, buddy.tryAllocate(16, 1));
        }
        int[] released = {(5 << 18) - 1, 3 << 18, (3 << 18) - 1, 7};
        for (int index : released) {
            buddy.deallocate(index * 16);
        }
        buddy.checkInvariants();
        for (int i = released.length - 1; i >= 0; i--) {
            assertEquals(released[i] * 16, buddy.tryAllocate(16, 1));
        }
        assertEquals(Allocator.EXHAUSTED, buddy.tryAllocate(16, 1));
    }

    @Test
    void blocksMergeUpToTheTopAndNoFurther() {
        Buddy buddy = buddy(64, 3, 2);
        List<Integer> offsets = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            offsets.add(buddy.tryAllocate(16, 1));
        }
        assertEquals(0, buddy.largestFree());
        for (int offset : offsets) {
            buddy.deallocate(offset);
        }
        assertEquals(64, buddy.largestFree());
        assertEquals(128, buddy.available());
        assertEquals(Allocator.EXHAUSTED, buddy.tryAllocate(128, 1));
        assertEquals(0, buddy.tryAllocate(64, 1));
        assertEquals(64, buddy.tryAllocate(64, 1));
    }

    @Test
    void aBlockGrowsIntoItsFreeUpperBuddies() {
        Buddy buddy = buddy(256, 5, 1);
        int offset = buddy.tryAllocate(16, 1);
        assertTrue(buddy.tryGrow(offset, 16));
        assertTrue(buddy.tryGrow(offset, 0));
        assertEquals(16, buddy.blockSizeOf(offset));
        assertTrue(buddy.tryGrow(offset, 17));
        assertEquals(32, buddy.blockSizeOf(offset));
        assertEquals(224, buddy.available());
        assertTrue(buddy.tryGrow(offset, 256));
        assertEquals(256, buddy.blockSizeOf(offset));
        assertEquals(0, buddy.available());
        assertEquals(1, buddy.outstanding());
        assertTrue(buddy.tryGrow(offset, 3), "a block is never made smaller");
        assertEquals(256, buddy.blockSizeOf(offset));
        buddy.deallocate(offset);
        assertEquals(256, buddy.largestFree());
    }

    @Test
    void aBlockThatCannotGrowStaysAsItIs() {
        Buddy buddy = buddy(256, 5, 2);
        int low = buddy.tryAllocate(16, 1);
        int high = buddy.tryAllocate(16, 1);
        int far = buddy.tryAllocate(64, 1);
        int available = buddy.available();
        assertFalse(buddy.tryGrow(low, 17), "its buddy is outstanding");
        assertFalse(buddy.tryGrow(high, 17), "it is the upper half itself");
        buddy.deallocate(high);
        assertTrue(buddy.tryGrow(low, 64));
        assertFalse(buddy.tryGrow(low, 65), "the next buddy is outstanding");
        assertFalse(buddy.tryGrow(low, 257), "larger than a top-level block");
        assertFalse(buddy.tryGrow(low, Integer.MAX_VALUE));
        assertEquals(64, buddy.blockSizeOf(low));
        assertEquals(64, buddy.blockSizeOf(far));
        assertEquals(available + 16 + 16 - 64, buddy.available());
        assertMessage(assertThrows(IllegalArgumentException.class, () -> buddy.tryGrow(low, -1)), "size=-1");
        assertThrows(IllegalArgumentException.class, () -> buddy.tryGrow(high, 32));
        assertThrows(IllegalArgumentException.class, () -> buddy.tryGrow(-16, 32));
    }

    @Test
    void wrongReleasesAreToldApart() {
        Buddy buddy = checks.watch(Buddy.create(checks.blind(), 256, 5, 2, List.of(new Gap(300, 301))));
        int kept = buddy.tryAllocate(64, 1);
        int released = buddy.tryAllocate(64, 1);
        buddy.deallocate(released);
        String name = buddy.name();
        assertMessage(refused(buddy, released), name, "offset=" + released, "free memory", "released twice");
        for (int inside : new int[] {1, 16, 33, 63}) {
            assertMessage(
                    refused(buddy, kept + inside),
                    name,
                    "offset=" + (kept + inside),
                    "not the first byte",
                    "offset=" + kept);
        }
        assertMessage(refused(buddy, 296), name, "offset=296", "gap");
        assertMessage(refused(buddy, 512), name, "offset=512", "[0, 512)", "another allocator?");
        assertMessage(refused(buddy, -16), name, "offset=-16", "another allocator?");
        assertThrows(IllegalArgumentException.class, () -> buddy.blockSizeOf(kept + 16));
        assertThrows(IllegalArgumentException.class, () -> buddy.blockSizeOf(released));
        assertEquals(1, buddy.outstanding());
    }

    @Test
    void itsPartsCanBeTakenBackWhenNothingIsOutstanding() {
        MemorySource source = checks.heap();
        Buddy buddy = checks.watch(Buddy.create(source, 256, 5, 2));
        MemoryRegion region = buddy.region();
        int offset = buddy.tryAllocate(16, 1);
        IllegalStateException e = assertThrows(IllegalStateException.class, buddy::intoRawParts);
        assertMessage(e, buddy.name(), "outstanding=1");
        assertFalse(buddy.isClosed());
        buddy.deallocate(offset);
        Buddy.RawParts parts = buddy.intoRawParts();
        assertTrue(buddy.isClosed());
        assertSame(region, parts.region());
        assertFalse(region.isClosed());
        assertEquals(Buddy.regionLayout(256, 5, 2), parts.regionLayout());
        assertEquals(Buddy.metadataLayout(256, 5, 2), parts.metadataLayout());
        assertThrows(IllegalStateException.class, buddy::intoRawParts);
        buddy.close();
        assertFalse(region.isClosed());
        region.close();
    }

    @Test
    void itsOwnCallsEndWithIt() {
        Buddy buddy = buddy(256, 5, 2);
        int offset = buddy.tryAllocate(16, 1);
        buddy.close();
        assertThrows(IllegalStateException.class, () -> buddy.blockSizeOf(offset));
        assertThrows(IllegalStateException.class, () -> buddy.tryGrow(offset, 32));
        assertThrows(IllegalStateException.class, buddy::largestFree);
        assertThrows(IllegalStateException.class, () -> buddy.addRegion(0, 0));
        assertThrows(IllegalStateException.class, buddy::intoRawParts);
        assertEquals(256, buddy.blockSize());
        assertEquals(16, buddy.minBlockSize());
        assertEquals(512, buddy.size());
    }

    private static IllegalArgumentException refused(Buddy buddy, int offset) {
        return assertThrows(IllegalArgumentException.class, () -> buddy.deallocate(offset));
    }
}
