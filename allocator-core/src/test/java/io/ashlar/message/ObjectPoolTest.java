// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.pool.QuietPools;
import io.ashlar.pool.Run;
import io.ashlar.pool.ViewFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;

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
        assertEquals(0, pool.stats().memory().reservedBytes());
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
            assertEquals(0, pool.stats().memory().reservedBytes());
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
        assertEquals(0, pool.stats().memory().reservedBytes());
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

    private static ObjectPool<Everything> ofCapacity(int capacity) {
        return ObjectPool.builder(Everything.LITTLE, Everything::new)
                .name("counted")
                .capacity(capacity)
                .build();
    }

    @Test
    void aCapacityIsExact() {
        ObjectPool<Everything> pool = ofCapacity(3);
        List<Everything> out = new ArrayList<>(List.of(pool.acquire(), pool.acquire(), pool.acquire()));
        AllocationException none = assertThrows(AllocationException.class, pool::acquire);
        assertTrue(none.getMessage().contains("object pool counted"), none.getMessage());
        assertTrue(none.getMessage().contains("all objects of capacity=3 are out"), none.getMessage());
        assertNull(pool.tryAcquire());
        assertEquals(2, pool.stats().exhausted());
        assertEquals(3, pool.stats().capacity());
        out.remove(0).release();
        out.add(pool.tryAcquire());
        assertNull(pool.tryAcquire());
        out.forEach(OffHeapObject::release);
        for (Everything each : out) {
            assertThrows(IllegalStateException.class, each::release, "a second release frees no permit");
        }
        for (int i = 0; i < 3; i++) {
            assertNotNull(pool.tryAcquire());
        }
        assertNull(pool.tryAcquire());
        assertEquals(7, pool.stats().acquired());
        assertEquals(4, pool.stats().released());
        assertEquals(3, pool.stats().outstanding());
        pool.close();
    }

    @Test
    void aCapacityThatMakesNoSenseIsRefused() {
        for (int capacity : new int[] {0, -1, Integer.MIN_VALUE, (1 << 30) + 1}) {
            AllocatorConfigException refused = assertThrows(AllocatorConfigException.class, () -> ofCapacity(capacity));
            assertTrue(refused.getMessage().contains("capacity=" + capacity), refused.getMessage());
        }
        ObjectPool<Everything> largest = ofCapacity(1 << 30);
        largest.acquire().release();
        largest.close();
        largest.close();
    }

    /** What the memory refuses costs the capacity nothing. */
    @Test
    void aRefusalOfTheMemoryGivesThePermitBack() {
        ObjectPool<Everything> pool = ObjectPool.builder(Everything.LITTLE, Everything::new)
                .limit(64 << 10)
                .capacity(1000)
                .build();
        List<Everything> out = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            Everything next = i % 2 == 0 ? pool.tryAcquire() : refusedAsNull(pool);
            if (next != null) {
                out.add(next);
            }
        }
        int most = out.size();
        assertTrue(most < 1000, () -> most + " objects");
        AllocationException full = assertThrows(AllocationException.class, pool::acquire);
        assertTrue(full.getMessage().contains("limit=65536"), full.getMessage()); // there are permits
        out.forEach(OffHeapObject::release);
        out.clear();
        for (int i = 0; i < most; i++) {
            out.add(pool.acquire());
        }
        assertNull(pool.tryAcquire());
        out.forEach(OffHeapObject::release);
        pool.close();
    }

    private static Everything refusedAsNull(ObjectPool<Everything> pool) {
        try {
            return pool.acquire();
        } catch (AllocationException full) {
            return null;
        }
    }

    @Test
    void whoWaitsGetsWhatIsReleased() throws Exception {
        ObjectPool<Everything> limited = pool(64 << 10);
        for (ObjectPool<Everything> pool : List.of(ofCapacity(1), limited)) {
            List<Everything> out = new ArrayList<>();
            for (Everything next = pool.tryAcquire(); next != null; next = pool.tryAcquire()) {
                out.add(next);
            }
            ExecutorService threads = Executors.newFixedThreadPool(2);
            List<Future<Everything>> waiting = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                waiting.add(threads.submit(() -> pool.acquire(60, TimeUnit.SECONDS)));
            }
            while (pool.stats().waits() < 2) {
                Thread.sleep(1);
            }
            out.remove(0).release();
            Everything first = any(waiting);
            first.release();
            Everything second = any(waiting);
            second.release();
            assertTrue(pool.stats().waitNanos() > 0);
            assertEquals(2, pool.stats().waits());
            threads.shutdown();
            out.forEach(OffHeapObject::release);
            assertEquals(0, pool.stats().outstanding());
            pool.close();
        }
    }

    private static Everything any(List<Future<Everything>> waiting) throws Exception {
        while (true) {
            for (Future<Everything> each : waiting) {
                if (each.isDone()) {
                    waiting.remove(each);
                    return each.get();
                }
            }
            Thread.sleep(1);
        }
    }

    @Test
    void waitingEndsAfterItsTime() throws Exception {
        ObjectPool<Everything> pool = ofCapacity(1);
        Everything only = pool.acquire(0, TimeUnit.SECONDS);
        AllocationException none =
                assertThrows(AllocationException.class, () -> pool.acquire(5, TimeUnit.MILLISECONDS));
        assertTrue(none.getMessage().contains("none came back in PT0.005S"), none.getMessage());
        assertThrows(AllocationException.class, () -> pool.acquire(-1, TimeUnit.DAYS));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> pool.acquire(60, TimeUnit.SECONDS));
        only.release();
        pool.acquire(1, TimeUnit.NANOSECONDS).release();
        assertEquals(2, pool.stats().waits(), "who need not wait does not count");
        assertEquals(2, pool.stats().exhausted());
        pool.close();
    }

    @Test
    void closingWakesWhoWaits() throws Exception {
        for (ObjectPool<Everything> pool : List.of(ofCapacity(1), pool(64 << 10))) {
            List<Everything> out = new ArrayList<>();
            for (Everything next = pool.tryAcquire(); next != null; next = pool.tryAcquire()) {
                out.add(next);
            }
            ExecutorService threads = Executors.newFixedThreadPool(2);
            List<Future<Everything>> waiting = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                waiting.add(threads.submit(() -> pool.acquire(1, TimeUnit.DAYS)));
            }
            while (pool.stats().waits() < 2) {
                Thread.sleep(1);
            }
            pool.close();
            for (Future<Everything> each : waiting) {
                ExecutionException refused =
                        assertThrows(ExecutionException.class, () -> each.get(60, TimeUnit.SECONDS));
                assertTrue(
                        refused.getCause() instanceof IllegalStateException,
                        refused.getCause().toString());
            }
            assertThrows(IllegalStateException.class, pool::acquire);
            assertThrows(IllegalStateException.class, () -> pool.acquire(1, TimeUnit.DAYS));
            assertNull(pool.tryAcquire());
            threads.shutdown();
            out.forEach(OffHeapObject::release);
            assertEquals(0, pool.stats().outstanding());
            assertEquals(0, pool.stats().memory().reservedBytes());
        }
    }

    /** More threads than objects, some of which wait: never are more out than the capacity, and nobody waits in vain. */
    @Test
    void aCapacityHoldsUnderThreads() throws Exception {
        int capacity = 3;
        ObjectPool<Everything> pool = ofCapacity(capacity);
        AtomicInteger out = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS * 2);
        List<Future<Void>> running = new ArrayList<>();
        for (int t = 0; t < THREADS * 2; t++) {
            int kind = t % 3;
            running.add(threads.submit(() -> {
                for (int round = 0; round < ROUNDS / 10; round++) {
                    Everything mine = kind == 0 ? pool.tryAcquire() : pool.acquire(60, TimeUnit.SECONDS);
                    if (mine != null) {
                        most.accumulateAndGet(out.incrementAndGet(), Math::max);
                        Thread.yield();
                        out.decrementAndGet();
                        mine.release();
                    }
                }
                return null;
            }));
        }
        try {
            for (Future<Void> each : running) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertTrue(most.get() <= capacity, most::toString);
        assertEquals(0, pool.stats().outstanding());
        pool.close();
    }

    /** A borrower as the buffers of a network framework are. */
    private record Borrower(Run<Borrower> block, int index) {

        void free() {
            block.free(this, index, 0);
        }
    }

    @Test
    void aLentObjectIsReleasedWithItsBorrower() {
        ViewFactory<Borrower> factory = Borrower::new;
        ObjectPool<Everything> pool = ofCapacity(1);
        Everything object = pool.acquire();
        VALUE.set(object, 0x0102030405060708L);
        Borrower borrower = object.lend(factory);
        Run<Borrower> block = borrower.block();
        assertEquals(Everything.LITTLE.bytes(), block.blockSize(0));
        assertEquals(8, block.memory().get(block.blockOffset(0) + 8));
        assertTrue(block.tryResize(0, 8, Everything.LITTLE.bytes()));
        assertFalse(block.tryResize(0, 8, Everything.LITTLE.bytes() + 1));
        assertTrue(object.isAlive());
        assertEquals(0x0102030405060708L, VALUE.get(object));
        refused("is lent to a buffer", object::release);
        refused("is lent already", () -> object.lend(factory));
        assertNull(pool.tryAcquire());
        borrower.free();
        assertFalse(object.isAlive());
        refused("after its release", () -> object.lend(factory));
        refused("released twice", object::release);
        Everything again = pool.acquire();
        assertSame(object, again);
        assertSame(borrower, again.lend(factory));
        borrower.free();
        pool.acquire().release();
        Everything other = pool.acquire();
        ViewFactory<Borrower> another = (run, index) -> new Borrower(run, index);
        Borrower fresh = other.lend(another);
        assertNotSame(borrower, fresh);
        fresh.free();
        assertEquals(0, pool.stats().outstanding());
        pool.close();
    }

    private static void refused(String part, Executable action) {
        IllegalStateException refused = assertThrows(IllegalStateException.class, action);
        assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }

    @Test
    void contentIsCopiedAsBytes() {
        ObjectPool<Everything> pool = pool(1 << 20);
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

    /** As many permits as objects fit into the memory: a permit that comes back before its object would have somebody refused. */
    @Test
    void aCapacityOfAllThatFitsIsDelivered() throws Exception {
        ObjectPool<Everything> sample = pool(64 << 10);
        int most = 0;
        while (sample.tryAcquire() != null) {
            most++;
        }
        sample.close();
        ObjectPool<Everything> pool = ObjectPool.builder(Everything.LITTLE, Everything::new)
                .limit(64 << 10)
                .capacity(most)
                .build();
        List<Everything> kept = new ArrayList<>();
        for (int i = 0; i < most - 1; i++) {
            kept.add(pool.acquire());
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<Void>> running = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            boolean waits = t % 2 == 0;
            running.add(threads.submit(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    if (waits) {
                        pool.acquire(60, TimeUnit.SECONDS).release();
                    } else {
                        releaseIfAny(pool);
                    }
                }
                return null;
            }));
        }
        try {
            for (Future<Void> each : running) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertEquals(0, pool.stats().memory().failures());
        kept.forEach(OffHeapObject::release);
        pool.close();
    }

    private static void releaseIfAny(ObjectPool<Everything> pool) {
        try {
            pool.acquire().release();
        } catch (AllocationException none) {
            assertTrue(none.getMessage().contains("all objects of capacity"), none.getMessage());
        }
    }

    /** Those who wait for memory take permits to look, and nobody else is refused because of that. */
    @Test
    void whoWaitsForMemoryTakesNobodysCapacity() throws Exception {
        ObjectPool<Everything> sample = pool(64 << 10);
        int most = 0;
        while (sample.tryAcquire() != null) {
            most++;
        }
        sample.close();
        ObjectPool<Everything> pool = ObjectPool.builder(Everything.LITTLE, Everything::new)
                .limit(64 << 10)
                .capacity(most + 1)
                .build();
        List<Everything> out = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            out.add(pool.acquire());
        }
        ExecutorService threads = Executors.newFixedThreadPool(3);
        List<Future<Everything>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(threads.submit(() -> pool.acquire(60, TimeUnit.SECONDS)));
        }
        while (pool.stats().waits() < 3) {
            Thread.sleep(1);
        }
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
        while (System.nanoTime() < until) {
            AllocationException full = assertThrows(AllocationException.class, pool::acquire);
            assertTrue(full.getMessage().contains("limit=65536"), full.getMessage());
        }
        out.forEach(OffHeapObject::release);
        for (Future<Everything> each : waiting) {
            each.get(60, TimeUnit.SECONDS).release();
        }
        threads.shutdown();
        pool.close();
        assertEquals(0, pool.stats().outstanding());
    }

    /** Who waits for memory holds no permit, and has none left over. */
    @Test
    void whoWaitsInVainCostsNothing() throws Exception {
        ObjectPool<Everything> pool = ObjectPool.builder(Everything.LITTLE, Everything::new)
                .limit(64 << 10)
                .capacity(1000)
                .build();
        List<Everything> out = new ArrayList<>();
        for (Everything next = pool.tryAcquire(); next != null; next = pool.tryAcquire()) {
            out.add(next);
        }
        int most = out.size();
        AllocationException full =
                assertThrows(AllocationException.class, () -> pool.acquire(20, TimeUnit.MILLISECONDS));
        assertTrue(full.getMessage().contains("limit=65536"), full.getMessage());
        out.forEach(OffHeapObject::release);
        pool.close();
        ObjectPool<Everything> exact = ofCapacity(most);
        for (int i = 0; i < most; i++) {
            exact.acquire();
        }
        assertThrows(AllocationException.class, () -> exact.acquire(1, TimeUnit.MILLISECONDS));
        exact.close();
    }

    @Test
    void aClosedPoolOfACapacityHandsOutNothing() {
        ObjectPool<Everything> pool = ofCapacity(2);
        Everything out = pool.acquire();
        pool.close();
        for (int i = 0; i < 5; i++) {
            refused("is closed", pool::acquire);
            refused("is closed", () -> pool.acquire(1, TimeUnit.MINUTES));
            assertNull(pool.tryAcquire());
        }
        out.release();
        assertEquals(0, pool.stats().memory().reservedBytes());
    }

    @Test
    void ofALendAndAReleaseAtOnceOneFails() throws Exception {
        ViewFactory<Borrower> factory = Borrower::new;
        ObjectPool<Everything> pool = ofCapacity(1);
        int rounds = 100_000;
        AtomicReference<Everything> shown = new AtomicReference<>();
        AtomicInteger lent = new AtomicInteger(-1);
        Thread lender = new Thread(() -> {
            for (int round = 0; round < rounds; round++) {
                Everything object = shown.getAndSet(null);
                while (object == null) {
                    Thread.onSpinWait();
                    object = shown.getAndSet(null);
                }
                Everything mine = object;
                lent.set(oneIfDone(() -> mine.lend(factory).free()));
            }
        });
        lender.setDaemon(true);
        lender.start();
        for (int round = 0; round < rounds; round++) {
            Everything object = pool.acquire();
            shown.set(object);
            while (shown.get() != null) {
                Thread.onSpinWait();
            }
            int done = oneIfDone(object::release);
            while (lent.get() < 0) {
                Thread.onSpinWait();
            }
            assertEquals(1, done + lent.getAndSet(-1));
        }
        lender.join();
        assertEquals(0, pool.stats().outstanding());
        pool.close();
    }

    private static int oneIfDone(Runnable action) {
        try {
            action.run();
            return 1;
        } catch (IllegalStateException second) {
            return 0;
        }
    }

    @Test
    void aBorrowerThatIsWrongLosesNothing() {
        ObjectPool<Everything> pool = ofCapacity(1);
        Everything object = pool.acquire();
        assertThrows(NullPointerException.class, () -> object.lend(null));
        ViewFactory<Borrower> none = (run, index) -> null;
        assertThrows(NullPointerException.class, () -> object.lend(none));
        ViewFactory<Borrower> broken = (run, index) -> {
            throw new UnsupportedOperationException("broken");
        };
        assertThrows(UnsupportedOperationException.class, () -> object.lend(broken));
        Borrower borrower = object.lend(Borrower::new);
        borrower.free();
        refused("given back twice", borrower::free);
        Everything again = pool.acquire();
        refused("given back twice", borrower::free);
        assertNull(pool.tryAcquire());
        again.release();
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
