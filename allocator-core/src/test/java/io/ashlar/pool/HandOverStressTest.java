// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;

/**
 * Threads with and without a shard of their own pass blocks around, write a pattern into what they get and verify the
 * pattern of what they pass on or free. A block that is handed out twice, freed into the wrong place or lost shows as a
 * wrong pattern or as a block that is outstanding at the end.
 *
 * <p>Run again with {@code -Dashlar.test.seed=...}, longer with {@code -Dashlar.test.ops=...}.
 */
class HandOverStressTest {

    private static final long SEED = Long.getLong("ashlar.test.seed", System.nanoTime());
    private static final int OPERATIONS = Integer.getInteger("ashlar.test.ops", 200_000);
    private static final int OWNERS = 3;
    private static final int OTHERS = 3;
    private static final int LARGEST = 40_000;

    /** What is outstanding, between two threads: whoever swaps a message out of it is its only holder. */
    private final AtomicReferenceArray<Message> exchange = new AtomicReferenceArray<>(512);

    private record Message(Block block, int length, long pattern) {

        static Message write(Block block, int length, long pattern) {
            Message message = new Message(block, length, pattern);
            for (int i = 0; i < length; i++) {
                block.memory().put(block.offset() + i, message.at(i));
            }
            return message;
        }

        void verify() {
            for (int i = 0; i < length; i++) {
                byte found = block.memory().get(block.offset() + i);
                if (found != at(i)) {
                    throw new AssertionError(block + " holds " + found + " instead of " + at(i) + " at " + i);
                }
            }
        }

        private byte at(int i) {
            return (byte) (pattern >>> (i & 7) * 8);
        }
    }

    @Test
    void whatIsPassedOnArrivesIntactAndEverythingComesBack() throws Exception {
        System.out.println("HandOverStressTest: -Dashlar.test.seed=" + SEED + " -Dashlar.test.ops=" + OPERATIONS);
        CountingSource source = new CountingSource();
        MemoryPool<Block> pool = MemoryPool.builder(Block::new)
                .source(source)
                .regionSize(4 << 20)
                .stripes(2)
                .build();
        List<Callable<Void>> workers = new ArrayList<>();
        for (int i = 0; i < OWNERS + OTHERS; i++) {
            SplittableRandom random = new SplittableRandom(SEED + i);
            boolean owner = i < OWNERS;
            workers.add(() -> work(pool, owner, random));
        }
        ExecutorService threads = Executors.newFixedThreadPool(workers.size());
        try {
            for (Future<Void> worker : threads.invokeAll(workers)) {
                worker.get();
            }
        } finally {
            threads.shutdown();
        }
        for (int i = 0; i < exchange.length(); i++) {
            verifyAndRelease(exchange.getAndSet(i, null));
        }
        pool.checkInvariants();
        PoolStats stats = pool.stats();
        assertEquals(0, stats.outstanding());
        assertEquals(0, stats.usedBytes());
        assertEquals(0, stats.requestedBytes());
        assertEquals((long) OPERATIONS * workers.size(), stats.allocations());
        pool.close();
        assertEquals(0, source.reserved());
    }

    private Void work(MemoryPool<Block> pool, boolean owner, SplittableRandom random) {
        OwnedShard<Block> shard = owner ? pool.openShard(Runnable::run) : null;
        for (int i = 0; i < OPERATIONS; i++) {
            int length = lengthOf(random);
            Block block = shard == null ? Block.allocate(pool, length) : Block.allocate(shard, length);
            Message message = Message.write(block, length, random.nextLong());
            verifyAndRelease(exchange.getAndSet(random.nextInt(exchange.length()), message));
            if (owner && random.nextInt(10_000) == 0) {
                shard.retire();
                shard = pool.openShard(Runnable::run);
            }
        }
        if (shard != null) {
            shard.retire();
        }
        return null;
    }

    private static int lengthOf(SplittableRandom random) {
        return random.nextInt(100) == 0 ? random.nextInt(LARGEST) : random.nextInt(400);
    }

    private static void verifyAndRelease(Message message) {
        if (message != null) {
            message.verify();
            message.block().release();
        }
    }

    @Test
    void theCheckNoticesABlockWithTwoHolders() {
        MemoryPool<Block> pool =
                MemoryPool.builder(Block::new).source(new CountingSource()).build();
        Block block = Block.allocate(pool, 100);
        Message first = Message.write(block, 100, 0x0102030405060708L);
        Message.write(block, 100, 0x1112131415161718L);
        assertThrows(AssertionError.class, first::verify);
        block.release();
        pool.close();
    }
}
