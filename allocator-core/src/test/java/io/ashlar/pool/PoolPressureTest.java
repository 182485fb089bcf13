// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.MemorySource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pressure of real pools. */
@ExtendWith(QuietPools.class)
class PoolPressureTest {

    private static final int KIB = 1 << 10;
    private static final int LIMIT = 8 << 20;
    private static final int HIGH = 6 << 20;
    private static final int LOW = 5 << 20;

    private final MemorySource source = MemorySource.heap();
    private final MemoryPool<Block> pool = builder().build();

    private MemoryPoolBuilder<Block> builder() {
        return TestPools.oneStripe(Block::new, source).limit(LIMIT).regionSize(1 << 20);
    }

    /** Allocates until there is pressure, and tells that it came neither too early nor too late. */
    private List<Block> press(int size) {
        List<Block> blocks = new ArrayList<>();
        while (!pool.isUnderPressure()) {
            blocks.add(Block.allocate(pool, size));
            assertTrue(
                    pool.stats().usedBytes() < HIGH + Math.max(size, 512 * KIB),
                    "used bytes beyond the high mark, and no pressure");
        }
        assertTrue(pool.stats().usedBytes() >= HIGH - Math.min(size, 256 * KIB), () -> "too early: " + pool.stats());
        return blocks;
    }

