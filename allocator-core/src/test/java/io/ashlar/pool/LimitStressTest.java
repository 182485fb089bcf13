// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.ForwardingRegion;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Sixteen threads, half of them with shards of their own, take from a parent and from two children of it all that they can get: the limits are
 * exact, no promise is broken, no byte is lost, and everything can be had again afterwards.
 *
 * <p>Run again with {@code -Dashlar.test.seed=...}, longer with {@code -Dashlar.test.seconds=...}.
 */
class LimitStressTest {

    private static final long SEED = Long.getLong("ashlar.test.seed", System.nanoTime());
    private static final int SECONDS = Integer.getInteger("ashlar.test.seconds", 3);
    private static final int THREADS = 16;
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final long LIMIT = 16L * MIB;
    private static final long LIMIT_OF_A = 8L * MIB;
    private static final long PROMISED_TO_B = 3L * MIB;

    /** Counts for itself what is out: a pool that miscounts does not mislead it. */
    private static final class Observer implements MemorySource {

        private final MemorySource mapped = MemorySource.mapped();
        // Synchronization: atomic; counted up before the pool has a region, down after it has gone.
        private final AtomicLong out = new AtomicLong();
        private final AtomicLong most = new AtomicLong();

        @Override
        public String kind() {
            return mapped.kind();
        }

        @Override
        public @Nullable MemoryRegion tryAcquire(Layout layout) {
            MemoryRegion region = mapped.tryAcquire(layout);
            if (region == null) {
                return null;
            }
            most.accumulateAndGet(out.addAndGet(region.size()), Math::max);
            return new Watched(region);
        }

        @Override
        public long reserved() {
            return out.get();
        }

        private final class Watched extends ForwardingRegion {

            Watched(MemoryRegion region) {
                super(region);
            }

            @Override
            public void close() {
                int size = size();
                super.close();
                out.addAndGet(-size);
            }
        }
    }

    private record Held(Block block, int length, long pattern) {

        static Held write(Block block, int length, long pattern) {
            for (int i = 0; i + 8 <= length; i += 64) {
                block.memory().putLong(block.offset() + i, pattern + i);
            }
            return new Held(block, length, pattern);
        }

        void verifyAndRelease() {
            for (int i = 0; i + 8 <= length; i += 64) {
                assertEquals(pattern + i, block.memory().getLong(block.offset() + i), "byte " + i + " of " + block);
            }
            block.release();
        }
    }

    private final Observer source = new Observer();
    private final MemoryPool<Block> parent = MemoryPool.builder(Block::new)
            .source(source)
            .name("edge")
            .limit(LIMIT)
            .regionSize(4 * MIB)
            .stripes(4)
            .build();
    private final MemoryPool<Block> a = MemoryPool.builder(Block::new)
            .parent(parent)
            .name("a")
            .limit(LIMIT_OF_A)
            .stripes(2)
            .build();
    private final MemoryPool<Block> b = MemoryPool.builder(Block::new)
            .parent(parent)
            .name("b")
            .reservation(PROMISED_TO_B)
            .stripes(2)
            .build();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong served = new AtomicLong();

    @Test
    void sixteenThreadsAtTheLimit() throws Exception {
        System.out.println("LimitStressTest: -Dashlar.test.seed=" + SEED + " -Dashlar.test.seconds=" + SECONDS);
        List<MemoryPool<Block>> pools = List.of(parent, a, b);
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        List<Callable<Void>> workers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom random = new SplittableRandom(SEED + i);
            MemoryPool<Block> pool = pools.get(i % pools.size());
            boolean owner = i % 2 == 0;
            workers.add(() -> work(pool, owner, random, end));
        }
        workers.add(() -> promiseIsKept(end));
        ExecutorService threads = Executors.newFixedThreadPool(workers.size());
        try {
            for (Future<Void> worker : threads.invokeAll(workers)) {
                worker.get();
            }
        } finally {
            threads.shutdown();
        }
        System.out.println("served " + served + ", refused " + refused + ", at the most " + source.most
                + " bytes reserved of " + LIMIT + ", edge/a at the most "
                + a.stats().peakReservedBytes() + " of "
                + LIMIT_OF_A);
        assertTrue(refused.get() > 1000, "the limit was hardly met: refused=" + refused);
        assertTrue(source.most.get() <= LIMIT, "reserved at the most " + source.most);
        assertTrue(a.stats().peakReservedBytes() <= LIMIT_OF_A, () -> a.stats().toString());
        for (MemoryPool<Block> each : pools) {
            each.checkInvariants();
            assertEquals(0, each.stats().outstanding());
            assertEquals(0, each.stats().requestedBytes());
        }
        everythingCanBeHadAgain();
        parent.close();
        assertEquals(0, source.reserved());
    }

    private Void work(MemoryPool<Block> pool, boolean owner, SplittableRandom random, long end) {
        OwnedShard<Block> shard = owner ? pool.openShard(Runnable::run) : null;
        List<Held> held = new ArrayList<>();
        while (System.nanoTime() < end) {
            int length = lengthOf(random);
            try {
                Block block = shard == null ? Block.allocate(pool, length) : Block.allocate(shard, length);
                held.add(Held.write(block, length, random.nextLong()));
                served.incrementAndGet();
            } catch (AllocationException e) {
                assertEquals(AllocationException.Reason.SOURCE_EXHAUSTED, e.reason());
                assertEquals(length, e.requested());
                refused.incrementAndGet();
                for (int i = held.size() / 4; i >= 0 && !held.isEmpty(); i--) {
                    release(held, random);
                }
            }
            if (random.nextInt(4) == 0 && !held.isEmpty()) {
                release(held, random);
            }
        }
        held.forEach(Held::verifyAndRelease);
        if (shard != null) {
            shard.retire();
        }
        return null;
    }

    private static void release(List<Held> held, SplittableRandom random) {
        int index = random.nextInt(held.size());
        Held last = held.remove(held.size() - 1);
        (index == held.size() ? last : held.set(index, last)).verifyAndRelease();
    }

    private static int lengthOf(SplittableRandom random) {
        return switch (random.nextInt(10)) {
            case 0 -> random.nextInt(5 * MIB);
            case 1, 2 -> random.nextInt(128 * KIB);
            default -> random.nextInt(4 * KIB);
        };
    }

    /** Whatever the others do: what they take together leaves what was promised to b. */
    private Void promiseIsKept(long end) {
        while (System.nanoTime() < end) {
            long ofOthers;
            parent.regions().lock().lock();
            try {
                ofOthers = parent.budget().taken() - b.budget().taken();
                assertEquals(LIMIT, parent.budget().limit());
            } finally {
                parent.regions().lock().unlock();
            }
            assertTrue(ofOthers <= LIMIT - PROMISED_TO_B, "others have " + ofOthers);
            Thread.yield();
        }
        return null;
    }

    private void everythingCanBeHadAgain() {
        parent.trim();
        List<Block> all = new ArrayList<>();
        assertThrows(AllocationException.class, () -> {
            while (true) {
                all.add(Block.allocate(b, 64 * KIB));
            }
        });
        assertEquals(LIMIT, all.size() * 64L * KIB);
        all.forEach(Block::release);
    }
}
