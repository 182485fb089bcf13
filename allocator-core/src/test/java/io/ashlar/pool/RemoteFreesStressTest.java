// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An owner allocates, several other threads free. Every block says in its first bytes what is the case with it: its number
 * while it is out, that it is free while it is free. So one that is handed out before it was freed, or to two, or whose
 * contents are not yet visible to the next holder shows at once, and one that is left behind at the end.
 *
 * <p>Run again with {@code -Dashlar.test.seed=...}, longer with {@code -Dashlar.test.ops=...}.
 */
class RemoteFreesStressTest {

    private static final long SEED = Long.getLong("ashlar.test.seed", System.nanoTime());
    private static final int OPERATIONS = Integer.getInteger("ashlar.test.ops", 200_000);
    private static final int FREERS = 3;
    private static final long FREE = 0xF4EEF4EEF4EEF4EEL;
    private static final Message END = new Message(null, 0, 0);

    private final AtomicBoolean failed = new AtomicBoolean();

    private record Message(RawView view, long number, int size) {

        void verifyAndFree() {
            ByteBuffer memory = view.run().memory();
            int offset = view.run().blockOffset(view.index());
            assertEquals(number, memory.getLong(offset), "somebody else has the block, too");
            assertEquals(~number, memory.getLong(offset + 8), "somebody else has the block, too");
            memory.putLong(offset, FREE);
            view.free(size);
        }
    }

    /** With few blocks out, slabs are nearly always queued; with many, they come and go. */
    @ParameterizedTest
    @ValueSource(ints = {8, 1000})
    void blocksAreFreedByManyAndAllocatedByOne(int mostOnTheWay) throws Exception {
        System.out.println("RemoteFreesStressTest: -Dashlar.test.seed=" + SEED + " -Dashlar.test.ops=" + OPERATIONS);
        CountingSource source = new CountingSource();
        MemoryPool<RawView> pool = MemoryPool.builder(RawView::new)
                .source(source)
                .regionSize(1 << 20)
                .stripes(1)
                .build();
        List<BlockingQueue<Message>> ways = new ArrayList<>();
        List<Daemon> threads = new ArrayList<>();
        for (int i = 0; i < FREERS; i++) {
            BlockingQueue<Message> way = new ArrayBlockingQueue<>(mostOnTheWay);
            ways.add(way);
            threads.add(Daemon.start(() -> verifyAndFreeAll(way)));
        }
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        long given = send(shard, ways);
        for (BlockingQueue<Message> way : ways) {
            assertTrue(way.offer(END, Daemon.PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
        for (Daemon thread : threads) {
            thread.join();
        }
        PoolStats stats = pool.stats();
        assertEquals(OPERATIONS, stats.allocations());
        assertEquals(OPERATIONS, stats.frees());
        assertEquals(given, stats.remoteFrees());
        assertEquals(0, stats.usedBytes());
        assertEquals(0, stats.requestedBytes());
        shard.trim();
        pool.checkInvariants();
        assertEquals(0, pool.budget().taken(), "a slab is left behind");
        pool.regions().closeEmpty();
        assertEquals(0, source.reserved(), "a slab is left behind");
        shard.retire();
        pool.close();
    }

    /** Allocates; passes most of it on, and frees some itself. Returns how many were passed on. */
    private long send(OwnedShard<RawView> shard, List<BlockingQueue<Message>> ways) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(SEED);
        long given = 0;
        for (int i = 0; i < OPERATIONS && !failed.get(); i++) {
            int size = 16 + random.nextInt(2) * random.nextInt(200);
            RawView view = shard.allocate(size);
            Message message = new Message(view, i, size);
            ByteBuffer memory = view.run().memory();
            int offset = view.run().blockOffset(view.index());
            long found = memory.getLong(offset + 8);
            if (isKnown(found)) {
                assertEquals(FREE, memory.getLong(offset), "handed out before it was freed");
            }
            memory.putLong(offset, i);
            memory.putLong(offset + 8, ~(long) i);
            if (random.nextInt(8) == 0) {
                message.verifyAndFree();
            } else {
                BlockingQueue<Message> way = ways.get(random.nextInt(ways.size()));
                while (!way.offer(message, 1, TimeUnit.SECONDS)) {
                    assertTrue(!failed.get(), "a freeing thread has failed");
                }
                given++;
            }
        }
        return given;
    }

    private boolean isKnown(long second) {
        return second < 0 && second >= ~(long) OPERATIONS;
    }

    private void verifyAndFreeAll(BlockingQueue<Message> way) throws InterruptedException {
        try {
            for (Message message = way.take(); message != END; message = way.take()) {
                message.verifyAndFree();
            }
        } catch (Throwable e) {
            failed.set(true);
            throw e;
        }
    }
}