    private static void release(List<Block> blocks, int count) {
        for (int i = 0; i < count; i++) {
            blocks.remove(blocks.size() - 1).release();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 20 * KIB, 64 * KIB, 1100 * KIB})
    void usedBytesDecide(int size) throws Exception {
        List<Block> blocks = press(size);
        CompletableFuture<Void> below = pool.whenBelow();
        while (pool.stats().usedBytes() > LOW) {
            assertFalse(below.isDone());
            release(blocks, 1);
        }
        below.get(30, TimeUnit.SECONDS);
        assertFalse(pool.isUnderPressure());
        assertEquals(1, pool.pressureStats().times());
        release(blocks, blocks.size());
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void theDumpSaysWhetherThereIsPressure() throws Exception {
        assertTrue(
                pool.dump()
                        .contains(
                                "|- pressure         none: begins at 6.0 MiB used, ends at 5.0 MiB, 0 times so far, 0.0 s in all"),
                pool::dump);
        List<Block> blocks = press(64 * KIB);
        assertTrue(
                pool.dump()
                        .contains(
                                "|- pressure          yes: begins at 6.0 MiB used, ends at 5.0 MiB, 1 times so far, "),
                pool::dump);
        release(blocks, blocks.size());
        pool.whenBelow().get(30, TimeUnit.SECONDS);
        assertTrue(
                pool.dump().contains("|- pressure         none: begins at 6.0 MiB used, ends at 5.0 MiB, 1 times"),
                pool::dump);
        TestPools.closeAndVerify(pool, source);
    }

    /** What is at hand in a shard was fetched before, so nothing is fetched when it is used again. */
    @Test
    void blocksAtHandAreNoticedToo() throws Exception {
        List<Block> blocks = press(1000);
        int all = blocks.size();
        Block large = Block.allocate(pool, 200 * KIB); // so that its used bytes are reached again without a fetch
        for (int round = 0; round < 3; round++) {
            // Every other one but the last, so that the slabs stay.
            for (int i = 0; i < all - 1; i += 2) {
                blocks.get(i).release();
            }
            pool.whenBelow().get(30, TimeUnit.SECONDS);
            long misses = pool.stats().misses();
            for (int i = 0; i < all - 1; i += 2) {
                blocks.set(i, Block.allocate(pool, 1000));
            }
            assertEquals(misses, pool.stats().misses());
            assertTrue(pool.stats().usedBytes() >= HIGH);
            for (int i = 0; i < 30_000 && !pool.isUnderPressure(); i++) {
                Thread.sleep(1);
            }
            assertTrue(pool.isUnderPressure());
        }
        large.release();
        release(blocks, all);
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void ownersOfShardsCount() throws Exception {
        ExecutorService loop = Executors.newSingleThreadExecutor();
        OwnedShard<Block> shard = loop.submit(() -> pool.openShard(loop)).get();
        List<Block> half = press(3000).subList(0, 500);
        half.forEach(Block::release);
        pool.whenBelow().get(30, TimeUnit.SECONDS);
        loop.submit(() -> TestPools.allocate(shard, 40, 64 * KIB)).get();
        assertTrue(pool.isUnderPressure());
        loop.submit(shard::retire).get();
        loop.shutdown();
    }

    /** In place: no other block is fetched. */
    @Test
    void aBlockThatGrowsIsNoticedAtOnce() {
        List<Block> blocks = new ArrayList<>();
        while (pool.stats().usedBytes() < HIGH - 512 * KIB) {
            blocks.add(Block.allocate(pool, 64 * KIB));
        }
        Block last = Block.allocate(pool, 64 * KIB); // the second half of its region is free
        blocks.add(last);
        for (int size = 128 * KIB; size <= 512 * KIB; size *= 2) {
            assertFalse(pool.isUnderPressure());
            assertTrue(last.tryResize(size), "it does not grow in place: that is no test");
        }
        assertTrue(pool.isUnderPressure());
        release(blocks, blocks.size());
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void idleMemoryIsNoPressure() throws Exception {
        List<Block> blocks = press(64 * KIB);
        long reserved = source.reserved();
        release(blocks, blocks.size() - 2);
        pool.whenBelow().get(30, TimeUnit.SECONDS);
        assertTrue(reserved >= HIGH);
        assertFalse(pool.isUnderPressure());
        release(blocks, 2);
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void aRefusalBetweenTheMarksIsPressure() {
        List<Block> blocks = new ArrayList<>();
        while (pool.stats().usedBytes() <= LOW) {
            blocks.add(Block.allocate(pool, 64 * KIB));
        }
        assertFalse(pool.isUnderPressure());
        assertThrows(AllocationException.class, () -> Block.allocate(pool, 4 << 20));
        assertTrue(pool.isUnderPressure());
        release(blocks, blocks.size());
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void aPoolThatIsClosedLetsEverybodyGoOn() throws Exception {
        List<Block> blocks = press(64 * KIB);
        CompletableFuture<Void> below = pool.whenBelow();
        release(blocks, 3);
        pool.close();
        below.get(30, TimeUnit.SECONDS);
        assertFalse(pool.isUnderPressure());
        release(blocks, blocks.size());
        TestPools.assertClosedWithNothingLeft(pool, source);
    }

    @Test
    void theMarksOfThePoolAreUsed() {
        MemoryPool<Block> eager = builder().watermarks(0, 4096).build();
        Block.allocate(eager, 64).release();
        assertFalse(eager.isUnderPressure());
        Block block = Block.allocate(eager, 64 * KIB);
        assertTrue(eager.isUnderPressure());
        assertEquals(new PressureStats(true, 64 * KIB, 0, 4096, LIMIT, 1, 0), withoutTime(eager.pressureStats()));
        block.release();
        TestPools.closeAndVerify(eager, source);
    }

    private static PressureStats withoutTime(PressureStats s) {
        return new PressureStats(
                s.underPressure(), s.usedBytes(), s.lowBytes(), s.highBytes(), s.limitBytes(), s.times(), 0);
    }

    @Test
    void theDefaultsFollowTheLimit() {
        PressureStats stats = pool.pressureStats();
        assertEquals(LOW, stats.lowBytes());
        assertEquals(HIGH, stats.highBytes());
        assertEquals(LIMIT, stats.limitBytes());
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 100, negative",
        "100, 100, order",
        "101, 100, order",
        "0, 8388609, limit=8388608",
        "-2, -1, negative"
    })
    void marksThatMakeNoSenseAreRefused(long low, long high, String why) {
        String message = assertThrows(
                        AllocatorConfigException.class,
                        () -> builder().watermarks(low, high).build())
                .getMessage();
        assertTrue(message.contains("low=" + low + " high=" + high), message);
        assertTrue(message.contains(why), message);
    }

    @Test
    void theLimitItselfMayBeTheHighMark() {
        builder().watermarks(LIMIT - 1, LIMIT).build().close();
    }

    /** Of what one thread keeps another one has nothing, so nobody keeps anything while memory is scarce. */
    @Test
    void underPressureShardsKeepNothing() throws Exception {
        ExecutorService loop = Executors.newSingleThreadExecutor();
        OwnedShard<Block> shard = loop.submit(() -> pool.openShard(loop)).get();
        Block[] kept = new Block[1];
        Block[] another = new Block[1];
        loop.submit(() -> {
                    Block.allocate(shard, 300).release();
                    Block.allocate(shard, 128 * KIB).release();
                    kept[0] = Block.allocate(shard, 64 * KIB);
                    another[0] = Block.allocate(shard, 64 * KIB);
                })
                .get();
        assertTrue(pool.stats().cachedBytes() > 128 * KIB);
        List<Block> blocks = press(64 * KIB);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (pool.stats().cachedBytes() > 0) {
            assertTrue(System.nanoTime() < end, () -> pool.dump());
            Thread.sleep(1);
        }
        another[0].release(); // by another thread
        loop.submit(() -> {
                    kept[0].release();
                    Block.allocate(shard, 128 * KIB).release();
                })
                .get();
        assertTrue(pool.isUnderPressure());
        assertEquals(0, pool.stats().cachedBytes(), pool::dump);
        release(blocks, blocks.size());
        pool.whenBelow().get(30, TimeUnit.SECONDS);
        loop.submit(() -> Block.allocate(shard, 64 * KIB).release()).get();
        assertEquals(64 * KIB, pool.stats().cachedBytes(), "now it is kept again");
        loop.submit(shard::retire).get();
        loop.shutdown();
        TestPools.closeAndVerify(pool, source);
    }
}
