// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.pool.BumpRun;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the {@link RequestArena}s of one allocator, and knows their figures.
 *
 * <p>What the arenas of one event loop learn and keep they share: how much a request usually needs, and the Java objects of runs that are
 * not in use. Memory is not kept here: the allocator's pool does that.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class RequestArenas {

    private final AshlarByteBufAllocator parent;
    private final int firstRunBytes;
    private final int longestRunBytes;
    private final long budget;
    private final boolean strict;
    private final ArenaCounters.Sums counters = new ArenaCounters.Sums();
    private final Threads threads = new Threads();

    private RequestArenas(Builder builder, long budget) {
        parent = builder.parent;
        firstRunBytes = builder.firstRunBytes;
        longestRunBytes = builder.longestRunBytes;
        this.budget = budget + BumpRun.ALIGN - 1 & -BumpRun.ALIGN;
        strict = builder.strict;
    }

    /**
     * Starts the configuration of an allocator's request arenas.
     *
     * @param parent where their memory comes from
     * @return a builder with the default values
     */
    public static Builder builder(AshlarByteBufAllocator parent) {
        return new Builder(parent);
    }

    /**
     * Makes an arena.
     *
     * @return a new arena, not begun
     */
    public RequestArena newArena() {
        return new RequestArena(this, null, budget, null);
    }

    /** Makes an arena of a channel's requests; {@code scope} does work so that the channel's allocator is the arena. */
    RequestArena newArena(Consumer<Runnable> scope) {
        return new RequestArena(this, null, budget, scope);
    }

    /**
     * The allocator that the arenas' memory comes from.
     *
     * @return the allocator
     */
    public AshlarByteBufAllocator parent() {
        return parent;
    }

    /**
     * The figures of all arenas.
     *
     * @return the figures of about this moment
     */
    public RequestArenaStats stats() {
        return counters.sum(parent.name());
    }

    /** How many threads, or arenas of threads that share nothing, count at the moment. */
    int openCounters() {
        return counters.openCount();
    }

    int longestRunBytes() {
        return longestRunBytes;
    }

    boolean isStrict() {
        return strict;
    }

    /** Whether a buffer gets a run of its own. */
    boolean isLarge(int bytes) {
        return bytes > longestRunBytes >> 2;
    }

    /** What the arenas of the current thread share; if the thread may not clean up after itself, what the one arena that asks has. */
    ArenaThread ofCurrentThread() {
        return FastThreadLocalThread.currentThreadWillCleanupFastThreadLocals() ? threads.get() : newThread(false);
    }

    /** An arena is done with it. */
    void leave(ArenaThread thread) {
        if (!thread.isShared()) {
            counters.close(thread.counters());
        }
    }

    private ArenaThread newThread(boolean shared) {
        return new ArenaThread(parent.direct(), counters.open(), shared, firstRunBytes, longestRunBytes);
    }

    private final class Threads extends FastThreadLocal<ArenaThread> {

        @Override
        protected ArenaThread initialValue() {
            return newThread(true);
        }

        @Override
        protected void onRemoval(ArenaThread thread) {
            counters.close(thread.counters());
        }
    }

    /** Collects the configuration of request arenas. Not for use by several threads at once. */
    public static final class Builder {

        private static final int LEAST_RUN = 256;
        private static final int MOST_RUN = 64 << 20;
        private static final long DEFAULT_BUDGET = 64L << 20;

        private final AshlarByteBufAllocator parent;
        private int firstRunBytes = 256;
        private int longestRunBytes = 1 << 20;
        private @Nullable Long budget;
        private boolean strict;

        private Builder(AshlarByteBufAllocator parent) {
            this.parent = parent;
        }

        /**
         * Sets how long a request's first run is at least. It is longer if requests on the same event loop needed more lately.
         *
         * @param bytes a power of two from 256 B to 64 MiB; default 256 B
         * @return this
         */
        public Builder firstRun(int bytes) {
            firstRunBytes = bytes;
            return this;
        }

        /**
         * Sets how long a run may become. A buffer of more than a quarter of it gets a run of its own.
         *
         * @param bytes a power of two from the length of the first run to 64 MiB; default 1 MiB
         * @return this
         */
        public Builder longestRun(int bytes) {
            longestRunBytes = bytes;
            return this;
        }

        /**
         * Sets how much one request may have.
         *
         * @param bytes at least 1, rounded up to a multiple of 8; default 64 MiB, or the allocator's limit if that is less
         * @return this
         */
        public Builder budget(long bytes) {
            budget = bytes;
            return this;
        }

        /**
         * Whether arenas insist on order: buffers that are still in use at the end of their request are logged with the place where they
         * were allocated, and who asks the arena itself for a buffer outside of a request, or on another thread, gets an exception. Costs a
         * stack trace per buffer; for tests.
         *
         * @param newStrict default false
         * @return this
         */
        public Builder strict(boolean newStrict) {
            strict = newStrict;
            return this;
        }

        /**
         * Makes the arenas' common part.
         *
         * @return the factory of arenas
         * @throws AllocatorConfigException if a value makes no sense; the message names it
         */
        public RequestArenas build() {
            checkRun("firstRun", firstRunBytes, LEAST_RUN);
            checkRun("longestRun", longestRunBytes, firstRunBytes);
            long limit = parent.stats().limitBytes();
            long checked = budget == null ? Math.min(DEFAULT_BUDGET, limit) : budget;
            if (checked < 1 || checked > limit) {
                throw new AllocatorConfigException(
                        "budget=" + budget + " bytes is not from 1 to the allocator's limit=" + limit);
            }
            return new RequestArenas(this, checked);
        }

        private static void checkRun(String what, int bytes, int least) {
            if (Integer.bitCount(bytes) != 1 || bytes < least || bytes > MOST_RUN) {
                throw new AllocatorConfigException(
                        what + "=" + bytes + " bytes is not a power of two from " + least + " to " + MOST_RUN);
            }
        }
    }
}
