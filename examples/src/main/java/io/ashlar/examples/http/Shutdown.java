// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C and SIGTERM into an interrupt of the thread that made this object, and holds the JVM back until that
 * thread has cleaned up and closed it.
 */
final class Shutdown implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 10;

    private final Thread worker = Thread.currentThread();
    private final CountDownLatch cleaned = new CountDownLatch(1);
    private final Thread hook = new Thread(this::interruptAndWait, "ashlar-demo-shutdown");

    Shutdown() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void interruptAndWait() {
        worker.interrupt();
        try {
            cleaned.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sleeps until the thread is interrupted. */
    void await() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException expected) {
            // This is what it waited for.
        }
    }

    @Override
    public void close() {
        cleaned.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException expected) {
            // The JVM is shutting down: the hook has run.
        }
    }
}
