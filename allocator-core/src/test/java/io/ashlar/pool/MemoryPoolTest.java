// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.MemorySource;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(QuietPools.class)
class MemoryPoolTest {

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    private final CountingSource source = new CountingSource();
    private MemoryPool<Object> pool = newPool(1 << 30);

    private MemoryPool<Object> newPool(long limit) {
        return MemoryPool.<Object>builder(block -> new Object())
                .name("test")
                .source(source)
                .limit(limit)
                .regionSize(MIB)
                .build();
    }

    @AfterEach
    void everythingComesBack() {
        pool.checkInvariants();
        PoolStats stats = pool.stats();
        assertEquals(0, stats.outstanding(), "a test left blocks behind");
        assertEquals(0, stats.usedBytes());
        assertEquals(0, stats.requestedBytes());
        pool.close();
        assertEquals(0, source.reserved(), "reserved after close");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16, 17, 100, 1000, 2048, 2049, 4096, 100_000, MIB, MIB + 1, 3 * MIB})
    void aBlockHoldsWhatWasAskedFor(int size) {
        Block<Object> block = pool.allocate(size);
        assertTrue(block.size() >= size, block::toString);
        for (int i = 0; i < size; i++) {
            block.memory().put(block.offset() + i, (byte) i);
        }
        assertEquals(1, pool.stats().outstanding());
        assertEquals(size, pool.stats().requestedBytes());
        assertEquals(block.size(), pool.stats().usedBytes());
        assertTrue(pool.stats().reservedBytes() >= block.size());
        block.release();
    }

    @Test
    void blocksDoNotOverlap() {
        List<Block<Object>> blocks = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            Block<Object> block = pool.allocate(1 + i % 3000);
            blocks.add(block);
            for (int at = 0; at < block.size(); at++) {
                block.memory().put(block.offset() + at, (byte) i);
            }
        }
        for (int i = 0; i < blocks.size(); i++) {
            Block<Object> block = blocks.get(i);
            for (int at = 0; at < block.size(); at++) {
                assertEquals((byte) i, block.memory().get(block.offset() + at));
            }
            block.release();
        }
    }

    @Test
    void aFreedBlockComesBackWithItsView() {
        Block<Object> block = pool.allocate(100);
        Object view = block.view();
        block.release();
        Block<Object> again = pool.allocate(100);
        assertSame(block, again);
        assertSame(view, again.view());
        assertTrue(again.isPermanent());
        again.release();
    }

    @Test
    void swappedViewsStayWithTheirNewBlocks() {
        Block<Object> small = pool.allocate(100);
        Block<Object> large = pool.allocate(5000);
        Object first = small.view();
        Object second = large.view();
        small.swapViews(large);
        assertSame(second, small.view());
        assertSame(first, large.view());
        small.release();
        large.release();
        Block<Object> again = pool.allocate(100);
        assertSame(small, again);
        assertSame(second, again.view());
        again.release();
    }

    @Test
    void aLargeBlockObjectIsUsedAgainForAnotherPlace() {
        Block<Object> small = pool.allocate(64 * KIB);
        assertFalse(small.isPermanent());
        small.release();
        assertThrows(IllegalStateException.class, small::memory);
        Block<Object> large = pool.allocate(256 * KIB);
        assertSame(small, large);
        assertEquals(256 * KIB, large.size());
        large.release();
    }

    @Test
    void aBlockBeyondARegionGetsARegionOfItsOwn() {
        Block<Object> block = pool.allocate(5 * MIB + 1);
        assertEquals(5 * MIB + 4096, pool.stats().reservedBytes());
        assertEquals(0, block.offset());
        block.release();
        assertEquals(0, pool.stats().reservedBytes());
    }

    @Test
    void droppedViewsCanBeCollected() {
        WeakReference<Object> dropped = dropAView();
        for (int i = 0; i < 50 && dropped.get() != null; i++) {
            System.gc();
        }
        assertNull(dropped.get(), "the pool keeps an outstanding view alive");
        // The block is lost with its view; a pool of its own, so that the others' books stay in order.
    }

    private static WeakReference<Object> dropAView() {
        MemoryPool<Object> leaky = MemoryPool.<Object>builder(block -> new Object())
                .source(MemorySource.heap())
                .build();
        LEAKY.add(leaky);
        return new WeakReference<>(leaky.allocate(100).view());
    }

    private static final List<Object> LEAKY = new ArrayList<>();

    @Test
    void resizingWithinTheBlockChangesWhatCountsAsRequested() {
        Block<Object> block = pool.allocate(100);
        assertTrue(block.tryResize(112));
        assertEquals(112, pool.stats().requestedBytes());
        assertFalse(block.tryResize(113));
        assertEquals(112, pool.stats().requestedBytes());
        assertTrue(block.tryResize(0));
        assertEquals(0, pool.stats().requestedBytes());
        assertThrows(IllegalArgumentException.class, () -> block.tryResize(-1));
        block.release();
    }

    @Test
    void aLargeBlockGrowsInPlaceWhileTheMemoryBehindItIsFree() {
        Block<Object> block = pool.allocate(64 * KIB);
        block.memory().putLong(block.offset(), 42);
        int offset = block.offset();
        assertTrue(block.tryResize(200 * KIB));
        assertEquals(256 * KIB, block.size());
        assertEquals(offset, block.offset());
        assertEquals(42, block.memory().getLong(offset));
        assertEquals(256 * KIB, pool.stats().usedBytes());
        assertEquals(200 * KIB, pool.stats().requestedBytes());
        assertFalse(block.tryResize(2 * MIB));
        Block<Object> behind = pool.allocate(256 * KIB);
        assertFalse(block.tryResize(512 * KIB));
        behind.release();
        block.release();
    }

    @Test
    void releasingTwiceIsRefused() {
        for (int size : new int[] {100, 100 * KIB, 2 * MIB}) {
            Block<Object> block = pool.allocate(size);
            block.release();
            String message =
                    assertThrows(IllegalStateException.class, block::release).getMessage();
            assertTrue(message.contains("released twice"), message);
            assertEquals(0, pool.stats().outstanding());
        }
    }

    @Test
    void freeingTwiceIsRefused() {
        Block<Object> small = pool.allocate(100);
        small.free();
        assertThrows(IllegalArgumentException.class, small::free);
        Block<Object> large = pool.allocate(100 * KIB);
        large.free();
        assertThrows(IllegalArgumentException.class, large::free);
        assertEquals(0, pool.stats().outstanding());
    }

    @Test
    void releasingWhatWasFreedIsRefused() {
        Block<Object> block = pool.allocate(100);
        block.free();
        assertThrows(IllegalStateException.class, block::release);
        assertEquals(0, pool.stats().outstanding());
    }

    @Test
    void aNegativeSizeIsRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> pool.allocate(-5))
                .getMessage();
        assertTrue(message.contains("size=-5"), message);
    }

    @Test
    void theLimitIsExactAndTheFailureNamesIt() {
        pool.close();
        pool = newPool(4 * MIB);
        List<Block<Object>> blocks = new ArrayList<>();
        AllocationException failure = assertThrows(AllocationException.class, () -> {
            while (true) {
                blocks.add(pool.allocate(64 * KIB));
            }
        });
        assertEquals(64, blocks.size());
        assertEquals(4 * MIB, pool.stats().reservedBytes());
        assertEquals(AllocationException.Reason.SOURCE_EXHAUSTED, failure.reason());
        assertEquals(64 * KIB, failure.requested());
        assertEquals(0, failure.available());
        assertTrue(failure.getMessage().contains("limit=" + 4 * MIB), failure.getMessage());
        assertTrue(failure.getMessage().contains("pool test"), failure.getMessage());
        assertEquals(1, pool.stats().failures());
        assertThrows(AllocationException.class, () -> pool.allocate(1));
        assertThrows(AllocationException.class, () -> pool.allocate(Integer.MAX_VALUE));
        blocks.remove(0).release();
        blocks.add(pool.allocate(64 * KIB));
        blocks.forEach(Block::release);
    }

    @Test
    void aLimitBelowARegionStillServes() {
        pool.close();
        pool = newPool(100 * KIB);
        Block<Object> first = pool.allocate(1000);
        Block<Object> second = pool.allocate(20 * KIB);
        assertEquals(64 * KIB, pool.stats().reservedBytes());
        assertThrows(AllocationException.class, () -> pool.allocate(200 * KIB));
        first.release();
        second.release();
    }

    @Test
    void nearTheLimitASmallerRegionFillsTheRest() {
        pool.close();
        pool = newPool(MIB + 256 * KIB);
        Block<Object> whole = pool.allocate(MIB);
        Block<Object> rest = pool.allocate(200 * KIB);
        assertEquals(MIB + 256 * KIB, pool.stats().reservedBytes());
        whole.release();
        rest.release();
    }

    @Test
    void anEmptyRegionMakesRoomForADedicatedOne() {
        pool.close();
        pool = newPool(4 * MIB);
        pool.allocate(MIB / 2).release();
        assertEquals(MIB, pool.stats().reservedBytes());
        Block<Object> block = pool.allocate(4 * MIB);
        assertEquals(4 * MIB, pool.stats().reservedBytes());
        block.release();
    }

    @Test
    void idleSlabsMakeRoomBeforeARequestFails() {
        pool.close();
        pool = newPool(MIB);
        for (int size = 16; size <= 2048; size *= 2) {
            pool.allocate(size).release();
        }
        Block<Object> all = pool.allocate(MIB);
        all.release();
    }

    @Test
    void onlyOneEmptyRegionIsKept() {
        List<Block<Object>> blocks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            blocks.add(pool.allocate(MIB));
        }
        assertEquals(10, pool.stats().regions());
        blocks.forEach(Block::release);
        assertEquals(1, pool.stats().regions());
        assertEquals(MIB, source.reserved());
    }

    @Test
    void aSourceThatFailsNowAndThenDoesNotDisturbTheBooks() {
        int callsOfAWholeRun = runThrough();
        assertTrue(callsOfAWholeRun > 10, "calls=" + callsOfAWholeRun);
        for (int n = 1; n <= callsOfAWholeRun; n++) {
            pool.close();
            source.calls.set(0);
            source.refuseFromCall = n;
            source.refuseUntilCall = n + 12;
            pool = newPool(1 << 30);
            runThrough();
            pool.checkInvariants();
            assertEquals(0, pool.stats().outstanding(), "after a refusal of call " + n);
        }
        source.refuseFromCall = Integer.MAX_VALUE;
    }

    private int runThrough() {
        List<Block<Object>> blocks = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int size = i % 3 == 0 ? 300 * KIB : i % 3 == 1 ? 2 * MIB : 500;
            try {
                blocks.add(pool.allocate(size));
            } catch (AllocationException expected) {
                assertEquals(size, expected.requested());
            }
        }
        blocks.forEach(Block::release);
        return source.calls.get();
    }

    @Test
    void aViewFactoryThatThrowsLosesNoBlock() {
        boolean[] fail = {true};
        MemoryPool<Object> moody = MemoryPool.<Object>builder(block -> {
                    if (fail[0]) {
                        throw new UnsupportedOperationException("not now");
                    }
                    return new Object();
                })
                .source(source)
                .regionSize(64 * KIB)
                .limit(64 * KIB)
                .build();
        for (int i = 0; i < 10_000; i++) {
            assertThrows(UnsupportedOperationException.class, () -> moody.allocate(500));
            assertThrows(UnsupportedOperationException.class, () -> moody.allocate(5000));
        }
        assertEquals(0, moody.stats().outstanding());
        fail[0] = false;
        moody.allocate(500).release();
        moody.allocate(5000).release();
        moody.close();
    }

    @Test
    void afterCloseNothingIsHandedOutAndWhatIsOutStaysValid() {
        Block<Object> small = pool.allocate(100);
        Block<Object> large = pool.allocate(300 * KIB);
        Block<Object> dedicated = pool.allocate(2 * MIB);
        small.memory().putLong(small.offset(), 7);
        large.memory().putLong(large.offset(), 8);
        dedicated.memory().putLong(dedicated.offset(), 9);
        pool.close();
        pool.close();
        assertTrue(pool.stats().closed());
        assertEquals(3, pool.stats().outstanding());
        for (int size : new int[] {1, 100, 300 * KIB, 2 * MIB}) {
            String message = assertThrows(IllegalStateException.class, () -> pool.allocate(size))
                    .getMessage();
            assertTrue(message.contains("test") && message.contains("closed"), message);
        }
        assertThrows(IllegalStateException.class, () -> pool.openShard(Runnable::run));
        assertEquals(7, small.memory().getLong(small.offset()));
        assertEquals(8, large.memory().getLong(large.offset()));
        assertEquals(9, dedicated.memory().getLong(dedicated.offset()));
        dedicated.release();
        assertEquals(MIB, source.reserved());
        small.release();
        assertEquals(MIB, source.reserved());
        large.release();
        assertEquals(0, source.reserved());
    }

    @Test
    void configurationThatMakesNoSenseIsRefused() {
        assertRefused(builder().name(" "), "name");
        assertRefused(builder().limit(0), "limit=0");
        assertRefused(builder().limit(-1), "limit=-1");
        assertRefused(builder().limit(1000), "limit=1000");
        assertRefused(builder().regionSize(100_000), "regionSize=100000");
        assertRefused(builder().regionSize(4096), "regionSize=4096");
        assertRefused(builder().regionSize(Integer.MIN_VALUE), "regionSize=-2147483648");
        assertRefused(builder().stripes(0), "stripes=0");
        assertRefused(builder().stripes(3), "stripes=3");
        assertRefused(builder().stripes(512), "stripes=512");
    }

    private static MemoryPool.Builder<Object> builder() {
        return MemoryPool.builder(block -> new Object());
    }

    private static void assertRefused(MemoryPool.Builder<Object> builder, String named) {
        String message =
                assertThrows(AllocatorConfigException.class, builder::build).getMessage();
        assertTrue(message.contains(named), message);
    }

    @Test
    void mappedMemoryHasAddresses() {
        MemoryPool<Object> mapped = builder().regionSize(MIB).build();
        Block<Object> first = mapped.allocate(100);
        Block<Object> second = mapped.allocate(100);
        assertTrue(first.hasAddress());
        assertEquals(second.offset() - first.offset(), second.address() - first.address());
        assertNotEquals(0, first.address());
        first.release();
        second.release();
        mapped.close();
        Block<Object> onHeap = pool.allocate(100);
        assertFalse(onHeap.hasAddress());
        assertThrows(UnsupportedOperationException.class, onHeap::address);
        onHeap.release();
    }
}
