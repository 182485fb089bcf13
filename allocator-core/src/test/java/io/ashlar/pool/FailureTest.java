// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
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
    private MemoryPool<Object> pool = newPool(4 * MIB);

    private MemoryPool<Object> newPool(long limit) {
        return MemoryPool.<Object>builder(block -> new Object())
                .source(source)
                .limit(limit)
                .regionSize(REGION)
                .stripes(1)
                .build();
    }

    @AfterEach
    void everythingComesBack() {
        settle(pool);
    }

    private void settle(MemoryPool<Object> some) {
        some.checkInvariants();
        assertEquals(0, some.stats().outstanding());
        assertEquals(0, some.stats().requestedBytes());
        some.close();
        assertEquals(0, some.stats().ownedShards());
        assertEquals(0, source.reserved());
    }

    @ParameterizedTest
    @ValueSource(ints = {100, REGION, 2 * REGION})
    void memoryThatCannotBePutToUseGoesBack(int size) {
        source.onAddress = HookedSource.HEAP_IS_FULL;
        assertThrows(OutOfMemoryError.class, () -> pool.allocate(size));
        source.onAddress = HookedSource.NOTHING;
        assertEquals(0, pool.stats().reservedBytes());
        assertEquals(0, pool.stats().regions());
        pool.allocate(size).release();
    }

    @Test
    void aRunThatCannotBeCutGoesBack() {
        pool = newPool(REGION);
        pool.allocate(REGION).release();
        source.onSize = HookedSource.HEAP_IS_FULL;
        for (int i = 0; i < 10; i++) {
            assertThrows(OutOfMemoryError.class, () -> pool.allocate(100));
        }
        source.onSize = HookedSource.NOTHING;
        pool.allocate(REGION).release();
    }

    @Test
    void collectingGoesOnThoughARegionCannotBeGivenBack() throws Exception {
        OwnedShard<Object> shard = pool.openShard(Runnable::run);
        List<Block<Object>> blocks = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            blocks.add(shard.allocate(500));
        }
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
        List<Block<Object>> blocks = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            blocks.add(pool.allocate(2 * REGION));
        }
        source.onClose = HookedSource.IN_USE;
        blocks.forEach(Block::release);
        assertEquals(10 * REGION, source.reserved());
        source.onClose = UNMAP_FAILS;
        pool.allocate(REGION).release();
        assertEquals(11 * REGION, source.reserved());
        source.onClose = UNMAP_IS_IMPOSSIBLE;
        pool.allocate(2 * REGION).release();
        assertEquals(13 * REGION, source.reserved());
        source.onClose = HookedSource.NOTHING;
        pool.stats();
        assertEquals(REGION, source.reserved());
    }

    @Test
    void aViewFactoryMayUseThePool() throws Exception {
        AtomicReference<MemoryPool<Object>> itself = new AtomicReference<>();
        CountDownLatch inLarge = new CountDownLatch(1);
        CountDownLatch inSmall = new CountDownLatch(1);
        // Two threads, each in the middle of making a view, ask for a block of the other's kind.
        MemoryPool<Object> shared = MemoryPool.<Object>builder(block -> {
                    if (!block.isPermanent()) {
                        inLarge.countDown();
                        GatedViews.await(inSmall);
                        itself.get().allocate(16).release();
                    } else if (block.size() == 512) {
                        inSmall.countDown();
                        GatedViews.await(inLarge);
                        itself.get().allocate(200 * KIB).release();
                    }
                    return new Object();
                })
                .source(source)
                .regionSize(MIB)
                .stripes(1)
                .build();
        itself.set(shared);
        Daemon large = Daemon.start(() -> shared.allocate(100 * KIB).release());
        Daemon small = Daemon.start(() -> shared.allocate(512).release());
        small.join();
        large.join();
        settle(shared);
    }

    @Test
    void aBlockFreedTwiceElsewhereIsRefusedAndDoesNotCostTheOthers() throws Exception {
        OwnedShard<Object> shard = pool.openShard(Runnable::run);
        List<Block<Object>> blocks = List.of(shard.allocate(500), shard.allocate(500), shard.allocate(500));
        Daemon.run(() -> {
            blocks.forEach(Block::free);
            Block<Object> lowest = blocks.get(0);
            String message =
                    assertThrows(IllegalArgumentException.class, lowest::free).getMessage();
            assertTrue(message.contains("freed twice"), message);
        });
        shard.retire();
        assertEquals(0, pool.stats().outstanding());
    }

    @Test
    void aBlockFreedHereAndElsewhereIsReportedAndDoesNotCostTheOthers() throws Exception {
        OwnedShard<Object> shard = pool.openShard(Runnable::run);
        Block<Object> first = shard.allocate(100);
        Block<Object> second = shard.allocate(100);
        Block<Object> twice = shard.allocate(100);
        Daemon.run(() -> {
            first.release();
            second.release();
            // As two threads do that free at the same instant: neither sees the other's mark.
            shard.remote.push(twice);
        });
        twice.free();
        List<LogRecord> reports = reportsOf(shard::retire);
        assertEquals(1, reports.size());
        assertEquals(Level.SEVERE, reports.get(0).getLevel());
        assertTrue(reports.get(0).getMessage().contains("not handed out"));
        assertEquals(0, pool.stats().outstanding());
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
