// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StripeLockTest {

    private static final int THREADS = 4;
    private static final int TURNS = Integer.getInteger("ashlar.test.rounds", 200_000);

    private final StripeLock lock = new StripeLock();

    // Plain on purpose: guarded by the lock, or wrong.
    private long counter;
    private final long[] copies = new long[16];

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneThreadAtATimeHasIt(boolean halfOfThemTry) throws Exception {
        List<Daemon> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            boolean tries = halfOfThemTry && t % 2 == 0;
            threads.add(Daemon.start(() -> {
                for (int i = 0; i < TURNS; i++) {
                    acquire(tries);
                    try {
                        takeATurn();
                    } finally {
                        lock.unlock();
                    }
                }
            }));
        }
        for (Daemon thread : threads) {
            thread.join();
        }
        lock.lock();
        assertEquals((long) THREADS * TURNS, counter);
        lock.unlock();
    }

    private void acquire(boolean tries) {
        if (!tries) {
            lock.lock();
            return;
        }
        while (!lock.tryLock()) {
            Thread.onSpinWait();
        }
    }

    private void takeATurn() {
        long seen = counter;
        for (int i = 0; i < copies.length; i++) {
            assertEquals(seen, copies[i], "what the one before wrote is not visible, or somebody else is here");
            copies[i] = seen + 1;
        }
        counter = seen + 1;
    }

    @Test
    void tryingDoesNotWait() throws Exception {
        lock.lock();
        Daemon.run(() -> assertFalse(lock.tryLock()));
        lock.unlock();
        Daemon.run(() -> {
            assertTrue(lock.tryLock());
            lock.unlock();
        });
        assertTrue(lock.tryLock());
        Daemon.run(() -> assertFalse(lock.tryLock()));
        lock.unlock();
    }

    @Test
    void everyoneWhoWaitsIsServed() throws Exception {
        lock.lock();
        List<Daemon> waiting = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            waiting.add(Daemon.start(() -> {
                lock.lock();
                counter++;
                lock.unlock();
            }));
        }
        for (Daemon each : waiting) {
            each.awaitWaiting();
        }
        assertEquals(0, counter);
        lock.unlock();
        for (Daemon each : waiting) {
            each.join();
        }
        assertEquals(THREADS, counter);
    }

    @Test
    void anInterruptNeitherEndsTheWaitingNorGetsLost() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        AtomicBoolean locked = new AtomicBoolean();
        Thread[] waiting = new Thread[1];
        lock.lock();
        Daemon daemon = Daemon.start(() -> {
            waiting[0] = Thread.currentThread();
            started.countDown();
            lock.lock();
            locked.set(true);
            boolean interrupted = Thread.currentThread().isInterrupted();
            lock.unlock();
            assertTrue(interrupted, "the interrupt is lost");
        });
        GatedViews.await(started);
        daemon.awaitWaiting();
        waiting[0].interrupt();
        // Another one that comes and goes meanwhile: by then the first has seen its interrupt, too.
        Daemon.run(() -> assertFalse(lock.tryLock()));
        assertFalse(locked.get());
        lock.unlock();
        daemon.join();
        assertTrue(locked.get());
    }

    @Test
    void onlyCodeOfOthersMayLockAgain() throws Exception {
        lock.lock();
        assertFalse(lock.tryLock());
        lock.beforeForeignCode();
        lock.beforeForeignCode();
        assertTrue(lock.tryLock());
        lock.lock();
        Daemon.run(() -> assertFalse(lock.tryLock(), "another thread"));
        lock.unlock();
        lock.unlock();
        lock.afterForeignCode();
        assertTrue(lock.tryLock(), "still in the outer call");
        lock.unlock();
        Daemon.run(() -> assertFalse(lock.tryLock(), "the holder has it once less, but has it"));
        lock.afterForeignCode();
        assertFalse(lock.tryLock());
        lock.unlock();
        Daemon.run(() -> {
            assertTrue(lock.tryLock());
            lock.unlock();
        });
    }

    @Test
    void theHolderLearnsThatItWasCalled() throws Exception {
        assertTrue(lock.tryLockOrCall());
        assertFalse(lock.unlock(), "nobody has called");
        lock.lock();
        Daemon.run(() -> assertFalse(lock.tryLockOrCall()));
        Daemon.run(() -> assertFalse(lock.tryLockOrCall(), "a second call"));
        Daemon.run(() -> assertFalse(lock.tryLock(), "calling does not unlock"));
        assertTrue(lock.unlock());
        lock.lock();
        assertFalse(lock.unlock(), "the call was answered");
    }

    @Test
    void aCallDuringForeignCodeIsLeftToTheLastUnlock() throws Exception {
        lock.lock();
        lock.beforeForeignCode();
        assertTrue(lock.tryLockOrCall(), "the holder itself");
        Daemon.run(() -> assertFalse(lock.tryLockOrCall()));
        assertFalse(lock.unlock());
        lock.afterForeignCode();
        assertTrue(lock.unlock());
    }

    /** Everybody leaves work and has it done, by themselves or by the holder; nothing may be left when all have gone. */
    @Test
    void noCallIsLost() throws Exception {
        AtomicLong left = new AtomicLong();
        for (int round = 0; round < TURNS / 1000; round++) {
            List<Daemon> threads = new ArrayList<>();
            for (int t = 0; t < 2; t++) {
                threads.add(Daemon.start(() -> {
                    for (int i = 0; i < 100; i++) {
                        left.incrementAndGet();
                        boolean mine = lock.tryLockOrCall();
                        while (mine) {
                            counter += left.getAndSet(0);
                            mine = lock.unlock() && lock.tryLockOrCall();
                        }
                    }
                }));
            }
            for (Daemon thread : threads) {
                thread.join();
            }
            assertEquals(0, left.get(), "round " + round);
            assertEquals(200L * (round + 1), counter);
        }
    }
}
