// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.pool.MemoryPool;
import io.ashlar.pool.PressureStats;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The channels of an allocator that stop reading under pressure, and the order in which they go on.
 *
 * <p><b>When pressure begins</b> each channel that is idle is told to pause; one that is reading notices by itself.
 *
 * <p><b>When it has ended</b> channels go on in the order in which they paused, a part of them per tick, until there is pressure again. Who pauses
 * again goes to the end. So all have their turn, and not all at once.
 *
 * <p><b>While it lasts</b> the memory may be that of messages of which only a part has been received: nothing would ever free it if nobody read.
 * So as long as half of what is above the high mark is free, one channel that has something to read may go on, a buffer per tick, and after some of
 * them the next one; and a few idle channels may look whether something has come for them.
 *
 * <p>Synchronization: as noted per field. Channels are touched in tasks of their event loops only, and no code of others is called under the lock.
 */
final class ReadGate {

    /** What it asks of the pool. */
    interface Memory {

        boolean isUnderPressure();

        /** The same, after a look at the used bytes. */
        boolean checkPressure();

        PressureStats stats();

        /** Whether half of what is above the high mark is free, also of that of the pool's parents. */
        default boolean isHalfOfTheRestFree() {
            return ReadGate.isHalfOfTheRestFree(stats());
        }
    }

    /** Calls later. */
    @FunctionalInterface
    interface Timer {
        void schedule(Runnable task, long delay, TimeUnit unit);
    }

    private static final long MILLIS_BETWEEN_TICKS = 5;
    private static final int TICKS_BETWEEN_TURNS = 5;
    private static final int BATCHES = 8;
    private static final int SMALLEST_BATCH = 16;
    private static final int TURNS_IN_A_ROW = 16;
    private static final int LOOKS_PER_TURN = 15;
    private static final int CHECKS_TO_THE_LIMIT = 16;

    private final Memory memory;
    private final Timer timer;
    // Synchronization: a concurrent set; a channel enters and leaves on its event loop.
    private final Set<MemoryPressureHandler> channels = ConcurrentHashMap.newKeySet();
    private final long bytesBetweenChecks;
    // Synchronization: atomic; whoever finds it used up checks.
    private final AtomicLong bytesToCheck = new AtomicLong();
    // Synchronization: atomic; whoever turns it on starts the timer, and who was called turns it off.
    private final AtomicBoolean waiting = new AtomicBoolean();

    // Synchronization: volatile; written by the pool's task for this listener.
    private volatile boolean toldOfPressure;

    private final ReentrantLock lock = new ReentrantLock();
    /** In the order in which they are to go on; guarded by the lock. */
    private final LinkedHashSet<MemoryPressureHandler> paused = new LinkedHashSet<>();
    // Synchronization: volatile; written under the lock.
    private volatile int pausedCount;

    // Synchronization of all below: used by the timer, whose calls follow one another.
    private int ticksToTurn = TICKS_BETWEEN_TURNS;
    /** Who was given a turn last. */
    private List<MemoryPressureHandler> atTurn = List.of();
    /** The one that may read while pressure lasts. */
    private @Nullable MemoryPressureHandler reader;

    private int turnsInARow;

    ReadGate(Memory memory, Timer timer) {
        this.memory = memory;
        this.timer = timer;
        PressureStats marks = memory.stats();
        this.bytesBetweenChecks = (marks.limitBytes() - marks.highBytes()) / CHECKS_TO_THE_LIMIT;
    }

    private static boolean isHalfOfTheRestFree(PressureStats now) {
        return now.usedBytes() < now.highBytes() + (now.limitBytes() - now.highBytes()) / 2;
    }

    /** A gate that the pool shuts, or one of those above it. */
    static ReadGate of(MemoryPool<?> pool, List<MemoryPool<?>> above, Timer timer) {
        ReadGate gate = new ReadGate(
                new Memory() {
                    @Override
                    public boolean isUnderPressure() {
                        return pool.isUnderPressure();
                    }

                    @Override
                    public boolean checkPressure() {
                        return pool.checkPressure();
                    }

                    @Override
                    public PressureStats stats() {
                        return pool.pressureStats();
                    }

                    @Override
                    public boolean isHalfOfTheRestFree() {
                        return Memory.super.isHalfOfTheRestFree()
                                && above.stream().allMatch(each -> ReadGate.isHalfOfTheRestFree(each.pressureStats()));
                    }
                },
                timer);
        pool.onPressure(gate::pressureChanged);
        return gate;
    }

    boolean isUnderPressure() {
        return memory.isUnderPressure();
    }

    /** Whether any channel is paused. */
    boolean isCrowded() {
        return pausedCount > 0;
    }

    /** How many channels are there, for tests. */
    int channels() {
        return channels.size();
    }

    /** How many of them are paused. */
    int paused() {
        return pausedCount;
    }

    // ---- called by channels, on their event loops

    void enter(MemoryPressureHandler channel) {
        channels.add(channel);
    }

    void leave(MemoryPressureHandler channel) {
        channels.remove(channel);
        goesOn(channel);
    }

