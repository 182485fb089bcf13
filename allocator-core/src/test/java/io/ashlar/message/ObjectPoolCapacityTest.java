// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import static io.ashlar.message.TestObjectPools.inThreads;
import static io.ashlar.message.TestObjectPools.objectsIn;
import static io.ashlar.message.TestObjectPools.ofCapacity;
import static io.ashlar.message.TestObjectPools.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.pool.QuietPools;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A limit of how many objects are out: it is exact, it is delivered, and what the memory refuses costs nothing of it. */
@ExtendWith(QuietPools.class)
class ObjectPoolCapacityTest {

    private static final int THREADS = 4;
    private static final int ROUNDS = 50_000;

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
        ObjectPool<Everything> pool = ofCapacity(1000, 64 << 10);
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

    /** More threads than objects, some of which wait: never are more out than the capacity, and nobody waits in vain. */
    @Test
    void aCapacityHoldsUnderThreads() throws Exception {
        int capacity = 3;
        ObjectPool<Everything> pool = ofCapacity(capacity);
        AtomicInteger out = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        inThreads(THREADS * 2, thread -> {
            int kind = thread % 3;
            for (int round = 0; round < ROUNDS / 10; round++) {
                Everything mine = kind == 0 ? pool.tryAcquire() : pool.acquire(60, TimeUnit.SECONDS);
                if (mine != null) {
                    most.accumulateAndGet(out.incrementAndGet(), Math::max);
                    Thread.yield();
                    out.decrementAndGet();
                    mine.release();
                }
            }
        });
        assertTrue(most.get() <= capacity, most::toString);
        assertEquals(0, pool.stats().outstanding());
        pool.close();
    }

    /** As many permits as objects fit into the memory: a permit that comes back before its object would have somebody refused. */
    @Test
    void aCapacityOfAllThatFitsIsDelivered() throws Exception {
        int most = objectsIn(64 << 10);
        ObjectPool<Everything> pool = ofCapacity(most, 64 << 10);
        List<Everything> kept = new ArrayList<>();
        for (int i = 0; i < most - 1; i++) {
            kept.add(pool.acquire());
        }
        inThreads(THREADS, thread -> {
            boolean waits = thread % 2 == 0;
            for (int round = 0; round < ROUNDS; round++) {
                if (waits) {
                    pool.acquire(60, TimeUnit.SECONDS).release();
                } else {
                    releaseIfAny(pool);
                }
            }
        });
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
}
