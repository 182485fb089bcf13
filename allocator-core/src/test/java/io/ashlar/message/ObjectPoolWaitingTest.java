// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import static io.ashlar.message.TestObjectPools.objectsIn;
import static io.ashlar.message.TestObjectPools.ofCapacity;
import static io.ashlar.message.TestObjectPools.ofLimit;
import static io.ashlar.message.TestObjectPools.takeAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.pool.QuietPools;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who waits for an object gets one, or hears that there is none. */
@ExtendWith(QuietPools.class)
class ObjectPoolWaitingTest {

    @Test
    void whoWaitsGetsWhatIsReleased() throws Exception {
        ObjectPool<Everything> limited = ofLimit(64 << 10);
        for (ObjectPool<Everything> pool : List.of(ofCapacity(1), limited)) {
            List<Everything> out = takeAll(pool);
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
        for (ObjectPool<Everything> pool : List.of(ofCapacity(1), ofLimit(64 << 10))) {
            List<Everything> out = takeAll(pool);
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

    /** Those who wait for memory look without a permit, so that nobody else is refused because of that. */
    @Test
    void whoWaitsForMemoryTakesNobodysCapacity() throws Exception {
        int most = objectsIn(64 << 10);
        ObjectPool<Everything> pool = ofCapacity(most + 1, 64 << 10);
        List<Everything> out = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            out.add(pool.acquire());
        }
        ExecutorService threads = Executors.newFixedThreadPool(3);
        List<Future<Everything>> waiting = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            waiting.add(threads.submit(() -> pool.acquire(60, TimeUnit.SECONDS)));
            while (pool.stats().waits() < i) { // one by one: the first look, before the wait, does take a permit
                Thread.sleep(1);
            }
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
        ObjectPool<Everything> pool = ofCapacity(1000, 64 << 10);
        List<Everything> out = takeAll(pool);
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
}
