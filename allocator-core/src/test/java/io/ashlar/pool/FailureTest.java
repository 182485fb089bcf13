// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.HookedSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What throws in the middle of things, and what callers do wrong, costs nobody else anything. */
class FailureTest {

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final int REGION = 64 << 10;
    private static final Runnable UNMAP_FAILS = () -> {
        throw new UncheckedIOException(new IOException("unmap failed"));
    };
    private static final Runnable UNMAP_IS_IMPOSSIBLE = () -> {
        throw new InternalError("unmap failed");
    };

    private final HookedSource source = new HookedSource();
    private MemoryPool<Block> pool = newPool(4 * MIB);

    private MemoryPool<Block> newPool(long limit) {
        return TestPools.oneStripe(Block::new, source)
                .limit(limit)
                .regionSize(REGION)
                .build();
    }

    @AfterEach
    void everythingComesBack() {
        TestPools.closeAndVerify(pool, source);
    }

    /** As one that logs by way of the pool. */
    @Test
    void aSourceThatComesBackLosesNoSlab() {
        OwnedShard<Block> shard = pool.openShard(Runnable::run);
        AtomicReference<Block> own = new AtomicReference<>();
        source.onAddress = () -> {
            source.onAddress = HookedSource.NOTHING;
            own.set(Block.allocate(shard, 100));
            own.get().release();
        };
        Block block = Block.allocate(shard, 100);
        assertTrue(own.get() != null, "the source was not asked");
        block.release();
        shard.checkInvariants();
        shard.trim();
        assertEquals(0, pool.stats().cachedBytes());
        shard.retire();
    }

    @ParameterizedTest
    @ValueSource(ints = {100, REGION, 2 * REGION})
    void memoryThatCannotBePutToUseGoesBack(int size) {
        source.onAddress = HookedSource.HEAP_IS_FULL;
        assertThrows(OutOfMemoryError.class, () -> Block.allocate(pool, size));
        source.onAddress = HookedSource.NOTHING;
        assertEquals(0, pool.stats().reservedBytes());
        assertEquals(0, pool.stats().regions());
        Block.allocate(pool, size).release();
    }

    @Test
    void aRunThatCannotBeCutGoesBack() {
        pool = newPool(REGION);
        Block.allocate(pool, REGION).release();
        source.onSize = HookedSource.HEAP_IS_FULL;
        for (int i = 0; i < 10; i++) {
            assertThrows(OutOfMemoryError.class, () -> Block.allocate(pool, 100));
        }
        source.onSize = HookedSource.NOTHING;
        Block.allocate(pool, REGION).release();
    }

    @Test
    void collectingGoesOnThoughARegionCannotBeGivenBack() throws Exception {
        OwnedShard<Block> shard = pool.openShard(Runnable::run);
        List<Block> blocks = TestPools.allocate(shard, 1000, 500);
        Daemon.run(() -> blocks.forEach(Block::release));
        source.onClose = UNMAP_FAILS;
        shard.retire();
        assertEquals(0, pool.stats().outstanding());
        assertTrue(pool.stats().reservedBytes() > REGION);
        source.onClose = HookedSource.NOTHING;
        assertTrue(pool.stats().reservedBytes() <= REGION, "the scrape tries again");
    }

