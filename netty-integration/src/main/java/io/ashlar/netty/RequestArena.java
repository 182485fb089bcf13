// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.pool.BumpRun;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.CompositeByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An allocator for what one request needs: its direct buffers lie one after the other, and their memory goes back as a whole
 * when the request ends.
 *
 * <p><b>Life.</b> {@link RequestArenas#newArena()} makes an arena, typically one per connection. Between {@link #begin()} and
 * {@link #end()} it serves one request, and then the next. {@link #close()} ends it for good.
 *
 * <p><b>Nothing is freed under anybody's feet.</b> Buffers are released as any others are. If some are still in use when the request
 * ends (a response that is not written yet, a retained slice), they have <em>escaped</em>: they stay as they are, the next request
 * gets other memory, and theirs goes back with the last of them, on whatever thread that is. Escapes are counted; a
 * {@linkplain RequestArenas.Builder#strict(boolean) strict} arena tells where such a buffer was allocated.
 *
 * <p><b>Memory</b> comes in runs, blocks of the parent's pool. The first is as long as requests needed lately, further ones are twice
 * as long as what was used of the last and 4 KiB at least, up to a limit. What is longer than a quarter of the longest run gets a run of its own. The newest buffer grows and
 * shrinks in place, and its memory is free again at once when it is released first; when nothing is outstanding in a run, all of it
 * is free again. A buffer that outgrows its place moves, within the arena.
 *
 * <p><b>What it leaves to the parent:</b> heap buffers, composite buffers as such, {@link ByteBuf#alloc()}, and whatever is allocated, or
 * has to move, outside of the request or on another thread. None of that counts against the budget.
 *
 * <table>
 *   <caption>Cost</caption>
 *   <tr><th>operation</th><th>best case</th><th>worst case</th></tr>
 *   <tr><td>allocate</td><td>O(1), no lock, no atomic operation</td><td>that of a block of the pool, for a new run</td></tr>
 *   <tr><td>release</td><td colspan="2">O(1); by another thread one atomic operation more</td></tr>
 *   <tr><td>begin</td><td colspan="2">O(1); memory is fetched with the first buffer</td></tr>
 *   <tr><td>end</td><td colspan="2">O(runs + hooks), mostly no lock on an event loop</td></tr>
 * </table>
 *
 * <p><b>Thread safety.</b> The thread that calls {@link #begin()} owns the arena until {@link #end()}; all methods but those of an
 * allocator are for that thread alone. Buffers asked for by other threads come from the parent. Buffers may be released by any
 * thread.
 *
 * <p><b>Errors.</b> Without room in the pool for a run: {@link OutOfPoolMemoryError}. Beyond the budget:
 * {@link RequestBudgetExceededException}, also from a buffer that has to grow. After {@link #close()}: {@link IllegalStateException}.
 * Closing the parent does not end a request that has a run; it does not get another.
 *
 * <pre>{@code
 * RequestArenas arenas = RequestArenas.builder(allocator).budget(4 << 20).build();
 * RequestArena arena = arenas.newArena();
 * arena.begin();
 * try {
 *     ByteBuf scratch = arena.buffer(512);
 *     // ...
 *     scratch.release();
 * } finally {
 *     arena.end();
 * }
 * }</pre>
 */
public final class RequestArena extends ArenaRuns implements ByteBufAllocatorMetricProvider, AutoCloseable {

    private final AshlarByteBufAllocator parent;
    private final @Nullable RequestArena outer;
    /** Does work so that the channel's allocator is this arena; null for an arena without a channel. */
    private final @Nullable Consumer<Runnable> scope;

    // Synchronization: written by the owner only. Any thread that allocates reads it, and sees itself only if it is the
    // owner.
    private @Nullable Thread owner;

    // Synchronization: as `owner`; once true it stays so.
    private boolean closed;

    // Synchronization of all below: used by the owner only.
    private boolean ending;
    /** What a flight recording is to know about the request; mostly null. */
    private @Nullable Object event;
    /** Whether the application has got hold of the arena that {@link RequestArenaHandler} made. */
    boolean isKnown;

    private final List<Runnable> hooks = new ArrayList<>(0);
    /** The hook of the outer arena that closes this one. */
    private @Nullable Runnable closing;

    RequestArena(RequestArenas arenas, @Nullable RequestArena outer, long budget, @Nullable Consumer<Runnable> scope) {
        super(arenas, budget);
        this.parent = arenas.parent();
        this.outer = outer;
        this.scope = scope;
    }

    // ---- the life of a request

    /**
     * Begins a request; the calling thread owns the arena until it ends.
     *
     * @return this arena
     * @throws IllegalStateException if one has begun and not ended, or after {@link #close()}
     */
    public RequestArena begin() {
        checkUnmanaged("begin");
        beginRequest();
        return this;
    }

    private void beginRequest() {
        checkIdle(); // before anything changes: the request that is under way may be another thread's
        ArenaThread mine = thread;
        if (mine == null || !mine.isCurrent()) {
            leaveThread();
            mine = arenas.ofCurrentThread();
        }
        beginRequest(mine);
    }

    private void checkIdle() {
        if (closed) {
            throw closedException();
        }
        if (owner != null) {
            throw new IllegalStateException(
                    this + " has begun a request already: call end() first, or use a second arena for"
                            + " requests that overlap");
        }
    }

    void beginRequest(ArenaThread mine) {
        checkIdle();
        beginRuns(mine);
        owner = Thread.currentThread();
        if (outer == null) {
            mine.began();
            Object begun = ArenaEvents.begin();
            if (begun != null) {
                event = begun;
            }
        }
    }

    /**
     * Ends the request: inner arenas and hooks first, the newest before the others; then all memory goes back that is not in use any
     * more.
     *
     * @throws IllegalStateException if no request has begun, or if another thread owns the arena
     * @throws RuntimeException what the first hook threw that threw anything, after everything has been done; what others threw is
     *     suppressed in it
     */
    public void end() {
        checkUnmanaged("end");
        checkOwner("end");
        endRequest();
    }

    void endRequest() {
        if (ending) {
            throw new IllegalStateException(this + ".end() was called by a hook: the request is ending already");
        }
        ending = true;
        Throwable failure = runHooks();
        ArenaThread mine = thread;
        assert mine != null;
        endRuns();
        owner = null;
        ending = false;
        if (outer == null) {
            mine.ended(mostBytes(), escaped());
            tellEnd();
        } else {
            outer.add(mostBytes(), escaped());
        }
        if (closed) {
            leaveThread();
        }
        if (failure != null) {
            throwUnchecked(failure);
        }
    }

    private void tellEnd() {
        Object begun = event;
        if (begun != null) {
            event = null;
            ArenaEvents.end(begun, parent.name(), mostBytes(), escaped());
        }
    }

    /**
     * Ends the arena, and first the request if one has begun. Calls after the first do nothing.
     *
     * @throws IllegalStateException if a request has begun on another thread
     * @throws RuntimeException as {@link #end()}
     */
    @Override
    public void close() {
        checkUnmanaged("close");
        if (owner != null) {
            checkOwner("close");
        }
        closeArena();
    }

    void closeArena() {
        if (closed) {
            return;
        }
        closed = true;
        if (outer != null && closing != null) {
            outer.forgetNewest(closing);
        }
        if (owner == null) {
            leaveThread();
        } else if (!ending) {
            endRequest();
        }
    }

    private void leaveThread() {
        ArenaThread left = thread;
        forgetRuns();
        if (left != null) {
            arenas.leave(left);
        }
    }

    /** What {@link RequestArenaHandler} has begun it ends, too. */
    private void checkUnmanaged(String method) {
        if (scope != null && outer == null) {
            throw new IllegalStateException(
                    this + "." + method + "(): this arena belongs to RequestArenaHandler, which begins and ends it");
        }
    }

    private void forgetNewest(Runnable hook) {
        int newest = hooks.size() - 1;
        if (newest >= 0 && hooks.get(newest) == hook) {
            hooks.remove(newest);
        }
    }

    /**
     * Whether a request has begun and not ended.
     *
     * @return true between {@link #begin()} and {@link #end()}
     */
    public boolean isOpen() {
        return owner != null;
    }

    // ---- what a request may do with it

    /**
     * Does some work for the request: where {@link RequestArenaHandler} made the arena, {@code ctx.alloc()} serves from it meanwhile. For
     * what goes on with a request later, in a task or after an answer from elsewhere.
     *
     * @param work what to do, at once
     * @throws IllegalStateException if no request has begun or it has ended, or if another thread owns the arena
     */
    public void run(Runnable work) {
        checkOwner("run");
        if (scope == null) {
            work.run();
        } else {
            scope.accept(work);
        }
    }

    /**
     * Remembers something to be done when the request ends, whatever way it ends. Hooks run on the owner thread, the newest first, each
     * once, also if others throw. The arena still serves buffers then.
     *
     * @param hook what to do
     * @throws IllegalStateException if no request has begun, or if another thread owns the arena
     */
    public void onEnd(Runnable hook) {
        checkOwner("onEnd");
        hooks.add(hook);
    }

    private @Nullable Throwable runHooks() {
        Throwable first = null;
        while (!hooks.isEmpty()) {
            try {
                hooks.remove(hooks.size() - 1).run();
            } catch (Throwable e) {
                if (first == null) {
                    first = e;
                } else if (first != e) {
                    first.addSuppressed(e);
                }
            }
        }
        return first;
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void throwUnchecked(Throwable e) throws E {
        throw (E) e;
    }

    /**
     * Begins an arena within this one, for a part of the request: it ends when it is closed, or else before this one does. Its budget is
     * what this one has left now, and does not count here.
     *
     * @return the inner arena, begun; it is for one use
     * @throws IllegalStateException if no request has begun, or if another thread owns the arena
     */
    public RequestArena child() {
        checkOwner("child");
        RequestArena inner = new RequestArena(arenas, this, budget() - usedBytes(), scope);
        inner.beginRequest();
        Runnable closing = inner::closeArena;
        inner.closing = closing;
        hooks.add(closing);
        return inner;
    }

    /**
     * The arena that this one is part of.
     *
     * @return the outer arena, null if there is none
     */
    public @Nullable RequestArena parentArena() {
        return outer;
    }

    /**
     * Remembers where the request is, so that what it allocates from here on can be given up by itself: with {@link #rewind}. What has
     * been allocated so far stays where it is; what of it outgrows its place counts as allocated since. What comes next lies in runs of its own,
     * whose length is not part of the budget: so rewind in a {@code finally}. A mark that is not rewound to ends with the request.
     *
     * @return the place
     * @throws IllegalStateException if no request has begun, or if another thread owns the arena
     */
    public Mark mark() {
        checkOwner("mark");
        return markRuns();
    }

    /**
     * Goes back to a mark: the memory of everything that was allocated since goes back, and no longer counts against the budget. Buffers
     * that are still in use have escaped, as at the end of the request: they stay as they are. Marks that were set later are gone, too.
     * Inner arenas and hooks are not concerned.
     *
     * @param mark where to go back to; it is used up
     * @throws IllegalStateException if the mark is not of this request, or was gone back to or beyond before; if no request has begun, or
     *     if another thread owns the arena
     */
    public void rewind(Mark mark) {
        checkOwner("rewind");
        if (!tryRewind(mark)) {
            throw new IllegalStateException(this
                    + ".rewind(): the mark is of another request or another arena, or was rewound to or beyond before");
        }
    }

    /** A place in what a request allocates: {@link #mark()}. */
    public static final class Mark {

        // What was in use when it was set; the fields of ArenaRuns.
        final BumpRun<AshlarByteBuf> run;
        final List<BumpRun<AshlarByteBuf>> others;
        final @Nullable AllocationSites sites;
        final long goneBytes;
        final @Nullable Mark before;

        Mark(
                BumpRun<AshlarByteBuf> run,
                List<BumpRun<AshlarByteBuf>> others,
                @Nullable AllocationSites sites,
                long goneBytes,
                @Nullable Mark before) {
            this.run = run;
            this.others = others;
            this.sites = sites;
            this.goneBytes = goneBytes;
            this.before = before;
        }
    }

    /**
     * What the request has used of its budget: the bytes of its buffers and of the gaps between them, less what was free again before the
     * request's end.
     *
     * @return bytes, 0 if no request has begun
     */
    public long usedBytes() {
        return owner == null ? 0 : usedBytesOfRuns();
    }

    /**
     * How many of the request's buffers have not been released.
     *
     * @return the number, of about this moment if other threads are releasing; without those that escaped when the arena was rewound
     */
    public int outstanding() {
        return owner == null ? 0 : outstandingOfRuns();
    }

    // ---- allocating

    /** Whether a request of the calling thread has begun and not ended. */
    boolean isOfCaller() {
        return Thread.currentThread() == owner;
    }

    @Override
    public ByteBuf buffer() {
        try {
            return super.buffer();
        } catch (OutOfPoolMemoryError exhausted) {
            return parent.counted(parent.heapInsteadOf(exhausted).heapBuffer());
        }
    }

    @Override
    public ByteBuf buffer(int initialCapacity) {
        try {
            return super.buffer(initialCapacity);
        } catch (OutOfPoolMemoryError exhausted) {
            return parent.counted(parent.heapInsteadOf(exhausted).heapBuffer(initialCapacity));
        }
    }

    @Override
    public ByteBuf buffer(int initialCapacity, int maxCapacity) {
        try {
            return super.buffer(initialCapacity, maxCapacity);
        } catch (OutOfPoolMemoryError exhausted) {
            return parent.counted(parent.heapInsteadOf(exhausted).heapBuffer(initialCapacity, maxCapacity));
        }
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        if (!isOfCaller()) {
            return fromParent(initialCapacity, maxCapacity);
        }
        AshlarByteBuf buf = tryAllocate(initialCapacity);
        if (buf == null) {
            return parent.newDirectBuffer(initialCapacity, maxCapacity);
        }
        buf.handOut(initialCapacity, maxCapacity);
        note(buf);
        return AshlarByteBufAllocator.watched(buf);
    }

    private ByteBuf fromParent(int initialCapacity, int maxCapacity) {
        if (closed) {
            throw closedException();
        }
        if (arenas.isStrict()) {
            throw new IllegalStateException(this + " was asked for a buffer "
                    + (owner == null
                            ? "outside of a request"
                            : "by thread=" + Thread.currentThread().getName() + ", but its owner is another")
                    + ": allocate from the channel's allocator there; an arena that is not strict does so itself");
        }
        return parent.newDirectBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return parent.newHeapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public CompositeByteBuf compositeHeapBuffer(int maxNumComponents) {
        return parent.compositeHeapBuffer(maxNumComponents);
    }

    @Override
    public CompositeByteBuf compositeDirectBuffer(int maxNumComponents) {
        return parent.compositeDirectBuffer(maxNumComponents);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return true;
    }

    /** The parent's: the arena's memory is the parent's. */
    @Override
    public ByteBufAllocatorMetric metric() {
        return parent.metric();
    }

    // ---- whose turn it is

    private void checkOwner(String method) {
        Thread thread = owner;
        if (thread == Thread.currentThread()) {
            return;
        }
        if (closed) {
            throw closedException();
        }
        throw new IllegalStateException(
                thread == null
                        ? this + "." + method + "(): no request has begun, or it has ended already"
                        : this + "." + method + "() was called by thread="
                                + Thread.currentThread().getName() + ", but the request began on thread="
                                + thread.getName());
    }

    private IllegalStateException closedException() {
        return new IllegalStateException(this + " is closed: it serves no request any more");
    }

    @Override
    public String toString() {
        return "RequestArena[parent=" + parent.name() + ", budget=" + budget() + (outer == null ? "]" : ", inner]");
    }
}
