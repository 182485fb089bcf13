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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
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
    private MemoryPool<Block> pool = newPool(1 << 30);

    private MemoryPool<Block> newPool(long limit) {
        return MemoryPool.builder(Block::new)
                .name("test")
                .source(source)
                .limit(limit)
                .regionSize(MIB)
                .build();
    }

    @AfterEach
    void everythingComesBack() {
        TestPools.closeAndVerify(pool, source);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16, 17, 100, 1000, 2048, 2049, 4096, 100_000, MIB, MIB + 1, 3 * MIB})
    void aBlockHoldsWhatWasAskedFor(int size) {
        Block block = Block.allocate(pool, size);
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
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            Block block = Block.allocate(pool, 1 + i % 3000);
            blocks.add(block);
            for (int at = 0; at < block.size(); at++) {
                block.memory().put(block.offset() + at, (byte) i);
            }
        }
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            for (int at = 0; at < block.size(); at++) {
                assertEquals((byte) i, block.memory().get(block.offset() + at));
            }
            block.release();
        }
    }

    @Test
    void aFreedBlockComesBackWithItsView() {
        Block block = Block.allocate(pool, 100);
        ByteBuffer memory = block.memory();
        int offset = block.offset();
        block.release();
        Block again = Block.allocate(pool, 100);
        assertSame(block, again);
        assertSame(memory, again.memory());
        assertEquals(offset, again.offset());
        assertFalse(again.isLarge());
        again.release();
    }

    @Test
    void aBlockIsHandedOutWithTheViewThatFreedIt() {
        MemoryPool<MovableView> movable =
                TestPools.oneStripe(MovableView::new, source).regionSize(MIB).build();
        MovableView first = movable.allocate(100);
        MovableView second = movable.allocate(5000);
        Run<MovableView> small = first.run;
        int smallIndex = first.index;
        Run<MovableView> large = second.run;
        first.bind(large, 0);
        second.bind(small, smallIndex);
        first.free(5000);
        second.free(100);
        assertSame(second, movable.allocate(100));
        assertSame(first, movable.allocate(5000));
        assertSame(small, second.run);
        assertSame(large, first.run);
        first.free(5000);
        second.free(100);
        assertEquals(0, movable.stats().requestedBytes());
        movable.close();
    }

    /** A view that takes over the block of another one, as a buffer does that moves its contents. */
    private static final class MovableView {

        private Run<MovableView> run;
        private int index;

        MovableView(Run<MovableView> run, int index) {
            bind(run, index);
        }

        void bind(Run<MovableView> newRun, int newIndex) {
            run = newRun;
            index = newIndex;
        }

        void free(int requested) {
            run.free(this, index, requested);
        }
    }

    @Test
    void aLargeBlockObjectIsUsedAgainForAnotherPlace() {
        Block small = Block.allocate(pool, 64 * KIB);
        assertTrue(small.isLarge());
        small.release();
        assertThrows(IllegalStateException.class, small::memory);
        Block large = Block.allocate(pool, 256 * KIB);
        assertSame(small, large);
        assertEquals(256 * KIB, large.size());
        large.release();
    }

    @Test
    void aBlockBeyondARegionGetsARegionOfItsOwn() {
        Block block = Block.allocate(pool, 5 * MIB + 1);
        assertEquals(5 * MIB + 4096, pool.stats().reservedBytes());
        assertEquals(0, block.offset());
        block.release();
        assertEquals(0, pool.stats().reservedBytes());
    }

    /** The sizes of a small, a large and a dedicated block. */
    @ParameterizedTest
    @ValueSource(ints = {100, 100 * KIB, 2 * MIB})
    void droppedViewsCanBeCollected(int size) {
        // The block is lost with its view; a pool of its own, so that the others' books stay in order.
        MemoryPool<Block> leaky = MemoryPool.builder(Block::new)
                .source(MemorySource.heap())
                .regionSize(MIB)
                .build();
        OwnedShard<Block> shard = leaky.openShard(Runnable::run);
        WeakReference<Block> fromAStripe = dropAView(() -> Block.allocate(leaky, size));
        WeakReference<Block> fromAShard = dropAView(() -> Block.allocate(shard, size));
        leaky.trim();
        for (int i = 0; i < 50 && (fromAStripe.get() != null || fromAShard.get() != null); i++) {
            System.gc();
        }
        assertNull(fromAStripe.get(), "the pool keeps an outstanding view alive");
        assertNull(fromAShard.get(), "the shard keeps an outstanding view alive");
        assertEquals(2, leaky.stats().outstanding(), "but the blocks are not free");
        shard.retire();
    }

    @Test
    void trimmingGivesBackWhatIsIdleAndKeepsWhatIsOut() {
        Block kept = Block.allocate(pool, 100);
        Block.allocate(pool, 3000).release();
        Block.allocate(pool, 100 * KIB).release();
        pool.trim();
        pool.checkInvariants();
        assertEquals(1, pool.stats().outstanding());
        assertEquals(112, pool.stats().usedBytes());
        kept.memory().put(kept.offset(), (byte) 1);
        kept.release();
        Block again = Block.allocate(pool, 100);
        assertSame(kept, again, "freed after its entry was forgotten");
        again.release();
        pool.trim();
        assertEquals(0, pool.stats().reservedBytes());
    }

    /** Drops the view of a block that was freed and handed out once more. */
    private static WeakReference<Block> dropAView(Supplier<Block> allocate) {
        Block first = allocate.get();
        first.release();
        Block again = allocate.get();
        assertSame(first, again);
        return new WeakReference<>(again);
    }

    @Test
    void resizingWithinTheBlockChangesWhatCountsAsRequested() {
        Block block = Block.allocate(pool, 100);
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
        Block block = Block.allocate(pool, 64 * KIB);
        block.memory().putLong(block.offset(), 42);
        int offset = block.offset();
        assertTrue(block.tryResize(200 * KIB));
        assertEquals(256 * KIB, block.size());
        assertEquals(offset, block.offset());
        assertEquals(42, block.memory().getLong(offset));
        assertEquals(256 * KIB, pool.stats().usedBytes());
        assertEquals(200 * KIB, pool.stats().requestedBytes());
        assertFalse(block.tryResize(2 * MIB));
        Block behind = Block.allocate(pool, 256 * KIB);
        assertFalse(block.tryResize(512 * KIB));
        behind.release();
        block.release();
    }

    @Test
    void releasingTwiceIsRefused() {
        for (int size : new int[] {100, 100 * KIB, 2 * MIB}) {
            Block block = Block.allocate(pool, size);
            block.release();
            String message =
                    assertThrows(IllegalStateException.class, block::release).getMessage();
            assertTrue(message.contains("released twice"), message);
            assertEquals(0, pool.stats().outstanding());
        }
    }

    @Test
    void freeingTwiceIsRefused() {
        Block small = Block.allocate(pool, 100);
        small.free();
        assertThrows(IllegalArgumentException.class, small::free);
        Block large = Block.allocate(pool, 100 * KIB);
        large.free();
        assertThrows(IllegalArgumentException.class, large::free);
        assertEquals(0, pool.stats().outstanding());
    }

    @Test
    void releasingWhatWasFreedIsRefused() {
        Block block = Block.allocate(pool, 100);
        block.free();
        assertThrows(IllegalStateException.class, block::release);
        assertEquals(0, pool.stats().outstanding());
    }

    @Test
    void aNegativeSizeIsRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> Block.allocate(pool, -5))
                .getMessage();
        assertTrue(message.contains("size=-5"), message);
    }

    @Test
    void theLimitIsExactAndTheFailureNamesIt() {
        pool.close();
        pool = newPool(4 * MIB);
        List<Block> blocks = new ArrayList<>();
        AllocationException failure = assertThrows(AllocationException.class, () -> {
            while (true) {
                blocks.add(Block.allocate(pool, 64 * KIB));
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
        assertThrows(AllocationException.class, () -> Block.allocate(pool, 1));
        assertThrows(AllocationException.class, () -> Block.allocate(pool, Integer.MAX_VALUE));
        blocks.remove(0).release();
        blocks.add(Block.allocate(pool, 64 * KIB));
        blocks.forEach(Block::release);
    }

    @Test
    void aLimitBelowARegionStillServes() {
        pool.close();
        pool = newPool(100 * KIB);
        Block first = Block.allocate(pool, 1000);
        Block second = Block.allocate(pool, 20 * KIB);
        assertEquals(64 * KIB, pool.stats().reservedBytes());
        assertThrows(AllocationException.class, () -> Block.allocate(pool, 200 * KIB));
        first.release();
        second.release();
    }

    @Test
    void nearTheLimitASmallerRegionFillsTheRest() {
        pool.close();
        pool = newPool(MIB + 256 * KIB);
        Block whole = Block.allocate(pool, MIB);
        Block rest = Block.allocate(pool, 200 * KIB);
        assertEquals(MIB + 256 * KIB, pool.stats().reservedBytes());
        whole.release();
        rest.release();
    }

    @Test
    void anEmptyRegionMakesRoomForADedicatedOne() {
        pool.close();
        pool = newPool(4 * MIB);
        Block.allocate(pool, MIB / 2).release();
        assertEquals(MIB, pool.stats().reservedBytes());
        Block block = Block.allocate(pool, 4 * MIB);
        assertEquals(4 * MIB, pool.stats().reservedBytes());
        block.release();
    }

    @Test
    void idleSlabsMakeRoomBeforeARequestFails() {
        pool.close();
        pool = newPool(MIB);
        for (int size = 16; size <= 2048; size *= 2) {
            Block.allocate(pool, size).release();
        }
        Block all = Block.allocate(pool, MIB);
        all.release();
    }

    @Test
    void onlyOneEmptyRegionIsKept() {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            blocks.add(Block.allocate(pool, MIB));
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
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int size = i % 3 == 0 ? 300 * KIB : i % 3 == 1 ? 2 * MIB : 500;
            try {
                blocks.add(Block.allocate(pool, size));
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
        MemoryPool<Block> moody = MemoryPool.<Block>builder((run, index) -> {
                    if (fail[0]) {
                        throw new UnsupportedOperationException("not now");
                    }
                    return new Block(run, index);
                })
                .source(source)
                .regionSize(64 * KIB)
                .limit(64 * KIB)
                .build();
        for (int i = 0; i < 10_000; i++) {
            assertThrows(UnsupportedOperationException.class, () -> Block.allocate(moody, 500));
            assertThrows(UnsupportedOperationException.class, () -> Block.allocate(moody, 5000));
        }
        assertEquals(0, moody.stats().outstanding());
        fail[0] = false;
        Block.allocate(moody, 500).release();
        Block.allocate(moody, 5000).release();
        moody.close();
    }

    @Test
    void afterCloseNothingIsHandedOutAndWhatIsOutStaysValid() {
        Block small = Block.allocate(pool, 100);
        Block large = Block.allocate(pool, 300 * KIB);
        Block dedicated = Block.allocate(pool, 2 * MIB);
        small.memory().putLong(small.offset(), 7);
        large.memory().putLong(large.offset(), 8);
        dedicated.memory().putLong(dedicated.offset(), 9);
        pool.close();
        pool.close();
        assertTrue(pool.stats().closed());
        assertEquals(3, pool.stats().outstanding());
        for (int size : new int[] {1, 100, 300 * KIB, 2 * MIB}) {
            String message = assertThrows(IllegalStateException.class, () -> Block.allocate(pool, size))
                    .getMessage();
            assertTrue(message.contains("test") && message.contains("closed"), message);
        }
        assertThrows(IllegalStateException.class, () -> pool.openShard(Runnable::run));
        assertEquals(7, small.memory().getLong(small.offset()));
        assertEquals(8, large.memory().getLong(large.offset()));
        assertEquals(9, dedicated.memory().getLong(dedicated.offset()));
        dedicated.release();
        assertEquals(MIB + 64 * KIB, source.reserved());
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

    private static MemoryPoolBuilder<Block> builder() {
        return MemoryPool.builder(Block::new);
    }

    private static void assertRefused(MemoryPoolBuilder<Block> builder, String named) {
        String message =
                assertThrows(AllocatorConfigException.class, builder::build).getMessage();
        assertTrue(message.contains(named), message);
    }

    @Test
    void mappedMemoryHasAddresses() {
        MemoryPool<Block> mapped = builder().regionSize(MIB).build();
        Block first = Block.allocate(mapped, 100);
        Block second = Block.allocate(mapped, 100);
        assertTrue(first.hasAddress());
        assertEquals(second.offset() - first.offset(), second.address() - first.address());
        assertNotEquals(0, first.address());
        first.release();
        second.release();
        mapped.close();
        Block onHeap = Block.allocate(pool, 100);
        assertFalse(onHeap.hasAddress());
        assertThrows(UnsupportedOperationException.class, onHeap::address);
        onHeap.release();
    }
}
