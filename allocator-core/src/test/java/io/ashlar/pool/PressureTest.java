// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The state of pressure and who is told of it, over memory whose figures the test sets. */
@ExtendWith(QuietPools.class)
class PressureTest {

    private static final int LIMIT = 1600;
    private static final Watermarks MARKS = new Watermarks(400, 800);

    private final FakeMemory memory = new FakeMemory();
    private final Pressure pressure = new Pressure("p", memory, MARKS, LIMIT, null);
    private final CountDownLatch unblock = new CountDownLatch(1);

    private static final class FakeMemory implements Pressure.Memory {

        volatile long taken;
        volatile long used;
        final AtomicInteger trims = new AtomicInteger();

        @Override
        public long takenBytes() {
            return taken;
        }

        @Override
        public long usedBytes() {
            return used;
        }

        @Override
        public void giveBackIdle() {
            trims.incrementAndGet();
        }

        void set(long bytes) {
            taken = bytes;
            used = bytes;
        }
    }

    /** A run was fetched, and is used at once. */
    private void fetchUpTo(long bytes) {
        int more = (int) (bytes - memory.taken);
        memory.set(bytes);
        pressure.fetched(more);
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, what);
            Thread.sleep(1);
        }
    }

    private static boolean next(BlockingQueue<Boolean> notices) throws InterruptedException {
        Boolean notice = notices.poll(30, TimeUnit.SECONDS);
        assertTrue(notice != null, "no notice came");
        return notice;
    }

    @AfterEach
    void end() {
        unblock.countDown();
        pressure.close();
    }

    // ---- state

    @Test
    void itBeginsAtTheHighMarkAndEndsAtTheLowOne() throws InterruptedException {
        fetchUpTo(799);
        assertFalse(pressure.isOn());
        fetchUpTo(800);
        assertTrue(pressure.isOn(), "at once, where memory is fetched");
        memory.used = 401;
        awaitLook();
        assertTrue(pressure.isOn());
        memory.used = 400;
        await("it does not end", () -> !pressure.isOn());
        memory.used = 799;
        awaitLook();
        assertFalse(pressure.isOn());
        assertEquals(1, pressure.stats().times());
        memory.used = 800; // a block that was at hand: nothing is fetched
        await("it does not begin", pressure::isOn);
        assertEquals(2, pressure.stats().times());
    }

    /** The timer has looked at the figures as they are now: each time that it is started again it has. */
    private void awaitLook() throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            long before = pressure.looks();
            await("nobody looks", () -> pressure.looks() > before);
        }
    }

    @Test
    void nobodyLooksWhileThereIsPlenty() throws InterruptedException {
        fetchUpTo(799);
        assertFalse(pressure.isWatching());
        fetchUpTo(1000);
        assertTrue(pressure.isWatching());
        memory.set(300);
        await("the timer goes on", () -> !pressure.isOn() && !pressure.isWatching());
        pressure.fetched(10);
        assertFalse(pressure.isWatching());
    }

    @Test
    void whoFetchesNoticesAgainAfterAWhile() {
        memory.taken = 900;
        memory.used = 100;
        pressure.fetched(10);
        assertFalse(pressure.isOn());
        memory.used = 900; // the timer may see that, too, but not sooner than who fetches 800 / 16 bytes
        pressure.fetched(50);
        assertTrue(pressure.isOn());
    }

    @Test
    void aRefusedRequestIsPressureAboveTheLowMark() {
        memory.set(400);
        pressure.refused();
        assertFalse(pressure.isOn());
        memory.set(401);
        pressure.refused();
        assertTrue(pressure.isOn());
        assertTrue(pressure.isWatching(), "or it would not end");
    }

    /** All memory may be at hand already: then nothing is fetched on the way to the limit. */
    @Test
    void whoLooksHimselfNeedNotWaitForTheTimer() {
        memory.taken = 799;
        memory.used = 799;
        assertFalse(pressure.check());
        memory.taken = LIMIT;
        memory.used = 799;
        assertFalse(pressure.check());
        memory.used = 800;
        assertTrue(pressure.check());
        assertTrue(pressure.isWatching(), "or it would not end");
        memory.used = 400;
        assertFalse(pressure.check());
    }

    @Test
    void timesAndTotalAreCounted() throws InterruptedException {
        fetchUpTo(900);
        Thread.sleep(5);
        PressureStats during = pressure.stats();
        assertEquals(new PressureStats(true, 900, 400, 800, LIMIT, 1, during.totalNanos()), during);
        assertTrue(during.totalNanos() >= 5_000_000, during::toString);
        memory.set(0);
        await("it does not end", () -> !pressure.isOn());
        PressureStats after = pressure.stats();
        assertTrue(after.totalNanos() >= during.totalNanos(), after::toString);
        assertEquals(after, pressure.stats(), "it has ended");
    }

    @Test
    void whoIsForgottenIsNotKeptAliveByTheTimer() throws InterruptedException {
        WeakReference<Pressure> forgotten = new WeakReference<>(forget());
        await("it is kept alive", () -> {
            System.gc();
            return forgotten.get() == null;
        });
    }

    private static Pressure forget() {
        FakeMemory full = new FakeMemory();
        full.set(1000);
        Pressure lost = new Pressure("lost", full, MARKS, LIMIT, null);
        lost.add(underPressure -> {
            if (lost.isOn() != underPressure) {
                throw new IllegalStateException();
            }
        });
        lost.fetched(1000);
        assertTrue(lost.isWatching());
        return lost;
    }

    /** Tasks that wait for memory block the common pool, and it is the timer that lets them go on. */
    @Test
    void itEndsAlsoWhenTheCommonPoolIsBlocked() throws InterruptedException {
        for (int i = 0; i < ForkJoinPool.getCommonPoolParallelism() + 1; i++) {
            ForkJoinPool.commonPool().execute(this::block);
        }
        fetchUpTo(900);
        CompletableFuture<Void> below = pressure.whenBelow();
        memory.set(0);
        await("it does not end", below::isDone);
    }

    private void block() {
        try {
            unblock.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- listeners

    @Test
    void aListenerIsToldOfBeginAndEndInTurn() throws InterruptedException {
        BlockingQueue<Boolean> notices = new LinkedBlockingQueue<>();
        pressure.add(notices::add);
        for (int i = 0; i < 3; i++) {
            fetchUpTo(900);
            assertTrue(next(notices));
            memory.set(0);
            assertFalse(next(notices));
        }
        assertTrue(notices.isEmpty());
    }

    @Test
    void aListenerIsToldOfPressureThatThereIsAlready() throws InterruptedException {
        fetchUpTo(900);
        BlockingQueue<Boolean> notices = new LinkedBlockingQueue<>();
        pressure.add(notices::add);
        assertTrue(next(notices));
    }

    @Test
    void aListenerThatThrowsConcernsNobodyElse() throws InterruptedException {
        BlockingQueue<Boolean> before = new LinkedBlockingQueue<>();
        BlockingQueue<Boolean> thrower = new LinkedBlockingQueue<>();
        BlockingQueue<Boolean> after = new LinkedBlockingQueue<>();
        pressure.add(before::add);
        pressure.add(underPressure -> {
            thrower.add(underPressure);
            throw new AssertionError("on purpose");
        });
        pressure.add(after::add);
        fetchUpTo(900);
        for (BlockingQueue<Boolean> each : List.of(before, thrower, after)) {
            assertTrue(next(each));
        }
        memory.set(0);
        for (BlockingQueue<Boolean> each : List.of(before, thrower, after)) {
            assertFalse(next(each));
        }
    }

    /** More of them than the common pool has threads. */
    @Test
    void listenersThatBlockConcernNobodyElse() throws InterruptedException {
        for (int i = 0; i < 8; i++) {
            pressure.add(underPressure -> block());
        }
        BlockingQueue<Boolean> notices = new LinkedBlockingQueue<>();
        pressure.add(notices::add);
        for (int i = 0; i < 3; i++) {
            fetchUpTo(900);
            assertTrue(next(notices));
            memory.set(0);
            assertFalse(next(notices));
        }
    }

    @Test
    void whoWasBusyLearnsTheLastState() throws InterruptedException {
        List<Boolean> told = new ArrayList<>(); // one call at a time, the next sees what the last has done
        CountDownLatch ended = new CountDownLatch(1);
        pressure.add(underPressure -> {
            told.add(underPressure);
            block();
            if (!underPressure) {
                ended.countDown();
            }
        });
        fetchUpTo(900);
        await("not told", () -> !told.isEmpty());
        for (int i = 0; i < 3; i++) {
            memory.set(0);
            await("it does not end", () -> !pressure.isOn());
            fetchUpTo(900);
        }
        memory.set(0);
        await("it does not end", () -> !pressure.isOn());
        unblock.countDown();
        assertTrue(ended.await(30, TimeUnit.SECONDS));
        assertEquals(List.of(true, false), told);
    }

    @Test
    void aListenerThatWasRemovedIsNotTold() throws InterruptedException {
        BlockingQueue<Boolean> removed = new LinkedBlockingQueue<>();
        BlockingQueue<Boolean> other = new LinkedBlockingQueue<>();
        Registration registration = pressure.add(removed::add);
        pressure.add(other::add);
        registration.close();
        registration.close();
        fetchUpTo(900);
        assertTrue(next(other));
        memory.set(0);
        assertFalse(next(other));
        assertTrue(removed.isEmpty());
    }

    // ---- waiting

    @Test
    void nobodyWaitsWithoutPressure() {
        for (int i = 0; i < 1000; i++) {
            assertTrue(pressure.whenBelow().isDone(), "at once, and not a moment later");
        }
    }

    @Test
    void whoWaitsGoesOnWhenItEnds() throws Exception {
        fetchUpTo(900);
        CompletableFuture<Void> first = pressure.whenBelow();
        List<String> order = new ArrayList<>();
        CompletableFuture<Void> one = first.thenRun(() -> order.add("one"));
        CompletableFuture<Void> two = pressure.whenBelow().thenRun(() -> order.add("two"));
        memory.used = 401;
        awaitLook();
        assertFalse(first.isDone());
        memory.used = 400;
        CompletableFuture.allOf(one, two).get(30, TimeUnit.SECONDS);
        assertEquals(List.of("one", "two"), order);
    }

    @Test
    void whoGivesUpIsForgotten() throws InterruptedException {
        fetchUpTo(900);
        WeakReference<CompletableFuture<Void>> forgotten = new WeakReference<>(waitInVain());
        await("a future that was given up is kept", () -> {
            System.gc();
            return forgotten.get() == null;
        });
    }

    private CompletableFuture<Void> waitInVain() {
        CompletableFuture<Void> given = pressure.whenBelow().orTimeout(1, TimeUnit.MILLISECONDS);
        assertTrue(assertThrows(Exception.class, given::join).getCause() instanceof TimeoutException);
        return given;
    }

    @Test
    void closingEndsIt() throws Exception {
        BlockingQueue<Boolean> notices = new LinkedBlockingQueue<>();
        pressure.add(notices::add);
        fetchUpTo(900);
        assertTrue(next(notices));
        CompletableFuture<Void> below = pressure.whenBelow();
        pressure.close();
        assertFalse(pressure.isOn());
        below.get(30, TimeUnit.SECONDS);
        assertFalse(next(notices));
        pressure.fetched(1000);
        pressure.refused();
        assertFalse(pressure.isOn(), "once closed it does not begin");
        await("the timer goes on", () -> !pressure.isWatching());
    }

    // ---- a pool within another

    @Test
    void aChildIsUnderPressureWhileItsParentIs() throws Exception {
        FakeMemory own = new FakeMemory();
        Pressure child = new Pressure("child", own, MARKS, LIMIT, pressure);
        BlockingQueue<Boolean> notices = new LinkedBlockingQueue<>();
        child.add(notices::add);
        fetchUpTo(900);
        assertTrue(child.isOn());
        assertTrue(next(notices));
        CompletableFuture<Void> below = child.whenBelow();
        own.set(900);
        child.fetched(900);
        memory.set(0);
        await("the parent's does not end", () -> !pressure.isOn());
        assertTrue(child.isOn(), "its own goes on");
        assertFalse(below.isDone());
        own.set(0);
        below.get(30, TimeUnit.SECONDS);
        assertFalse(next(notices));
        assertTrue(notices.isEmpty());
        child.close();
    }

    @Test
    void aChildThatIsClosedLetsGoOfWhoWaitsForItsParent() throws Exception {
        Pressure child = new Pressure("child", new FakeMemory(), MARKS, LIMIT, pressure);
        fetchUpTo(900);
        CompletableFuture<Void> below = child.whenBelow();
        child.close();
        below.get(30, TimeUnit.SECONDS);
        assertTrue(pressure.isOn());
    }

    @Test
    void whatAChildFetchesItsParentNotices() {
        Pressure child = new Pressure("child", new FakeMemory(), MARKS, LIMIT, pressure);
        memory.set(900);
        child.fetched(10);
        assertTrue(pressure.isOn());
        assertTrue(child.isOn());
        child.close();
        assertFalse(child.isOn(), "who is closed waits for nothing");
        assertNull(pressure.whenBelow().getNow(null));
    }

    @Test
    void whenItBeginsWhatIsIdleGoesBackOnce() throws Exception {
        fetchUpTo(800);
        assertTrue(pressure.isOn());
        long before = pressure.looks();
        await("nobody looks", () -> pressure.looks() > before + 2);
        assertEquals(1, memory.trims.get());
        memory.set(100);
        await("it does not end", () -> !pressure.isOn() && !pressure.isWatching());
        fetchUpTo(900);
        await("nothing goes back the second time", () -> memory.trims.get() == 2);
    }
}
