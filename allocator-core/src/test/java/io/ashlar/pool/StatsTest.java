// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.HookedSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The figures of a pool that is at work. */
class StatsTest {

    private static final int SCRAPES = 1_000_000;
    private static final int LARGE_SCRAPES = 300_000;
    private static final int REGION = 64 << 10;

    private final HookedSource source = new HookedSource();
    private final MemoryPool<Block> pool =
            TestPools.oneStripe(Block::new, source).regionSize(REGION).build();

    @AfterEach
    void everythingComesBack() {
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void countersDoNotGoBackWhileAnOwnerCollects() throws Exception {
        OwnedShard<Block> shard = pool.openShard(Runnable::run);
        List<Block> blocks = TestPools.allocate(shard, 1000, 500);
        Daemon.run(() -> blocks.forEach(Block::release));
        assertEquals(1000, pool.stats().frees());
        List<PoolStats> meanwhile = new ArrayList<>();
        source.onClose = () -> meanwhile.add(pool.stats());
        shard.retire();
        source.onClose = HookedSource.NOTHING;
        assertTrue(meanwhile.size() > 3, "scrapes=" + meanwhile.size());
        for (PoolStats stats : meanwhile) {
            assertEquals(1000, stats.frees());
            assertEquals(1000, stats.remoteFrees());
            assertEquals(0, stats.outstanding());
        }
    }

    @Test
    void aDumpIsForPeople() {
        Block small = Block.allocate(pool, 200);
        Block large = Block.allocate(pool, 40_000);
        String dump = pool.dump();
        small.release();
        large.release();
        assertEquals("""
                pool pool of hooked memory
                |- limit
                |- reserved      128 KiB, regions: 2, at the most 128 KiB so far, 0 B given back
                |  |- free      60.0 KiB, of which 47 % in pieces
                |  |- cached     3.8 KiB
                |  `- used      64.2 KiB, of which 39 % is waste
                |- requested    39.3 KiB
                |- pressure
                |- outstanding 2 blocks: 2 allocations, 0 frees (0 by other threads), 0 failures
                |- found at hand: 0.00 % of the allocations
                |- shards: 0 owned by threads, 1 stripes
                |  |- stripe-0                            1 allocations,            0 frees,            0 of others',   4.0 KiB in slabs,       0 B kept
                |- slabs         4.0 KiB, of which 224 B are out
                |  |-    224 B          1 out,   4.0 KiB,   5 % out
                `- large blocks: 1 out, 64.0 KiB
                """, dump.replaceAll("(limit|pressure) .*", "$1").replace(System.lineSeparator(), "\n"));
    }

    /** Owned shards, stripes, threads that free what is not theirs, and shards that end: counted by hand beside it. */
    @Test
    void eachSizeClassIsCounted() throws Exception {
        long seed = Long.getLong("ashlar.test.seed", System.nanoTime());
        System.out.println("StatsTest: -Dashlar.test.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<SizeClassStats> classes = pool.sizeClassStats();
        long[] allocations = new long[classes.size()];
        long[] frees = new long[classes.size()];
        List<Block> blocks = new ArrayList<>();
        List<Integer> kinds = new ArrayList<>();
        OwnedShard<Block> shard = pool.openShard(Runnable::run);
        for (int step = 0; step < 20_000; step++) {
            if (step % 2_000 == 1_999) {
                shard.retire();
                shard = pool.openShard(Runnable::run);
            }
            if (blocks.isEmpty() || random.nextInt(100) < 52) {
                int kind = random.nextInt(pool.largestSlabBlock() < 2000 ? 8 : 20);
                int size = classes.get(kind).blockBytes() - random.nextInt(8);
                blocks.add(random.nextBoolean() ? Block.allocate(shard, size) : Block.allocate(pool, size));
                kinds.add(kind);
                allocations[kind]++;
            } else {
                int at = random.nextInt(blocks.size());
                Block block = blocks.remove(at);
                frees[kinds.remove(at)]++;
                if (step % 100 == 0) {
                    Daemon.run(block::release);
                } else {
                    block.release();
                }
            }
            if (step % 500 == 0) {
                assertCounts(allocations, frees);
            }
        }
        while (!blocks.isEmpty()) {
            frees[kinds.remove(0)]++;
            blocks.remove(0).release();
        }
        assertCounts(allocations, frees);
        shard.retire();
        pool.trim();
        for (SizeClassStats each : pool.sizeClassStats()) {
            assertEquals(0, each.slabBytes(), each::toString);
            assertEquals(0, each.occupancy());
        }
    }

    private void assertCounts(long[] allocations, long[] frees) {
        List<SizeClassStats> found = pool.sizeClassStats();
        PoolStats whole = pool.stats();
        long slabBytes = 0;
        for (int c = 0; c < allocations.length; c++) {
            SizeClassStats each = found.get(c);
            assertEquals(allocations[c], each.allocations(), each::toString);
            assertEquals(frees[c], each.frees(), each::toString);
            assertEquals(each, pool.sizeClassStats(c));
            assertTrue(each.slabBytes() >= each.outstanding() * each.blockBytes(), each::toString);
            assertTrue(each.occupancy() <= 1 && (each.occupancy() > 0) == (each.outstanding() > 0), each::toString);
            slabBytes += each.slabBytes();
        }
        assertTrue(slabBytes <= whole.reservedBytes(), () -> whole.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1000})
    void aSizeClassThatThereIsNot(int sizeClass) {
        IndexOutOfBoundsException e =
                assertThrows(IndexOutOfBoundsException.class, () -> pool.sizeClassStats(sizeClass));
        assertTrue(e.getMessage().contains("sizeClass=" + sizeClass + " "), e::getMessage);
    }

    /** An owner allocates, another thread frees, and a third scrapes as fast as it can. */
    @ParameterizedTest
    @ValueSource(ints = {1, 64})
    void underTrafficNoCounterGoesBackAndNothingIsLessThanNothing(int blocksAtOnce) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<List<Block>> onTheWay = new AtomicReference<>();
        Daemon owner = Daemon.start(() -> {
            OwnedShard<Block> shard = pool.openShard(Runnable::run);
            while (!stop.get()) {
                shard.collectRemote();
                if (onTheWay.get() == null) {
                    onTheWay.set(TestPools.allocate(shard, blocksAtOnce, 500));
                }
            }
            shard.retire();
        });
        Daemon freer = Daemon.start(() -> {
            while (!stop.get()) {
                free(onTheWay);
            }
        });
        try {
            scrape(SCRAPES);
        } finally {
            stop.set(true);
            owner.join();
            freer.join();
            free(onTheWay);
        }
    }

    /** Large blocks are counted by the pool or by the shard, each time they are handed out and each time they are freed. */
    @Test
    void underTrafficOfLargeBlocksNothingIsLessThanNothing() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        Daemon owner = Daemon.start(() -> {
            OwnedShard<Block> shard = pool.openShard(Runnable::run);
            while (!stop.get()) {
                Block first = Block.allocate(shard, 8000);
                Block second = Block.allocate(shard, 8000);
                Block third = Block.allocate(shard, 8000);
                first.release();
                second.release();
                third.release(); // one more than is kept
                shard.trim(); // so that the next ones come from the pool
            }
            shard.retire();
        });
        try {
            scrape(LARGE_SCRAPES);
        } finally {
            stop.set(true);
            owner.join();
        }
    }

