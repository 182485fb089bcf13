// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.pool.BumpRun;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What the request arenas of one thread have in common: runs that are not in use, without memory but with their buffer objects, and
 * what requests needed lately. Used by that thread only.
 */
final class ArenaThread {

    private static final int KEPT_AT_MOST = 64;

    /** How many requests it takes, about, until what they need is forgotten. */
    private static final int MEMORY = 8;

    private final BufferPool<AshlarByteBuf> pool;
    private final Thread thread = Thread.currentThread();
    private final ArenaCounters counters;
    private final boolean shared;
    private final int leastBytes;
    private final int mostBytes;
    /** A stack. An entry stays after it was taken: mostly the same run comes back, and needs no store of a reference then. */
    private final BumpRun<AshlarByteBuf>[] idle = newArray();

    private int idleCount;
    private final ArrayDeque<Exchange> exchanges = new ArrayDeque<>();
    private long usual;

    ArenaThread(BufferPool<AshlarByteBuf> pool, ArenaCounters counters, boolean shared, int leastBytes, int mostBytes) {
        this.pool = pool;
        this.counters = counters;
        this.shared = shared;
        this.leastBytes = leastBytes;
        this.mostBytes = mostBytes;
    }

    boolean isCurrent() {
        return thread == Thread.currentThread();
    }

    /** Whether all arenas of the thread have it in common. */
    boolean isShared() {
        return shared;
    }

    ArenaCounters counters() {
        return counters;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static BumpRun<AshlarByteBuf>[] newArray() {
        return (BumpRun<AshlarByteBuf>[]) new BumpRun[KEPT_AT_MOST];
    }

    /** A run that is not open. */
    BumpRun<AshlarByteBuf> takeRun() {
        if (idleCount == 0) {
            return pool.newBumpRun();
        }
        counters.retains(--idleCount);
        return idle[idleCount];
    }

    /** Keeps a run that is not open; returns false if there are enough. */
    boolean keepRun(BumpRun<AshlarByteBuf> run) {
        if (idleCount == KEPT_AT_MOST) {
            return false;
        }
        if (idle[idleCount] != run) {
            idle[idleCount] = run;
        }
        counters.retains(++idleCount);
        return true;
    }

    @Nullable
    Exchange takeExchange() {
        return exchanges.pollLast();
    }

    void keepExchange(Exchange exchange) {
        if (exchanges.size() < KEPT_AT_MOST) {
            exchanges.addLast(exchange);
        }
    }

    /** A length for the first run that would have been enough for most of the last requests: a power of two. */
    int usualBytes() {
        long enough = usual + (usual >> 2);
        return enough <= leastBytes ? leastBytes : (int) Math.min(mostBytes, Long.highestOneBit(enough - 1) << 1);
    }

    /** How long runs are at least. */
    int leastBytes() {
        return leastBytes;
    }

    void began() {
        counters.began();
    }

    void ended(long usedBytes, int escapedBuffers) {
        usual += (usedBytes - usual) / MEMORY;
        counters.ended(usedBytes, escapedBuffers);
    }

    void hitBudget() {
        counters.hitBudget();
    }
}
