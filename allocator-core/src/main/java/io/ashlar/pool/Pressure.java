// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Whether a pool is under pressure: from when its used bytes have reached the high watermark until they are down to the low one. A pool that has
 * a parent is so, too, while its parent is.
 *
 * <p>Nobody counts for it where blocks come and go. Used bytes never exceed those of all runs; so while these are below the high mark, which is
 * seen where a run is fetched, there is nothing to do. Above it a timer looks at the used bytes, and so does now and then who fetches a run. Who takes
 * what is at hand, and fast, can reach the limit between two calls of the timer: so who can be stopped should look himself now and then.
 *
 * <p>What others want to be told is told later ({@link PressureNotices}), by the timer: who fetches a run has locks. The timer's thread calls no
 * code of others. It knows this object weakly: a pool that was forgotten without being closed is not kept alive.
 *
 * <pre>
 *   law: on, or bytes of runs at or above the high mark, and not closed: the timer is waiting
 * </pre>
 */
final class Pressure {

    /** What it looks at. Called under locks: answers without waiting for one. */
    interface Memory {

        /** Bytes of all runs, O(1): at least the used ones. */
        long takenBytes();

        /** Bytes of outstanding blocks, also of those of the pool's children. */
        long usedBytes();

        /** Has everybody give back what is idle, a moment later, on other threads. */
        void giveBackIdle();
    }

    private static final long NANOS_BETWEEN_LOOKS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long NANOS_BETWEEN_LOOKS_WHEN_FAR = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int LOOKS_TO_THE_LIMIT = 16;

    private final String pool;
    private final Memory memory;
    private final Watermarks marks;
    private final long limit;
    private final long bytesBetweenLooks;
    private final @Nullable Pressure parent;
    private final PressureNotices notices = new PressureNotices(this::isOn);

    // Synchronization: copied when it changes. Who has no parent is told of its own pressure only, its children also of
    // that.
    private final List<WeakReference<Pressure>> children = new CopyOnWriteArrayList<>();

    // Synchronization: atomic; whoever turns it on starts the timer, and who was called turns it off.
    private final AtomicBoolean waiting = new AtomicBoolean();
    // Synchronization: atomic.
    private final AtomicLong bytesUntilLook = new AtomicLong();

    private final ReentrantLock lock = new ReentrantLock();
    // Synchronization: volatile; written under the lock.
    private volatile boolean on;
    // Synchronization: volatile; written under the lock.
    private volatile boolean closed;
    // Synchronization: volatile; written by the timer's thread only.
    private volatile long looks;
    // Synchronization: used by the timer's thread only.
    private boolean wasOn;
    // Synchronization of all below: the lock.
    private long times;
    private long totalNanos;
    private long beganAt;
    private @Nullable Object event;

    Pressure(String pool, Memory memory, Watermarks marks, long limit, @Nullable Pressure parent) {
        this.pool = pool;
        this.memory = memory;
        this.marks = marks;
        this.limit = limit;
        this.bytesBetweenLooks = Math.min(limit - marks.high(), marks.high()) / LOOKS_TO_THE_LIMIT;
        this.parent = parent;
        if (parent != null) {
            parent.children.removeIf(child -> child.get() == null);
            parent.children.add(new WeakReference<>(this));
        }
    }

    boolean isOn() {
        return on || parent != null && !closed && parent.isOn();
    }

    /** Whether the timer is waiting. */
    boolean isWatching() {
        return waiting.get();
    }

    /** How often the timer has called. */
    long looks() {
        return looks;
    }

    Registration add(PressureListener listener) {
        return notices.add(listener);
    }

    CompletableFuture<Void> whenBelow() {
        CompletableFuture<Void> below = notices.whenBelow();
        if (!below.isDone() && !isOn()) {
            watch(NANOS_BETWEEN_LOOKS); // it has ended since it was asked, and there may be no thread to tell so
        }
        return below;
    }

    PressureStats stats() {
        long used = memory.usedBytes();
        lock.lock();
        try {
            long total = on ? totalNanos + System.nanoTime() - beganAt : totalNanos;
            return new PressureStats(isOn(), used, marks.low(), marks.high(), limit, times, total);
        } finally {
            lock.unlock();
        }
    }

