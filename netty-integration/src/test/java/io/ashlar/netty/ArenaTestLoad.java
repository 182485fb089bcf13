// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one run of {@link RequestArenaChannelTest} have in common: the requests still to be made, the buffers that are
 * kept beyond their request, and what happened.
 */
final class ArenaTestLoad {

    /** A buffer, and what has to be in it. */
    record Piece(ByteBuf buf, long key, int from, String of) {

        void check() {
            ArenaTestPlan.check(buf, key, from, "a buffer of " + of);
        }
    }

    private static final int KEPT = 300;
    private static final int STALLED_SECONDS = 60;

    final long seed;
    final long requests;
    final boolean http2;
    final LongAdder begun = new LongAdder();
    final LongAdder children = new LongAdder();
    final LongAdder marks = new LongAdder();
    final LongAdder hooks = new LongAdder();
    final LongAdder hooksRun = new LongAdder();
    final LongAdder budgetHits = new LongAdder();
    final LongAdder answered = new LongAdder();
    final LongAdder lost = new LongAdder();
    final LongAdder connections = new LongAdder();
    final LongAdder interim = new LongAdder();
    final LongAdder buffers = new LongAdder();
    final LongAdder kept = new LongAdder();
    final LongAdder thrownByHooks = new LongAdder();
    final LongAdder offLoop = new LongAdder();

    // Synchronization: guarded by itself.
    private final Map<ArenaTestPlan.Fate, Integer> fates = new EnumMap<>(ArenaTestPlan.Fate.class);
    // Synchronization: guarded by itself.
    private final ArrayDeque<Piece> keepsakes = new ArrayDeque<>();

    private final AtomicLong next = new AtomicLong();
    private final AtomicLong finished = new AtomicLong();
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicInteger helperNumber = new AtomicInteger();
    private final ExecutorService helpers =
            Executors.newFixedThreadPool(2, task -> new Thread(task, "helper-" + helperNumber.incrementAndGet()));

    ArenaTestLoad(long seed, long requests, boolean http2) {
        this.seed = seed;
        this.requests = requests;
        this.http2 = http2;
    }

    // ---- requests

    /** The next request to be made; null if there is none left. */
    @Nullable
    ArenaTestPlan nextRequest() {
        if (failure.get() != null) {
            return null;
        }
        long id = next.getAndIncrement();
        if (id >= requests) {
            return null;
        }
        ArenaTestPlan plan = plan(id);
        synchronized (fates) {
            fates.merge(plan.fate, 1, Integer::sum);
        }
        return plan;
    }

    ArenaTestPlan plan(long id) {
        return new ArenaTestPlan(seed, id, http2);
    }

    boolean hasMore() {
        return next.get() < requests && failure.get() == null;
    }

    void answered() {
        answered.increment();
        finish(1);
    }

    void lost(int count) {
        lost.add(count);
        finish(count);
    }

    private void finish(int count) {
        if (finished.addAndGet(count) >= requests) {
            over.countDown();
        }
    }

    /** The first failure counts; the rest of the requests is not made. */
    void fail(Throwable cause) {
        if (!failure.compareAndSet(null, cause)) {
            Throwable first = failure.get();
            if (first != null && first != cause && first.getSuppressed().length < 5) {
                first.addSuppressed(cause);
            }
        }
        over.countDown();
    }

    /** Waits for all answers, as long as there are any. */
    void await() throws InterruptedException {
        long before = -1;
        while (!over.await(STALLED_SECONDS, TimeUnit.SECONDS)) {
            long now = finished.get();
            assertTrue(now > before, () -> "no answer any more after " + this);
            before = now;
        }
    }

    void rethrow() {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new AssertionError(this + " failed: " + cause, cause);
        }
    }

    // ---- what is done elsewhere and later

    /** Does something on a thread that is no event loop; if there is none any more, here. */
    void elsewhere(Runnable task) {
        Runnable watched = () -> {
            try {
                task.run();
            } catch (Throwable e) {
                fail(e);
            }
        };
        try {
            helpers.execute(watched);
        } catch (RejectedExecutionException e) {
            watched.run();
        }
    }

    void checkAndRelease(Piece piece) {
        try {
            try {
                piece.check();
            } finally {
                piece.buf().release();
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** Keeps a buffer until some hundred others have been kept. */
    void keep(Piece piece, SplittableRandom random) {
        kept.increment();
        boolean here = random.nextBoolean();
        Piece oldest = null;
        synchronized (keepsakes) {
            keepsakes.addLast(piece);
            if (keepsakes.size() > KEPT) {
                oldest = keepsakes.pollFirst();
            }
        }
        Piece freed = oldest;
        if (freed == null) {
            return;
        } else if (here) {
            checkAndRelease(freed);
        } else {
            elsewhere(() -> checkAndRelease(freed));
        }
    }

    /** Lets go of everything. */
    void close() throws InterruptedException {
        helpers.shutdown();
        assertTrue(helpers.awaitTermination(STALLED_SECONDS, TimeUnit.SECONDS), "helpers are still at work");
        synchronized (keepsakes) {
            keepsakes.forEach(this::checkAndRelease);
            keepsakes.clear();
        }
    }

    @Override
    public String toString() {
        synchronized (fates) {
            return (http2 ? "HTTP/2" : "HTTP/1.1") + ": -Dashlar.test.seed=" + seed + " requests=" + requests
                    + ", begun=" + begun + ", answered=" + answered + ", lost=" + lost + ", connections=" + connections
                    + ", children=" + children + ", marks=" + marks + ", hooks=" + hooks + ", thrown by hooks="
                    + thrownByHooks
                    + ", budgetHits=" + budgetHits + ", interim=" + interim + ", buffers=" + buffers + ", kept=" + kept
                    + ", off the loop=" + offLoop + ", fates=" + fates;
        }
    }
}
