// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import static io.ashlar.message.TestObjectPools.inThreads;
import static io.ashlar.message.TestObjectPools.ofCapacity;
import static io.ashlar.message.TestObjectPools.ofLimit;
import static io.ashlar.message.TestObjectPools.takeAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.pool.QuietPools;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Acquiring and releasing, exhaustion, closing, and several threads at once. */
@ExtendWith(QuietPools.class)
class ObjectPoolTest {

    private static final int THREADS = 4;
    private static final int ROUNDS = 50_000;
    private static final LongField VALUE = Everything.LITTLE.longField("int64");
    private static final LongField COPY = Everything.LITTLE.longField("uint32");

    @Test
    void objectAndMemoryAreUsedAgainAndZero() {
        ObjectPool<Everything> pool = ofLimit(1 << 20);
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
        ObjectPool<Everything> pool = ofLimit(64 << 10);
        List<Everything> out = takeAll(pool);
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
        assertEquals(0, pool.stats().memory().reservedBytes());
    }

    @Test
    void objectsOutliveTheirPool() {
        ObjectPool<Everything> pool = ofLimit(1 << 20);
        Everything out = pool.acquire();
        VALUE.set(out, 7);
        pool.close();
        assertThrows(IllegalStateException.class, pool::acquire);
        assertNull(pool.tryAcquire());
        assertEquals(7, VALUE.get(out));
        assertEquals(1, pool.stats().outstanding());
        out.release();
        assertEquals(0, pool.stats().memory().reservedBytes());
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
        ObjectPool<Everything> lender = ofLimit(1 << 20);
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
            assertEquals(0, pool.stats().memory().reservedBytes());
        }
        other.release();
        lender.close();
    }

    /** Threads hand objects to each other: nobody finds his object changed, and of two releases one fails. */
    @Test
    void noObjectIsHandedOutTwice() throws Exception {
        ObjectPool<Everything> pool = ofLimit(1 << 20);
        BlockingQueue<Everything> passed = new LinkedBlockingQueue<>();
        inThreads(THREADS, thread -> {
            long mark = thread + 1;
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
        });
        assertEquals(0, pool.stats().outstanding());
        pool.close();
        assertEquals(0, pool.stats().memory().reservedBytes());
    }

    @Test
    void ofTwoReleasesAtOnceOneFails() throws Exception {
        ObjectPool<Everything> pool = ofLimit(1 << 20);
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

    @Test
    void contentIsCopiedAsBytes() {
        ObjectPool<Everything> pool = ofLimit(1 << 20);
        int bytes = Everything.LITTLE.bytes();
        try (Everything one = pool.acquire();
                Everything two = pool.acquire()) {
            VALUE.set(one, 42);
            ByteBuffer copy = ByteBuffer.allocateDirect(bytes + 10).position(5).limit(5 + bytes);
            one.getContent(0, copy);
            assertEquals(5, copy.position());
            two.setContent(0, copy);
            assertTrue(one.contentEquals(two));
            assertThrows(IndexOutOfBoundsException.class, () -> two.setContent(1, copy));
            assertThrows(IndexOutOfBoundsException.class, () -> two.setContent(-1, copy));
            assertThrows(IndexOutOfBoundsException.class, () -> two.getContent(1, copy));
            assertTrue(one.contentEquals(two), "nothing was copied");
            ByteBuffer eight = ByteBuffer.allocate(8).putLong(0, -1);
            two.setContent(8, eight);
            assertEquals(-1, VALUE.get(two));
        }
        pool.close();
    }

    /** A log may print what somebody else is releasing. */
    @Test
    void printingNeverFails() throws Exception {
        ObjectPool<Everything> pool = ofCapacity(1);
        AtomicReference<Everything> shown = new AtomicReference<>(pool.acquire());
        Thread printer = new Thread(() -> {
            for (Everything next = shown.get(); next != null; next = shown.get()) {
                next.toString();
            }
        });
        AtomicReference<Throwable> failure = new AtomicReference<>();
        printer.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
        Everything only = shown.get();
        printer.start();
        for (int round = 0; round < 20_000 && failure.get() == null; round++) {
            only.release();
            Thread.yield();
            pool.acquire();
        }
        shown.set(null);
        printer.join();
        assertNull(failure.get());
        only.release();
        pool.close();
    }
}
