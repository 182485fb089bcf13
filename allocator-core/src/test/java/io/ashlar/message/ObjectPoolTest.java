// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.pool.QuietPools;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Acquiring and releasing, exhaustion, closing, and several threads at once. */
@ExtendWith(QuietPools.class)
class ObjectPoolTest {

    private static final int THREADS = 4;
    private static final int ROUNDS = 50_000;
    private static final LongField VALUE = Everything.LITTLE.longField("int64");
    private static final LongField COPY = Everything.LITTLE.longField("uint32");

    private static ObjectPool<Everything> pool(long limit) {
        return ObjectPool.builder(Everything.LITTLE, Everything::new)
                .name("test")
                .limit(limit)
                .build();
    }

    @Test
    void objectAndMemoryAreUsedAgainAndZero() {
        ObjectPool<Everything> pool = pool(1 << 20);
        Everything first = pool.acquire();
        VALUE.set(first, -1);
        Everything.LITTLE.textField("ascii").set(first, "secret");
        first.release();
        Everything again = pool.acquire();
        assertSame(first, again);
        for (int i = 0; i < Everything.LITTLE.bytes(); i++) {
            assertEquals(0, again.memory(Everything.LITTLE).get(i), "byte " + i);
        }
        assertEquals(1, pool.stats().outstanding());
        again.release();
        pool.close();
    }

    @Test
    void anExhaustedPoolSaysSoAndRecovers() {
        ObjectPool<Everything> pool = pool(64 << 10);
        List<Everything> out = new ArrayList<>();
        for (Everything next = pool.tryAcquire(); next != null; next = pool.tryAcquire()) {
            out.add(next);
        }
        assertTrue(out.size() > 150, out.size() + " objects of " + Everything.LITTLE.bytes() + " bytes in 64 KiB");
        AllocationException full = assertThrows(AllocationException.class, pool::acquire);
        assertTrue(full.getMessage().contains("65536"), full.getMessage());
        assertNull(pool.tryAcquire());
        out.remove(0).release();
        Everything recovered = pool.tryAcquire();
        assertNotNull(recovered);
        recovered.release();
        out.forEach(OffHeapObject::release);
        assertEquals(0, pool.stats().outstanding());
        pool.close();
        assertEquals(0, pool.stats().reservedBytes());
    }

    @Test
    void objectsOutliveTheirPool() {
        ObjectPool<Everything> pool = pool(1 << 20);
        Everything out = pool.acquire();
        VALUE.set(out, 7);
        pool.close();
        assertThrows(IllegalStateException.class, pool::acquire);
        assertNull(pool.tryAcquire());
        assertEquals(7, VALUE.get(out));
        assertEquals(1, pool.stats().outstanding());
        out.release();
        assertEquals(0, pool.stats().reservedBytes());
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        ObjectPool.Builder<Everything> builder = ObjectPool.builder(Everything.LITTLE, Everything::new);
        assertThrows(AllocatorConfigException.class, () -> builder.limit(-1).build());
        Schema large = Schema.builder("Large").ascii("text", Schema.MOST_BYTES).build();
        AllocatorConfigException tooLarge = assertThrows(
                AllocatorConfigException.class,
                () -> ObjectPool.builder(large, Everything::new).limit(64 << 10).build());
        assertTrue(tooLarge.getMessage().contains("schema=Large with bytes=16384"), tooLarge.getMessage());
        try (ObjectPool<Everything> pool =
                ObjectPool.builder(large, Everything::new).limit(64 << 20).build()) {
            pool.acquire().release();
        }
    }

    @Test
    void aFactoryThatMakesNoNewObjectIsRefused() {
        ObjectPool<Everything> lender = pool(1 << 20);
        Everything other = lender.acquire();
        List<ObjectPool.Factory<Everything>> wrong = List.of(slot -> other, slot -> null, slot -> {
            new Everything(slot);
            return new Everything(slot);
        });
        for (ObjectPool.Factory<Everything> factory : wrong) {
            ObjectPool<Everything> pool = ObjectPool.builder(Everything.LITTLE, factory)
                    .limit(1 << 20)
                    .build();
            IllegalStateException refused = assertThrows(IllegalStateException.class, pool::acquire);
            assertTrue(refused.getMessage().contains("factory"), refused.getMessage());
            assertEquals(0, pool.stats().outstanding());
            pool.close();
            assertEquals(0, pool.stats().reservedBytes());
        }
        other.release();
        lender.close();
    }

    /** Threads hand objects to each other: nobody finds his object changed, and of two releases one fails. */
    @Test
    void noObjectIsHandedOutTwice() throws Exception {
        ObjectPool<Everything> pool = pool(1 << 20);
        BlockingQueue<Everything> passed = new LinkedBlockingQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<Void>> running = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            long mark = t + 1;
            Callable<Void> work = () -> {
                for (int round = 0; round < ROUNDS; round++) {
                    Everything mine = pool.acquire();
                    VALUE.set(mine, mark << 32 | round);
                    COPY.set(mine, round);
                    passed.add(mine);
                    Everything other = passed.take();
                    assertEquals((int) VALUE.get(other), COPY.get(other));
                    VALUE.set(other, -mark);
                    assertEquals(-mark, VALUE.get(other), "somebody else has it, too");
                    other.release();
                }
                return null;
            };
            running.add(threads.submit(work));
        }
        try {
            for (Future<Void> each : running) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertEquals(0, pool.stats().outstanding());
        pool.close();
        assertEquals(0, pool.stats().reservedBytes());
    }

    @Test
    void ofTwoReleasesAtOnceOneFails() throws Exception {
        ObjectPool<Everything> pool = pool(1 << 20);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 2_000; round++) {
                Everything object = pool.acquire();
                Callable<Integer> release = () -> {
                    try {
                        object.release();
                        return 1;
                    } catch (IllegalStateException second) {
                        return 0;
                    }
                };
                int released = 0;
                for (Future<Integer> each : threads.invokeAll(List.of(release, release))) {
                    released += each.get();
                }
                assertEquals(1, released);
                assertEquals(0, pool.stats().outstanding());
            }
        } finally {
            threads.shutdownNow();
        }
        pool.close();
    }
}
