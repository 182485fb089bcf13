// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Tells listeners and those who wait what state a pool's {@link Pressure} is in.
 *
 * <p>Each listener has a task of its own, which runs while there is something new for it: so who blocks or throws concerns nobody else. The
 * threads are made when they are needed and end a second later; those of the JDK's common pool could all be blocked.
 *
 * <p>Synchronization: as noted per field; no code of others is called under the lock.
 */
final class PressureNotices {

    private final BooleanSupplier state;
    // Synchronization: copied when it changes.
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    /** In the order in which they began to wait; guarded by the lock. */
    private final Set<CompletableFuture<Void>> waiting = new LinkedHashSet<>();

    PressureNotices(BooleanSupplier state) {
        this.state = state;
    }

    Registration add(PressureListener listener) {
        Subscription subscription = new Subscription(listener);
        subscriptions.add(subscription);
        subscription.deliver(); // there may be pressure already
        return () -> {
            subscription.ended = true;
            subscriptions.remove(subscription);
        };
    }

    CompletableFuture<Void> whenBelow() {
        CompletableFuture<Void> future = new CompletableFuture<>();
        if (!state.getAsBoolean()) {
            future.complete(null);
            return future;
        }
        locked(() -> waiting.add(future));
        // Who gives up is forgotten. It also keeps the pool alive, so that somebody ends the waiting.
        future.whenComplete((done, failed) -> locked(() -> waiting.remove(future)));
        deliver(); // it may have ended meanwhile
        return future;
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Has everybody told who does not know the state yet, on other threads.
     *
     * @return false if there was no thread for it: to be tried again
     */
    boolean deliver() {
        boolean all = true;
        for (Subscription each : subscriptions) {
            all &= each.deliver();
        }
        return state.getAsBoolean() || release() && all;
    }

    private boolean release() {
        List<CompletableFuture<Void>> released;
        lock.lock();
        try {
            if (waiting.isEmpty()) {
                return true;
            }
            released = List.copyOf(waiting);
        } finally {
            lock.unlock();
        }
        return Threads.tryRun(() -> released.forEach(future -> future.complete(null)));
    }

    private final class Subscription {

        private final PressureListener listener;
        // Synchronization: atomic; whoever turns it on starts the task, which alone turns it off.
        private final AtomicBoolean running = new AtomicBoolean();
        // Synchronization: volatile; written by the task.
        private volatile boolean told;
        // Synchronization: volatile; set once.
        private volatile boolean ended;

        Subscription(PressureListener listener) {
            this.listener = listener;
        }

        private boolean isBehind() {
            return !ended && told != state.getAsBoolean();
        }

        boolean deliver() {
            if (!isBehind() || !running.compareAndSet(false, true)) {
                return true;
            }
            boolean started = Threads.tryRun(this::tell);
            if (!started) {
                running.set(false);
            }
            return started;
        }

        private void tell() {
            do {
                while (isBehind()) {
                    told = !told;
                    tell(told);
                }
                running.set(false);
            } while (isBehind()
                    && running.compareAndSet(false, true)); // it changed just before others could start a task
        }

        private void tell(boolean underPressure) {
            try {
                listener.pressureChanged(underPressure);
            } catch (Throwable e) {
                MemoryPool.log(
                        System.Logger.Level.WARNING,
                        "a listener of memory pressure failed: "
                                + listener.getClass().getName(),
                        e);
            }
        }
    }

    /** A class of its own, loaded when there is somebody to tell. */
    private static final class Threads {

        private static final Executor THREADS = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), Threads::newThread);

        private static Thread newThread(Runnable task) {
            Thread thread = new Thread(null, task, "ashlar-pressure", 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
            return thread;
        }

        /** False if the operating system has no thread left. */
        static boolean tryRun(Runnable task) {
            try {
                THREADS.execute(task);
                return true;
            } catch (OutOfMemoryError e) {
                return false;
            }
        }
    }
}