    @Test
    void regionsThatCannotBeGivenBackAreTriedAgainWhateverTheReasonIs() {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            blocks.add(Block.allocate(pool, 2 * REGION));
        }
        source.onClose = HookedSource.IN_USE;
        blocks.forEach(Block::release);
        assertEquals(10 * REGION, source.reserved());
        source.onClose = UNMAP_FAILS;
        Block.allocate(pool, REGION).release();
        assertEquals(11 * REGION, source.reserved());
        source.onClose = UNMAP_IS_IMPOSSIBLE;
        Block.allocate(pool, 2 * REGION).release();
        assertEquals(13 * REGION, source.reserved());
        source.onClose = HookedSource.NOTHING;
        pool.stats();
        assertEquals(REGION, source.reserved());
    }

    @Test
    void aViewFactoryMayUseThePool() throws Exception {
        AtomicReference<MemoryPool<Block>> itself = new AtomicReference<>();
        CountDownLatch inLarge = new CountDownLatch(1);
        CountDownLatch inSmall = new CountDownLatch(1);
        // Two threads, each in the middle of making a view, ask for a block of the other's kind.
        ViewFactory<Block> asking = (run, index) -> {
            if (run.isLarge()) {
                inLarge.countDown();
                GatedViews.await(inSmall);
                Block.allocate(itself.get(), 16).release();
            } else if (run.blockSize(index) == 512) {
                inSmall.countDown();
                GatedViews.await(inLarge);
                Block.allocate(itself.get(), 200 * KIB).release();
            }
            return new Block(run, index);
        };
        MemoryPool<Block> shared =
                TestPools.oneStripe(asking, source).regionSize(MIB).build();
        itself.set(shared);
        Daemon large = Daemon.start(() -> Block.allocate(shared, 100 * KIB).release());
        Daemon small = Daemon.start(() -> Block.allocate(shared, 512).release());
        small.join();
        large.join();
        TestPools.closeAndVerify(shared, source);
    }

    /** Views of small blocks are made while the stripe is locked. */
    @Test
    void aViewFactoryMayUseTheStripeItIsCalledFrom() throws Exception {
        AtomicReference<MemoryPool<Block>> itself = new AtomicReference<>();
        ViewFactory<Block> asking = (run, index) -> {
            if (run.blockSize(index) == 512) {
                Block.allocate(itself.get(), 16).release();
            }
            return new Block(run, index);
        };
        MemoryPool<Block> nesting =
                TestPools.oneStripe(asking, source).regionSize(MIB).build();
        itself.set(nesting);
        Daemon.run(() -> Block.allocate(nesting, 512).release());
        TestPools.closeAndVerify(nesting, source);
    }

    @Test
    void aBlockFreedTwiceElsewhereIsRefusedAndDoesNotCostTheOthers() throws Exception {
        OwnedShard<Block> shard = pool.openShard(Runnable::run);
        List<Block> blocks = TestPools.allocate(shard, 3, 500);
        Daemon.run(() -> {
            blocks.forEach(Block::free);
            Block lowest = blocks.get(0);
            String message =
                    assertThrows(IllegalArgumentException.class, lowest::free).getMessage();
            assertTrue(message.contains("freed twice"), message);
        });
        shard.retire();
        assertEquals(0, pool.stats().outstanding());
    }

    @Test
    void aBlockFreedHereAndElsewhereIsReportedAndDoesNotCostTheOthers() throws Exception {
        MemoryPool<RawView> trusting = newRawPool();
        OwnedShard<RawView> shard = trusting.openShard(Runnable::run);
        RawView first = shard.allocate(100);
        RawView second = shard.allocate(100);
        RawView twice = shard.allocate(100);
        Daemon.run(() -> {
            first.free(100);
            twice.free(100);
            second.free(100);
        });
        twice.free(100); // the owner does not look at what others have marked
        assertEquals(4, trusting.stats().frees());
        List<LogRecord> reports = reportsOf(shard::collectRemote);
        assertEquals(1, reports.size());
        assertEquals(Level.SEVERE, reports.get(0).getLevel());
        assertTrue(reports.get(0).getMessage().contains("not handed out"));
        assertEquals(0, trusting.stats().outstanding());
        assertEquals(3, trusting.stats().frees());
        assertEquals(2, trusting.stats().remoteFrees());
        assertEquals(0, trusting.stats().usedBytes());
        trusting.checkInvariants();
        Set<RawView> again = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 3; i++) {
            again.add(shard.allocate(100));
        }
        assertEquals(3, again.size(), "a block is handed out twice");
        again.forEach(view -> view.free(100));
        shard.retire();
        // What the second free took off the requested bytes stays off: a slab does not know what was asked for.
        trusting.close();
        assertEquals(0, source.reserved());
    }

    private MemoryPool<RawView> newRawPool() {
        return TestPools.oneStripe(RawView::new, source)
                .limit(4 * MIB)
                .regionSize(REGION)
                .build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLargeBlockFreedTwiceIsRefused(boolean fromAShard) throws Exception {
        MemoryPool<RawView> trusting = newRawPool();
        OwnedShard<RawView> shard = trusting.openShard(Runnable::run);
        RawView kept = fromAShard ? shard.allocate(5000) : trusting.allocate(5000);
        RawView dedicated = fromAShard ? shard.allocate(2 * REGION) : trusting.allocate(2 * REGION);
        for (RawView view : List.of(kept, dedicated)) {
            int size = view == kept ? 5000 : 2 * REGION;
            view.free(size);
            PoolStats once = trusting.stats();
            for (int i = 0; i < 2; i++) {
                String message = assertThrows(IllegalArgumentException.class, () -> view.free(size))
                        .getMessage();
                assertTrue(message.contains("freed twice"), message);
            }
            Daemon.run(() -> assertThrows(IllegalArgumentException.class, () -> view.free(size)));
            assertEquals(once, trusting.stats());
        }
        RawView first = shard.allocate(5000);
        RawView second = shard.allocate(5000);
        assertNotSame(first, second, "the block is kept twice");
        first.free(5000);
        second.free(5000);
        shard.retire();
        TestPools.closeAndVerify(trusting, source);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void aBlockThatTheSlabDoesNotHaveIsRefused(int index) throws Exception {
        MemoryPool<RawView> trusting = newRawPool();
        OwnedShard<RawView> shard = trusting.openShard(Runnable::run);
        RawView view = shard.allocate(100);
        RawView wrong = new RawView(view.run(), index);
        assertThrows(IllegalArgumentException.class, () -> wrong.free(100));
        Daemon.run(() -> assertThrows(IllegalArgumentException.class, () -> wrong.free(100)));
        assertEquals(1, trusting.stats().outstanding());
        assertEquals(100, trusting.stats().requestedBytes());
        view.free(100);
        shard.retire();
        TestPools.closeAndVerify(trusting, source);
    }

    /** What the pool logs meanwhile, which goes nowhere else. */
    private static List<LogRecord> reportsOf(Runnable action) {
        Logger logger = Logger.getLogger(MemoryPool.class.getName());
        List<LogRecord> records = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord logged) {
                records.add(logged);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            action.run();
        } finally {
            logger.setUseParentHandlers(true);
            logger.removeHandler(handler);
        }
        return records;
    }
}
