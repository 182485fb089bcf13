// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Threads that begin at the same moment. What one of them throws fails the test. */
final class Racers {

    /** What one of the threads does. */
    @FunctionalInterface
    interface Racer {
        void run(int thread) throws Exception;
    }

    private Racers() {}

    static void race(int threads, Racer racer) {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                all.add(pool.submit(() -> {
                    start.await(30, TimeUnit.SECONDS);
                    racer.run(thread);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get(60, TimeUnit.SECONDS);
            }
        } catch (ExecutionException failed) {
            throw new AssertionError("a racing thread failed", failed.getCause());
        } catch (InterruptedException | TimeoutException stuck) {
            throw new AssertionError("the race did not end", stuck);
        } finally {
            pool.shutdownNow();
        }
    }
}
