// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Lets two sides loose at the same instant, over and over, each time with another small delay between them, so that over
 * many rounds they meet in every order. One side is the caller, the other a thread that spins for its start: waking a
 * thread takes longer than the windows looked for.
 */
final class Race {

    private static final int LONGEST_DELAY = 300;

    private Race() {}

    /** What happens in a race. The methods are called in this order, and never two rounds at once. */
    interface Course {

        /** Prepares a round; called by the thread of {@link #left()}. */
        void prepare();

        void left();

        void right();

        /** Throws if the round went wrong; called by the thread of {@link #left()}. */
        void verify(int round);
    }

    static void run(int rounds, Course course) throws InterruptedException {
        // Even: the right side waits. Odd: it is to run, and then adds one.
        AtomicInteger turn = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread right = new Thread(() -> {
            for (int round = 0; round < rounds; round++) {
                await(turn, 2 * round + 1);
                try {
                    delay(turn, round * 31);
                    course.right();
                } catch (Throwable e) {
                    failure.set(e);
                }
                turn.incrementAndGet();
            }
        });
        right.setDaemon(true);
        right.start();
        for (int round = 0; round < rounds; round++) {
            course.prepare();
            turn.incrementAndGet();
            delay(turn, round * 17);
            course.left();
            await(turn, 2 * round + 2);
            if (failure.get() != null) {
                throw new AssertionError("the right side failed in round " + round, failure.get());
            }
            course.verify(round);
        }
        right.join();
    }

    private static void delay(AtomicInteger something, int seed) {
        for (int i = seed % LONGEST_DELAY; i > 0; i--) {
            something.get();
        }
    }

    /** Spins, and now and then lets somebody else have the processor. */
    private static void await(AtomicInteger turn, int value) {
        for (int spins = 1; turn.get() != value; spins++) {
            if (spins % 2000 == 0) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        }
    }
}
