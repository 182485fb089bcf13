// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.ForkedJvm;
import io.ashlar.memory.MemorySource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Free runs go back to the system although a block in their region stays out. */
class DiscardFreeRunsTest {

    private static final Logger POOL_LOG = Logger.getLogger(MemoryPool.class.getName());
    private static final int K = 1024;
    private static final int REGION = 1 << 20;
    private static final boolean POSSIBLE = Runtime.version().feature() >= 22
            && OS.LINUX.isCurrentOs()
            && "64".equals(System.getProperty("sun.arch.data.model"));

    private final DiscardingSource source = new DiscardingSource(4 * K);

    @TempDir
    Path directory;

    private MemoryPoolBuilder<Block> builder(MemorySource from) {
        return TestPools.oneStripe(Block::new, from)
                .regionSize(REGION)
                .limit(64L * REGION)
                .trimAfter(Duration.ZERO)
                .discardFreeRuns(true);
    }

    @Test
    void trimDiscardsWhatLiesAroundABlockThatIsOut() {
        MemoryPool<Block> pool = builder(source).build();
        assertTrue(pool.discardsFreeRuns());
        Block first = Block.allocate(pool, 128 * K);
        Block survivor = Block.allocate(pool, 128 * K);
        Block last = Block.allocate(pool, 256 * K);
        survivor.memory().putLong(survivor.offset(), 42);
        first.release();
        last.release();
        pool.trim();
        assertEquals("[0+128K, 256+256K]", source.takeSpans().toString());
        assertEquals(384 * K, pool.stats().discardedBytes());
        assertEquals(0, pool.stats().returnedBytes());
        assertEquals(REGION, pool.stats().reservedBytes());
        pool.checkInvariants();
        pool.trim();
        assertEquals("[]", source.takeSpans().toString());
        assertEquals(42, survivor.memory().getLong(survivor.offset()));
        Block again = Block.allocate(pool, 128 * K);
        assertEquals(0, again.offset(), "what was discarded serves again");
        again.release();
        survivor.release();
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void aBlockThatHasGrownKeepsAllOfItsBytes() {
        MemoryPool<Block> pool = builder(source).build();
        Block first = Block.allocate(pool, 128 * K);
        Block second = Block.allocate(pool, 128 * K);
        Block survivor = Block.allocate(pool, 128 * K);
        second.release();
        pool.trim();
        assertEquals("[128+128K]", source.takeSpans().toString());
        assertTrue(first.tryResize(256 * K));
        assertEquals(256 * K, first.size(), "in place");
        first.memory().putLong(first.offset() + 200 * K, 42);
        pool.trim();
        assertEquals("[]", source.takeSpans().toString());
        assertEquals(42, first.memory().getLong(first.offset() + 200 * K));
        pool.checkInvariants();
        first.release();
        survivor.release();
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void slabsThatAreEmptyAreDiscardedToo() {
        MemoryPool<Block> pool = builder(source).build();
        Block survivor = Block.allocate(pool, 100_000);
        List<Block> small = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            small.add(Block.allocate(pool, 2000));
        }
        small.forEach(Block::release);
        pool.trim();
        long discarded = pool.stats().discardedBytes();
        assertTrue(discarded >= 100 * K, () -> discarded + " bytes");
        survivor.release();
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void whatIsIdleIsDiscardedAtTheSecondLook() {
        MemoryPool<Block> pool = builder(source).build();
        Block survivor = Block.allocate(pool, 128 * K);
        Block.allocate(pool, 256 * K).release();
        pool.trimIdle();
        assertEquals("[]", source.takeSpans().toString(), "it was needed since the last look");
        pool.trimIdle();
        assertEquals("[256+256K]", source.takeSpans().toString());
        pool.trimIdle();
        assertEquals("[]", source.takeSpans().toString());
        survivor.release();
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void itHappensByItself() throws InterruptedException {
        MemoryPool<Block> pool =
                builder(source).trimAfter(Duration.ofMillis(20)).build();
        Block survivor = Block.allocate(pool, 128 * K);
        Block.allocate(pool, 256 * K).release();
        for (int i = 0; i < 3000 && pool.stats().discardedBytes() == 0; i++) {
            Thread.sleep(10);
        }
        assertEquals(256 * K, pool.stats().discardedBytes());
        survivor.release();
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void nothingIsDiscardedUnlessAskedFor() {
        MemoryPool<Block> pool = builder(source).discardFreeRuns(false).build();
        assertFalse(pool.discardsFreeRuns());
        Block survivor = Block.allocate(pool, 128 * K);
        Block.allocate(pool, 256 * K).release();
        pool.trim();
        pool.trimIdle();
        pool.trimIdle();
        assertEquals("[]", source.takeSpans().toString());
        survivor.release();
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void aSourceThatCannotDiscardIsSaidOnceAndServes() {
        List<LogRecord> entries = new ArrayList<>();
        MemorySource heap = MemorySource.heap();
        POOL_LOG.setFilter(entry -> !entries.add(entry));
        try {
            MemoryPool<Block> pool = builder(heap).name("edge").build();
            assertFalse(pool.discardsFreeRuns());
            Block survivor = Block.allocate(pool, 128 * K);
            Block.allocate(pool, 256 * K).release();
            pool.trim();
            assertEquals(0, pool.stats().discardedBytes());
            survivor.release();
            TestPools.closeAndVerify(pool, heap);
            builder(heap).discardFreeRuns(false).build().close();
        } finally {
            POOL_LOG.setFilter(null);
        }
        assertEquals(1, entries.size());
        assertEquals(Level.WARNING, entries.get(0).getLevel());
        String message = entries.get(0).getMessage();
        assertTrue(message.contains("pool edge") && message.contains("kind=heap"), message);
        assertTrue(message.contains("--enable-native-access=ALL-UNNAMED"), message);
    }

    /** A source writes over what it discards: had a run been handed out meanwhile, its holder would see it. */
    @Test
    void nothingIsHandedOutWhileItIsDiscarded() throws Exception {
        long seed = Long.getLong("ashlar.test.seed", System.nanoTime());
        System.out.println("DiscardFreeRunsTest: -Dashlar.test.seed=" + seed);
        MemoryPool<Block> pool = builder(source).build();
        Daemon user = Daemon.start(() -> useBlocks(pool, new Random(seed)));
        do {
            pool.trimIdle();
            pool.trim();
        } while (!user.hasEnded());
        user.join();
        pool.trim();
        assertTrue(pool.stats().discardedBytes() > 0);
        TestPools.closeAndVerify(pool, source);
    }

    private static void useBlocks(MemoryPool<Block> pool, Random random) {
        List<Block> out = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            int size = 1 << 10 + random.nextInt(9);
            Block block = Block.allocate(pool, size);
            for (int at = 0; at < size; at += 512) {
                block.memory().put(block.offset() + at, (byte) 1);
            }
            out.add(block);
            if (out.size() > 8) {
                verifyAndRelease(out.remove(random.nextInt(out.size())));
            }
        }
        out.forEach(DiscardFreeRunsTest::verifyAndRelease);
    }

    private static void verifyAndRelease(Block block) {
        for (int at = 0; at < block.size(); at += 512) {
            assertEquals(1, block.memory().get(block.offset() + at), "discarded while it was out");
        }
        block.release();
    }

    // ---- with the real thing, as only a JVM of its own can have it

    @Test
    @EnabledOnOs(OS.LINUX)
    void oneBlockInARegionNoLongerKeepsTheRestResident() throws Exception {
        String[] flags = POSSIBLE ? new String[] {"--enable-native-access=ALL-UNNAMED"} : new String[0];
        String expected = """
                resident MiB with all blocks 120
                resident MiB with one in each of 8 regions %s
                resident MiB with all blocks again 120, in 8 regions
                resident MiB some time after %s
                """.formatted(POSSIBLE ? "0" : "120", POSSIBLE ? "0" : "120");
        ForkedJvm run = ForkedJvm.run(directory, "", Pinned.class, flags);
        assertEquals(expected, run.out().replace("\r\n", "\n"), run::toString);
        if (POSSIBLE) {
            assertEquals("", run.err());
        } else {
            assertEquals(2, run.err().split("was to discard free runs", -1).length, "it is said once");
        }
    }

    @Test
    void withoutTheSwitchNothingIsPrinted() throws Exception {
        ForkedJvm run = ForkedJvm.run(directory, "", Quiet.class);
        assertEquals("", run.err());
        assertEquals("false 0\n", run.out().replace("\r\n", "\n"));
    }

    /** Fills eight regions, releases all but one block of each, and uses them again. */
    static final class Pinned {
        private static final int REGIONS = 8;
        private static final int MIB = 1 << 20;
        private static final int PER_REGION = 16;

        public static void main(String[] arguments) throws InterruptedException {
            MemoryPool<Block> pool = MemoryPool.builder(Block::new)
                    .source(MemorySource.mapped(Path.of(System.getProperty("java.io.tmpdir"))))
                    .limit(2L * REGIONS * PER_REGION * MIB)
                    .trimAfter(Duration.ofMillis(200))
                    .discardFreeRuns(true)
                    .build();
            List<Block> survivors = new ArrayList<>();
            List<Block> others = new ArrayList<>();
            for (int i = 0; i < REGIONS * PER_REGION; i++) {
                Block block = Block.allocate(pool, MIB);
                if (i % PER_REGION == 0) {
                    block.memory().putLong(block.offset(), i);
                    survivors.add(block);
                } else {
                    others.add(touched(block));
                }
            }
            say(pool, "with all blocks", "");
            releaseAll(others);
            pool.trim();
            say(pool, "with one in each of " + pool.stats().regions() + " regions", "");
            while (others.size() < REGIONS * (PER_REGION - 1)) {
                others.add(touched(Block.allocate(pool, MIB)));
            }
            say(pool, "with all blocks again", ", in " + pool.stats().regions() + " regions");
            releaseAll(others);
            for (int i = 0; i < 1000 && pool.discardsFreeRuns() && pool.residentBytes() > MIB; i++) {
                Thread.sleep(30);
            }
            say(pool, "some time after", "");
            for (int i = 0; i < survivors.size(); i++) {
                Block block = survivors.get(i);
                if (block.memory().getLong(block.offset()) != i * PER_REGION) {
                    throw new AssertionError("a block that was out has lost its contents: " + i);
                }
                block.release();
            }
            pool.checkInvariants();
            pool.close();
        }

        private static Block touched(Block block) {
            for (int at = 0; at < MIB; at++) {
                block.memory().put(block.offset() + at, (byte) at);
            }
            return block;
        }

        private static void releaseAll(List<Block> blocks) {
            for (Block block : blocks) {
                for (int at = 0; at < MIB; at++) {
                    if (block.memory().get(block.offset() + at) != (byte) at) {
                        throw new AssertionError("a block has lost its contents at " + at);
                    }
                }
                block.release();
            }
            blocks.clear();
        }

        private static void say(MemoryPool<Block> pool, String when, String more) {
            System.out.println("resident MiB " + when + " " + pool.residentBytes() / MIB + more);
        }
    }

    /** A pool as it is by default. */
    static final class Quiet {
        public static void main(String[] arguments) {
            MemoryPool<Block> pool = MemoryPool.builder(Block::new).build();
            Block survivor = Block.allocate(pool, 1000);
            Block.allocate(pool, 1 << 20).release();
            pool.trim();
            System.out.println(pool.discardsFreeRuns() + " " + pool.stats().discardedBytes());
            survivor.release();
            pool.close();
        }
    }
}
