// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.MemorySource;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory that nobody has needed for a while goes back, and what is needed stays. */
@ExtendWith(QuietPools.class)
class TrimmerTest {

    private static final int REGION = 1 << 20;

    private final MemorySource source = MemorySource.heap();
    private final MemoryPool<Block> pool = builder().trimAfter(Duration.ZERO).build();

    private MemoryPoolBuilder<Block> builder() {
        return TestPools.oneStripe(Block::new, source).regionSize(REGION).limit(64L * REGION);
    }

    private static List<Block> allocate(MemoryPool<Block> from, int count, int size) {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            blocks.add(Block.allocate(from, size));
        }
        return blocks;
    }

    private long slabBytes() {
        return pool.sizeClassStats().stream()
                .mapToLong(SizeClassStats::slabBytes)
                .sum();
    }

    @Test
    void whatWasNeededSinceTheLastLookStays() {
        List<Block> burst = allocate(pool, 1000, 1000);
        burst.forEach(Block::release);
        long held = slabBytes();
        assertTrue(held > 0);
        pool.trimIdle(); // it was needed just now
        assertEquals(held, slabBytes());
        Block.allocate(pool, 1000).release();
        pool.trimIdle();
        long least = slabBytes();
        assertTrue(least > 0 && least < held, () -> "of " + held + " bytes there are " + least);
        for (int i = 0; i < 10; i++) {
            Block.allocate(pool, 1000).release();
            pool.trimIdle();
            assertEquals(least, slabBytes(), "the one slab that is used all the time");
        }
        pool.trimIdle();
        assertEquals(0, slabBytes());
        pool.trimIdle(); // the region has been empty since the last look
        assertEquals(0, source.reserved());
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void blocksThatAreOutKeepTheirSlabsAndNothingElse() {
        Block survivor = Block.allocate(pool, 16);
        List<Block> burst = allocate(pool, 100, 200_000);
        survivor.memory().putLong(survivor.offset(), 42);
        burst.forEach(Block::release);
        pool.trimIdle();
        pool.trimIdle();
        pool.trimIdle();
        assertEquals(64 << 10, source.reserved(), "the first region of its size class");
        assertEquals(4096, slabBytes());
        assertEquals(42, survivor.memory().getLong(survivor.offset()));
        survivor.release();
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void largeBlocksThatAShardKeepsGoBackWhenItNeedsFewer() throws Exception {
        ExecutorService loop = Executors.newSingleThreadExecutor();
        OwnedShard<Block> shard = loop.submit(() -> pool.openShard(loop)).get();
        loop.submit(() -> TestPools.allocate(shard, 4, 33_000).forEach(Block::release))
                .get();
        int each = 64 << 10;
        assertEquals(4 * each, kept());
        look(loop);
        loop.submit(() -> TestPools.allocate(shard, 2, 33_000).forEach(Block::release))
                .get();
        look(loop);
        assertEquals(2 * each, kept(), "two were needed");
        look(loop);
        assertEquals(0, kept());
        loop.submit(shard::retire).get();
        loop.shutdown();
        TestPools.closeAndVerify(pool, source);
    }

    private long kept() {
        return pool.shardStats().stream().mapToLong(ShardStats::cachedBytes).sum();
    }

    /** The owner does its part in a task of its own. */
    private void look(ExecutorService loop) throws Exception {
        pool.trimIdle();
        loop.submit(() -> {}).get();
    }

    @Test
    void whatOthersHaveReleasedIsCollectedAndGoesBack() throws Exception {
        ExecutorService loop = Executors.newSingleThreadExecutor();
        OwnedShard<Block> shard = loop.submit(() -> pool.openShard(loop)).get();
        List<Block> blocks =
                loop.submit(() -> TestPools.allocate(shard, 500, 1000)).get();
        List<Block> large =
                loop.submit(() -> TestPools.allocate(shard, 3, 33_000)).get();
        blocks.forEach(Block::release);
        large.forEach(Block::release);
        assertTrue(slabBytes() >= 500_000);
        look(loop);
        look(loop);
        look(loop);
        assertEquals(0, slabBytes());
        assertEquals(0, kept());
        assertEquals(0, source.reserved());
        loop.submit(shard::retire).get();
        loop.shutdown();
        TestPools.closeAndVerify(pool, source);
    }

    /** Nobody calls anything here: an event loop that has become idle, and a stripe. */
    @Test
    void everythingGoesBackByItself() throws Exception {
        MemoryPool<Block> quick = builder().trimAfter(Duration.ofMillis(20)).build();
        ExecutorService loop = Executors.newSingleThreadExecutor();
        OwnedShard<Block> shard = loop.submit(() -> quick.openShard(loop)).get();
        for (int round = 0; round < 3; round++) {
            loop.submit(() -> {
                        TestPools.allocate(shard, 2000, 1000).forEach(Block::release);
                        TestPools.allocate(shard, 5, 100_000).forEach(Block::release);
                    })
                    .get();
            allocate(quick, 2000, 1000).forEach(Block::release);
            Block.allocate(quick, 3 * REGION).release();
            for (int i = 0; i < 3000 && source.reserved() > 0; i++) {
                Thread.sleep(10);
            }
            assertEquals(0, source.reserved(), "round " + round);
        }
        assertTrue(quick.stats().peakReservedBytes() > 3 * REGION);
        loop.submit(shard::retire).get();
        loop.shutdown();
        TestPools.closeAndVerify(quick, source);
    }

    @Test
    void aPoolThatWasForgottenIsNotKeptAlive() throws InterruptedException {
        WeakReference<MemoryPool<?>> forgotten = new WeakReference<>(forget());
        for (int i = 0; i < 1000 && forgotten.get() != null; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertNull(forgotten.get());
    }

    private MemoryPool<?> forget() {
        MemoryPool<Block> lost = builder().trimAfter(Duration.ofMillis(10)).build();
        Block.allocate(lost, 100);
        return lost;
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT-1S", "PT0.009S", "PT24H0.001S"})
    void aQuietTimeThatMakesNoSenseIsRefused(String quiet) {
        String message = assertThrows(
                        AllocatorConfigException.class,
                        () -> builder().trimAfter(Duration.parse(quiet)).build())
                .getMessage();
        assertTrue(message.contains(quiet), message);
    }

    @Test
    void noQuietTimeIsRefused() {
        assertThrows(
                AllocatorConfigException.class, () -> builder().trimAfter(null).build());
    }
}