    /** A buffer was allocated to read into. Sees to it that pressure is noticed before the limit is reached, also if all memory is at hand. */
    void reads(int bytes) {
        if (bytesToCheck.addAndGet(-bytes) <= 0) {
            bytesToCheck.set(bytesBetweenChecks);
            memory.checkPressure();
        }
    }

    void pauses(MemoryPressureHandler channel) {
        lock.lock();
        try {
            paused.add(channel);
            pausedCount = paused.size();
        } finally {
            lock.unlock();
        }
        watch();
    }

    void goesOn(MemoryPressureHandler channel) {
        lock.lock();
        try {
            paused.remove(channel);
            pausedCount = paused.size();
            channel.asked = false;
        } finally {
            lock.unlock();
        }
    }

    /** It was asked to go on, but there is pressure again: it keeps its place. */
    void staysPaused(MemoryPressureHandler channel) {
        lock.lock();
        try {
            channel.asked = false;
        } finally {
            lock.unlock();
        }
    }

    // ---- called by the pool and the timer

    /**
     * That pressure has ended the timer notices, which calls as long as somebody is paused. It also calls until this has been told so: of pressure
     * that ends and begins again before that, nobody is told.
     */
    void pressureChanged(boolean begun) {
        toldOfPressure = begun;
        if (begun) {
            onEventLoops(channels, MemoryPressureHandler::pauseUnderPressure);
            watchIfNeeded();
        }
    }

    private void watchIfNeeded() {
        if (isCrowded() || toldOfPressure && !channels.isEmpty()) {
            watch();
        }
    }

    private void watch() {
        if (waiting.compareAndSet(false, true)) {
            timer.schedule(this::tick, MILLIS_BETWEEN_TICKS, TimeUnit.MILLISECONDS);
        }
    }

    private void tick() {
        waiting.set(false);
        try {
            if (!isUnderPressure()) {
                ticksToTurn = TICKS_BETWEEN_TURNS;
                onEventLoops(nextBatch(), MemoryPressureHandler::goOn);
                if (!isCrowded()) {
                    atTurn = List.of(); // a channel that is closed is not kept
                    reader = null;
                }
            } else if (--ticksToTurn == 0) {
                ticksToTurn = TICKS_BETWEEN_TURNS;
                onEventLoops(atTurn, MemoryPressureHandler::endTurn);
                atTurn = nextAtTurn();
                onEventLoops(atTurn, MemoryPressureHandler::takeTurn);
                if (channels.size() > pausedCount) {
                    onEventLoops(channels, MemoryPressureHandler::pauseUnderPressure);
                }
            }
        } finally {
            watchIfNeeded();
        }
    }

    private List<MemoryPressureHandler> nextBatch() {
        List<MemoryPressureHandler> batch = new ArrayList<>();
        lock.lock();
        try {
            int size = Math.max(SMALLEST_BATCH, paused.size() / BATCHES);
            for (MemoryPressureHandler each : paused) {
                if (batch.size() == size) {
                    break;
                }
                if (!each.asked) {
                    each.asked = true;
                    batch.add(each);
                }
            }
        } finally {
            lock.unlock();
        }
        return batch;
    }

    private List<MemoryPressureHandler> nextAtTurn() {
        if (!memory.isHalfOfTheRestFree()) {
            return List.of();
        }
        List<MemoryPressureHandler> chosen = new ArrayList<>();
        lock.lock();
        try {
            MemoryPressureHandler next = nextReader();
            if (next != null) {
                chosen.add(next);
            }
            Iterator<MemoryPressureHandler> all = paused.iterator();
            while (all.hasNext() && chosen.size() <= LOOKS_PER_TURN) {
                MemoryPressureHandler each = all.next();
                if (!each.hasRead && !each.isServer()) {
                    all.remove();
                    chosen.add(each);
                }
            }
            paused.addAll(chosen); // the reader keeps its place: it is there already
        } finally {
            lock.unlock();
        }
        return chosen;
    }

    private @Nullable MemoryPressureHandler nextReader() {
        MemoryPressureHandler current = reader;
        if (current != null && paused.contains(current)) {
            if (current.hasRead && turnsInARow < TURNS_IN_A_ROW) {
                turnsInARow++;
                return current;
            }
            paused.remove(current);
            paused.add(current);
        }
        turnsInARow = 1;
        reader = null;
        for (MemoryPressureHandler each : paused) {
            if (each.hasRead && !each.isServer()) {
                reader = each;
                break;
            }
        }
        return reader;
    }

    /** One task per event loop. */
    private void onEventLoops(Collection<MemoryPressureHandler> some, Consumer<MemoryPressureHandler> action) {
        Map<EventLoop, List<MemoryPressureHandler>> byLoop = new HashMap<>();
        for (MemoryPressureHandler each : some) {
            EventLoop loop = each.eventLoop();
            if (loop != null) {
                byLoop.computeIfAbsent(loop, first -> new ArrayList<>()).add(each);
            } else {
                staysPaused(each); // it may get another one
            }
        }
        byLoop.forEach((loop, own) -> {
            try {
                loop.execute(() -> own.forEach(action));
            } catch (Throwable e) {
                boolean ends = loop.isShuttingDown();
                own.forEach(ends ? this::leave : this::staysPaused); // or its queue is full: at the next tick, then
            }
        });
    }
}
