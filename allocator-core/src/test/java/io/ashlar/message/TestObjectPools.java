// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.function.Executable;

/** How most tests of object pools begin, and what they do with them. */
final class TestObjectPools {

    private TestObjectPools() {}

    static ObjectPool<Everything> ofLimit(long bytes) {
        return ObjectPool.builder(Everything.LITTLE, Everything::new)
                .name("test")
                .limit(bytes)
                .build();
    }

    static ObjectPool<Everything> ofCapacity(int capacity) {
        return ObjectPool.builder(Everything.LITTLE, Everything::new)
                .name("counted")
                .capacity(capacity)
                .build();
    }

    static ObjectPool<Everything> ofCapacity(int capacity, long limit) {
        return ObjectPool.builder(Everything.LITTLE, Everything::new)
                .limit(limit)
                .capacity(capacity)
                .build();
    }

    /** How many objects fit into so much memory; bytes. */
    static int objectsIn(long limit) {
        try (ObjectPool<Everything> sample = ofLimit(limit)) {
            return takeAll(sample).size();
        }
    }

    static List<Everything> takeAll(ObjectPool<Everything> pool) {
        List<Everything> out = new ArrayList<>();
        for (Everything next = pool.tryAcquire(); next != null; next = pool.tryAcquire()) {
            out.add(next);
        }
        return out;
    }

    /** What each of several threads does. */
    interface Work {

        void run(int thread) throws Exception;
    }

    /** Lets several threads work at once, numbered from 0, and fails if one of them does. */
    static void inThreads(int count, Work work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < count; t++) {
            int thread = t;
            running.add(threads.submit(() -> {
                work.run(thread);
                return null;
            }));
        }
        try {
            for (Future<?> each : running) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    static void refused(String part, Executable action) {
        IllegalStateException refused = assertThrows(IllegalStateException.class, action);
        assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }
}
