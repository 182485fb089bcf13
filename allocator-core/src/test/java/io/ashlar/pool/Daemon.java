// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.function.Executable;

/** Another thread of a test. If it hangs it fails the test, and does not keep the JVM from ending. */
final class Daemon {

    static final int PATIENCE_SECONDS = 30;

    private final Thread thread;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private Daemon(Executable task) {
        thread = new Thread(() -> {
            try {
                task.execute();
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        thread.setDaemon(true);
    }

    static Daemon start(Executable task) {
        Daemon daemon = new Daemon(task);
        daemon.thread.start();
        return daemon;
    }

    /** Runs a task on a thread of its own, which is dead when this returns. */
    static void run(Executable task) throws InterruptedException {
        start(task).join();
    }

    /** Waits for the end, and throws if it came by an exception or did not come at all. */
    void join() throws InterruptedException {
        thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        assertFalse(thread.isAlive(), "the thread hangs");
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new AssertionError("the other thread failed", thrown);
        }
    }

    boolean hasEnded() {
        return !thread.isAlive();
    }

    /** Waits until the thread waits for a lock, for ever or until it looks again, or has ended. */
    void awaitWaiting() {
        while (thread.isAlive()
                && thread.getState() != Thread.State.WAITING
                && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }
}