    // ---- where memory becomes scarce

    /** A run was fetched, or has grown. O(1), and above the high mark now and then O(shards × size classes). */
    void fetched(int bytes) {
        if (parent != null) {
            parent.fetched(bytes);
        }
        if (memory.takenBytes() < marks.high()) {
            return;
        }
        watch(NANOS_BETWEEN_LOOKS);
        if (!on && bytesUntilLook.addAndGet(-bytes) <= 0) {
            bytesUntilLook.set(bytesBetweenLooks);
            try {
                judge(memory.usedBytes(), marks.high());
            } catch (OutOfMemoryError e) {
                bytesUntilLook.set(
                        0); // of the Java heap: who fetched the run is to keep it; the timer looks, and the next one
            }
        }
    }

    /** A request was refused. Then there is pressure also between the marks: what is not used could not be put to use. */
    void refused() {
        judge(memory.usedBytes(), marks.low() + 1);
        if (on) {
            watch(NANOS_BETWEEN_LOOKS);
        }
    }

    /** Looks at once. */
    boolean check() {
        if (memory.takenBytes() >= marks.high()) {
            judge(memory.usedBytes(), marks.high());
            if (on) {
                watch(NANOS_BETWEEN_LOOKS);
            }
        }
        if (parent != null) {
            parent.check();
        }
        return isOn();
    }

    private void judge(long used, long beginAt) {
        if (on ? used > marks.low() : used < beginAt) {
            return;
        }
        lock.lock();
        try {
            if (!on && used >= beginAt && !closed) {
                begin(used);
            } else if (on && used <= marks.low()) {
                end();
            }
        } finally {
            lock.unlock();
        }
    }

    private void begin(long used) {
        on = true;
        times++;
        beganAt = System.nanoTime();
        event = PoolEvents.beginPressure(used);
    }

    private void end() {
        on = false;
        totalNanos += System.nanoTime() - beganAt;
        PoolEvents.pressureEnded(event, pool, marks, limit);
        event = null;
    }

    /** Ends the pressure for good: whoever waits goes on, and learns that the pool is closed. */
    void close() {
        lock.lock();
        try {
            closed = true;
            if (on) {
                end();
            }
        } finally {
            lock.unlock();
        }
        Pressure above = parent;
        if (above != null) {
            above.children.removeIf(child -> child.get() == this);
        }
        if (!tell()) {
            watch(NANOS_BETWEEN_LOOKS);
        }
    }

    // ---- the timer

    private void watch(long nanos) {
        if (waiting.get() || !waiting.compareAndSet(false, true)) {
            return;
        }
        try {
            WeakReference<Pressure> self = new WeakReference<>(this);
            // On the timer's own thread: those of the common pool may all be blocked, by tasks that wait for memory
            // even.
            CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, Runnable::run)
                    .execute(() -> look(self));
        } catch (Throwable e) {
            waiting.set(false); // who fetches the next run tries again
            MemoryPool.log(System.Logger.Level.WARNING, "pool " + pool + " could not start its timer", e);
        }
    }

    private static void look(WeakReference<Pressure> known) {
        Pressure pressure = known.get();
        if (pressure != null) {
            pressure.look();
        }
    }

    private void look() {
        waiting.set(false);
        boolean near = true;
        boolean told = false;
        try {
            long used = memory.usedBytes();
            judge(used, marks.high());
            near = on || used >= marks.low();
            if (on && !wasOn) {
                memory.giveBackIdle(); // what shards keep is missing elsewhere
            }
            wasOn = on;
            told = tell();
            looks = looks + 1;
        } finally {
            if (!told || !closed && (on || memory.takenBytes() >= marks.high())) {
                watch(near ? NANOS_BETWEEN_LOOKS : NANOS_BETWEEN_LOOKS_WHEN_FAR);
            }
        }
    }

    private boolean tell() {
        boolean all = notices.deliver();
        for (WeakReference<Pressure> each : children) {
            Pressure child = each.get();
            all &= child == null || child.tell();
        }
        return all;
    }
}