    /** More than an owner's queue takes in. */
    @Test
    void largeBlocksThatOthersFreeNeverCountBackwards() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<List<Block>> onTheWay = new AtomicReference<>();
        Daemon owner = Daemon.start(() -> {
            OwnedShard<Block> shard = pool.openShard(Runnable::run);
            while (!stop.get()) {
                if (onTheWay.get() == null) {
                    onTheWay.set(TestPools.allocate(shard, 20, 60_000));
                }
            }
            shard.retire();
        });
        Daemon freer = Daemon.start(() -> {
            while (!stop.get()) {
                free(onTheWay);
            }
            free(onTheWay);
        });
        try {
            scrape(LARGE_SCRAPES);
        } finally {
            stop.set(true);
            owner.join();
            freer.join();
        }
        free(onTheWay);
    }

    private void scrape(int times) {
        PoolStats last = pool.stats();
        int sizeClass = SizeClasses.indexOf(500);
        SizeClassStats lastOfClass = pool.sizeClassStats(sizeClass);
        for (int i = 0; i < times; i++) {
            SizeClassStats ofClass = pool.sizeClassStats(sizeClass);
            assertTrue(ofClass.outstanding() >= 0, ofClass::toString);
            assertTrue(ofClass.allocations() >= lastOfClass.allocations(), ofClass::toString);
            assertTrue(ofClass.frees() >= lastOfClass.frees(), ofClass::toString);
            lastOfClass = ofClass;
            PoolStats now = pool.stats();
            PoolStats before = last;
            Supplier<String> figures = () -> before + " then " + now;
            assertTrue(now.outstanding() >= 0, figures);
            assertTrue(now.usedBytes() >= now.requestedBytes(), figures);
            assertTrue(now.requestedBytes() >= 0, figures);
            assertTrue(now.allocations() >= last.allocations(), figures);
            assertTrue(now.frees() >= last.frees(), figures);
            assertTrue(now.remoteFrees() >= last.remoteFrees(), figures);
            last = now;
        }
    }

    private static void free(AtomicReference<List<Block>> onTheWay) {
        List<Block> blocks = onTheWay.get();
        if (blocks != null) {
            blocks.forEach(Block::release);
            onTheWay.set(null);
        }
    }

    @Test
    void resizingElsewhereDoesNotDisturbWhatTheOwnerCounts() throws Exception {
        OwnedShard<Block> shard = pool.openShard(Runnable::run);
        Block block = Block.allocate(shard, 500);
        AtomicBoolean stop = new AtomicBoolean();
        Daemon holder = Daemon.start(() -> {
            for (int size = 0; !stop.get(); size++) {
                block.tryResize(size & 511);
            }
            block.release();
        });
        for (int i = 0; i < 3_000_000; i++) {
            Block.allocate(shard, 100).free();
        }
        stop.set(true);
        holder.join();
        shard.retire();
        assertEquals(0, pool.stats().requestedBytes());
    }
}
