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
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SlabTest {

    @RegisterExtension
    final AllocatorChecks checks = new AllocatorChecks();

    private Slab slab(int blockSize, int numBlocks) {
        return checks.watch(Slab.create(checks.blind(), blockSize, numBlocks));
    }

    @Test
    void theRegionHasAllBlocksAndTheirAlignment() {
        assertEquals(new Layout(960, 32), Slab.regionLayout(96, 10));
        assertEquals(new Layout(7, 1), Slab.regionLayout(7, 1));
        assertEquals(new Layout(0, 8), Slab.regionLayout(8, 0));
        assertEquals(new Layout(1 << 30, 1 << 30), Slab.regionLayout(1 << 30, 1));
        assertEquals(new Layout(Integer.MAX_VALUE, 1), Slab.regionLayout(1, Integer.MAX_VALUE));
    }

    @Test
    void aConfigurationThatMakesNoSenseIsRefusedBeforeAnythingIsObtained() {
        int[][] senseless = {{0, 0}, {0, 1}, {-8, 1}, {8, -1}, {1 << 16, 1 << 15}, {Integer.MAX_VALUE, 2}};
        MemorySource source = checks.blind();
        MemoryRegion region = checks.region(checks.blind(), 64, 1);
        for (int[] each : senseless) {
            AllocatorConfigException e =
                    assertThrows(AllocatorConfigException.class, () -> Slab.regionLayout(each[0], each[1]));
            assertMessage(e, "blockSize=" + each[0], "numBlocks=" + each[1]);
            assertThrows(AllocatorConfigException.class, () -> Slab.create(source, each[0], each[1]));
            assertThrows(AllocatorConfigException.class, () -> Slab.over(region, each[0], each[1]));
        }
        assertEquals(0, source.reserved());
        assertMessage(
                assertThrows(AllocatorConfigException.class, () -> Slab.over(region, 13, 5)), "size=65", "size=64");
    }

    @Test
    void aSourceWithoutMemoryIsReported() {
        MemorySource source = MemorySource.limited(checks.heap(), 100);
        AllocationException e = assertThrows(AllocationException.class, () -> Slab.create(source, 101, 1));
        assertEquals(Reason.SOURCE_EXHAUSTED, e.reason());
    }

    @Test
    void firstTimeBlocksAscendAndReleasedOnesComeBackLastFirst() {
        Slab slab = slab(24, 5);
        assertEquals(0, slab.tryAllocateBlock());
        assertEquals(24, slab.tryAllocateBlock());
        assertEquals(2, slab.tryAllocateIndex());
        slab.deallocate(24);
        slab.deallocateIndex(0);
        assertEquals(0, slab.tryAllocateIndex());
        assertEquals(24, slab.tryAllocateBlock());
        assertEquals(3, slab.tryAllocateIndex());
        assertEquals(96, slab.tryAllocateBlock());
        assertEquals(Allocator.EXHAUSTED, slab.tryAllocateBlock());
        assertEquals(Allocator.EXHAUSTED, slab.tryAllocateIndex());
        assertEquals(Allocator.EXHAUSTED, slab.tryAllocate(1, 1));
    }

    @Test
    void itsFiguresAreThoseOfItsConfiguration() {
        Slab slab = slab(48, 12);
        assertEquals(48, slab.blockSize());
        assertEquals(16, slab.blockAlign());
        assertEquals(12, slab.numBlocks());
        assertEquals(576, slab.size());
        assertEquals(576, slab.limit());
        assertEquals(576, slab.available());
        assertTrue(slab.contains(575));
        assertFalse(slab.contains(576));
        assertEquals("slab[blockSize=48, numBlocks=12]", slab.name());
    }

    @Test
    void canAllocateUntilAllBlocksAreOut() {
        Slab slab = slab(128, 2);
        assertTrue(slab.canAllocate());
        int a = slab.tryAllocateBlock();
        assertTrue(slab.canAllocate());
        int b = slab.tryAllocateBlock();
        assertFalse(slab.canAllocate());
        assertEquals(2, slab.outstanding());
        slab.deallocate(a);
        assertTrue(slab.canAllocate());
        slab.deallocate(b);
        assertEquals(0, slab.outstanding());
    }

    @Test
    void aRequestGetsABlockIfItFitsAndIsNotAlignedTooCoarsely() {
        Slab slab = slab(48, 3);
        assertNotEquals(Allocator.EXHAUSTED, slab.tryAllocate(0, 1));
        assertNotEquals(Allocator.EXHAUSTED, slab.tryAllocate(48, 16));
        assertEquals(Allocator.EXHAUSTED, slab.tryAllocate(49, 1));
        assertEquals(Allocator.EXHAUSTED, slab.tryAllocate(1, 32));
        AllocationException coarse = assertThrows(AllocationException.class, () -> slab.allocate(new Layout(1, 32)));
        assertEquals(Reason.ALIGNMENT, coarse.reason());
        assertMessage(coarse, "align=32", "blockAlign=16");
        AllocationException large = assertThrows(AllocationException.class, () -> slab.allocate(Layout.ofSize(49)));
        assertEquals(Reason.TOO_LARGE, large.reason());
        assertMessage(large, "requested=49", "blockSize=48");
        assertEquals(2, slab.outstanding());
    }

    @Test
    void withoutBlocksItHasNoMemoryAndNeedsNone() {
        MemorySource nothingLeft = MemorySource.limited(checks.heap(), 1);
        Slab slab = checks.watch(Slab.create(nothingLeft, 128, 0));
        assertEquals(0, slab.region().size());
        assertEquals(0, slab.region().buffer().capacity());
        assertEquals(0, slab.available());
        assertFalse(slab.canAllocate());
        assertEquals(Allocator.EXHAUSTED, slab.tryAllocate(0, 1));
        assertEquals(Allocator.EXHAUSTED, slab.tryAllocateBlock());
        assertThrows(IllegalArgumentException.class, () -> slab.deallocate(0));
        assertThrows(IllegalArgumentException.class, () -> slab.deallocateIndex(0));
    }

    @Test
    void indexAndOffsetBelongTogether() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2_000; i++) {
            int blockSize = 1 + random.nextInt(1 << random.nextInt(1, 31));
            int numBlocks = (int) Math.min(1_000, Integer.MAX_VALUE / (long) blockSize);
            Slab slab = Slab.over(
                    new BlindSource().tryAcquire(Slab.regionLayout(blockSize, numBlocks)), blockSize, numBlocks);
            int index = random.nextInt(numBlocks);
            assertEquals(index * blockSize, slab.offsetOf(index));
            assertEquals(index, slab.indexOf(index * blockSize));
            int offset = random.nextInt(slab.size());
            assertEquals(offset / blockSize, slab.indexOf(offset), () -> slab.name() + " offset=" + offset);
            assertEquals(numBlocks - 1, slab.indexOf(slab.size() - 1));
        }
        Slab slab = slab(10, 3);
        for (int bad : new int[] {-1, 3, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertThrows(IndexOutOfBoundsException.class, () -> slab.offsetOf(bad));
        }
        for (int bad : new int[] {-1, 30, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertThrows(IndexOutOfBoundsException.class, () -> slab.indexOf(bad));
        }
    }

    @Test
    void wrongReleasesAreToldApart() {
        Slab slab = slab(40, 4);
        slab.tryAllocateBlock();
        slab.tryAllocateBlock();
        slab.deallocate(40);
        String name = slab.name();
        assertMessage(refused(slab, 40), name, "offset=40", "index=1", "released twice?");
        assertMessage(refused(slab, 80), name, "offset=80", "index=2", "never handed out", "another allocator?");
        assertMessage(refused(slab, 7), name, "offset=7", "not the first byte of a block", "index=0", "begins at 0");
        assertMessage(refused(slab, 160), name, "offset=160", "[0, 160)", "another allocator?");
        assertMessage(refused(slab, -40), name, "offset=-40", "another allocator?");
        assertMessage(refusedIndex(slab, 1), name, "offset=40", "index=1", "released twice?");
        assertMessage(refusedIndex(slab, 3), name, "index=3", "never handed out");
        assertMessage(refusedIndex(slab, 4), name, "index=4", "another allocator?");
        assertMessage(refusedIndex(slab, -1), name, "index=-1", "another allocator?");
        assertEquals(1, slab.outstanding());
    }

    private static IllegalArgumentException refused(Slab slab, int offset) {
        return assertThrows(IllegalArgumentException.class, () -> slab.deallocate(offset));
    }

    private static IllegalArgumentException refusedIndex(Slab slab, int index) {
        return assertThrows(IllegalArgumentException.class, () -> slab.deallocateIndex(index));
    }

    @Test
    void indexCallsEndWithTheAllocatorToo() {
        Slab slab = slab(8, 4);
        int kept = slab.tryAllocateIndex();
        slab.tryAllocateIndex();
        slab.deallocateIndex(kept);
        slab.close();
        assertThrows(IllegalStateException.class, slab::tryAllocateIndex);
        assertThrows(IllegalStateException.class, slab::tryAllocateBlock);
        assertThrows(IllegalStateException.class, slab::canAllocate);
        assertThrows(IllegalStateException.class, () -> slab.deallocateIndex(1));
        assertThrows(IllegalStateException.class, () -> slab.deallocateIndex(-1));
        assertEquals(8, slab.blockSize());
        assertEquals(24, slab.offsetOf(3));
    }
}
