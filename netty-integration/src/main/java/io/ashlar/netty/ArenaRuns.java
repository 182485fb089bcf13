// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.netty.RequestArena.Mark;
import io.ashlar.pool.BumpRun;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a {@link RequestArena}: the runs that its buffers lie in, what the budget allows, and what is set aside by marks. A superclass and
 * not a part, which would cost an allocation one more step from object to object.
 *
 * <p>Between {@link #beginRuns} and {@link #endRuns} there is a current run, which is not open before the first buffer. The runs before it,
 * and those of single large buffers, are kept beside it: sealed or full, so that the current run alone can still hand out from the budget.
 *
 * <p>Synchronization: used by the owner of the arena only.
 */
abstract class ArenaRuns extends AbstractByteBufAllocator {

    /** How long runs are at least, but for a request's first: for that there is experience. */
    private static final int NEXT_RUN = 4 << 10;

    final RequestArenas arenas;
    private final long budget;
    private final IntFunction<AshlarByteBuf> overflow = this::overflow;

    // The thread and the run stay when the request has ended: mostly the next one has the same, and needs no store of a
    // reference
    // then, which can cost a fence.
    /** What the arenas of the owner have in common, or of the last one. */
    @Nullable
    ArenaThread thread;

    private @Nullable BumpRun<AshlarByteBuf> current;
    private List<BumpRun<AshlarByteBuf>> others = new ArrayList<>(0);
    private @Nullable AllocationSites sites;
    private @Nullable Mark newestMark;

    /** What was used of runs that have gone back before the end, and by inner arenas that have ended. */
    private long goneBytes;
    /** What had been used at most when the arena was rewound, which forgets what came since the mark. */
    private long mostBytes;

    private int escaped;
    /** While an answer is encoded, so that a request without budget can still be answered. */
    private boolean exempt;

    ArenaRuns(RequestArenas arenas, long budget) {
        super(arenas.parent().prefersDirect());
        this.arenas = arenas;
        this.budget = budget;
    }

    final long budget() {
        return budget;
    }

    // ---- beginning and ending

    final void beginRuns(ArenaThread mine) {
        if (thread != mine) {
            thread = mine;
        }
        BumpRun<AshlarByteBuf> run = mine.takeRun();
        if (current != run) {
            current = run;
        }
        sites = arenas.isStrict() ? new AllocationSites() : null;
        goneBytes = 0;
        mostBytes = 0;
        escaped = 0;
    }

    /** Lets all runs go. What was used, and what has escaped, is to be asked for afterwards. */
    final void endRuns() {
        boolean kept = release();
        for (Mark mark = newestMark; mark != null; mark = mark.before) {
            goBackTo(mark);
            kept = release();
        }
        sites = null;
        if (!kept) {
            current = null;
        }
    }

    /** An inner arena has ended. */
    final void add(long innerBytes, int innerEscaped) {
        goneBytes += innerBytes;
        escaped += innerEscaped;
    }

    /** How many bytes were used at the same time, about; complete after the end. */
    final long mostBytes() {
        return Math.max(goneBytes, mostBytes);
    }

    /** How many buffers have escaped; complete after the end. */
    final int escaped() {
        return escaped;
    }

    /** The arena is not for this thread any more. */
    final void forgetRuns() {
        thread = null;
        current = null;
    }

    /** Lets all runs since the last mark go; returns whether the current one is kept for later requests. */
    private boolean release() {
        int before = escaped;
        boolean kept = release(current());
        for (int i = others.size() - 1; i >= 0; i--) {
            release(others.remove(i));
        }
        AllocationSites recorded = sites;
        if (recorded != null && escaped > before) {
            recorded.report(escaped - before);
        }
        return kept;
    }

    private boolean release(BumpRun<AshlarByteBuf> run) {
        goneBytes += run.peakBytes();
        int outstanding = run.outstanding();
        if (run.close()) {
            return thread().keepRun(run);
        }
        escaped += outstanding;
        return false;
    }

    // ---- marks

    final Mark markRuns() {
        BumpRun<AshlarByteBuf> run = current();
        BumpRun<AshlarByteBuf> next = thread().takeRun();
        List<BumpRun<AshlarByteBuf>> none = new ArrayList<>(0);
        AllocationSites nowhere = sites == null ? null : new AllocationSites();
        Mark mark = new Mark(run, others, sites, goneBytes, newestMark);
        run.seal(); // or its newest buffer could grow into what the budget has left for others
        newestMark = mark;
        current = next;
        others = none;
        sites = nowhere;
        return mark;
    }

    /** Goes back to a mark; returns false if it is none of these runs. */
    final boolean tryRewind(Mark mark) {
        Mark found = newestMark;
        while (found != null && found != mark) {
            found = found.before;
        }
        if (found == null) {
            return false;
        }
        while (newestMark != found.before) {
            release();
            goBackTo(newestMark);
        }
        found.run.unseal();
        mostBytes = Math.max(mostBytes, goneBytes + sum(BumpRun::peakBytes));
        goneBytes = found.goneBytes;
        return true;
    }

    private void goBackTo(Mark mark) {
        current = mark.run;
        others = mark.others;
        sites = mark.sites;
        newestMark = mark.before;
    }

    // ---- figures

    final long usedBytesOfRuns() {
        return sum(BumpRun::usedBytes);
    }

    final int outstandingOfRuns() {
        return (int) sum(BumpRun::outstanding);
    }

    private long sum(ToLongFunction<BumpRun<AshlarByteBuf>> figure) {
        long sum = sum(current(), others, figure);
        for (Mark mark = newestMark; mark != null; mark = mark.before) {
            sum += sum(mark.run, mark.others, figure);
        }
        return sum;
    }

    private static long sum(
            BumpRun<AshlarByteBuf> run,
            List<BumpRun<AshlarByteBuf>> others,
            ToLongFunction<BumpRun<AshlarByteBuf>> figure) {
        long sum = figure.applyAsLong(run);
        for (BumpRun<AshlarByteBuf> other : others) {
            sum += figure.applyAsLong(other);
        }
        return sum;
    }

    // ---- allocating

    /** Lets the parent serve beyond the budget, or not; returns whether it did before. */
    final boolean exempt(boolean newExempt) {
        boolean before = exempt;
        exempt = newExempt;
        return before;
    }

    /** A view whose block lies in one of these runs; null if the parent is to serve. */
    @Nullable
    final AshlarByteBuf tryAllocate(int bytes) {
        BumpRun<AshlarByteBuf> run = current();
        AshlarByteBuf buf = run.tryAllocate(bytes);
        if (buf == null) {
            run = runWithRoomFor(bytes);
            if (run == null) {
                return null;
            }
            buf = run.tryAllocate(bytes);
            assert buf != null;
            if (run != current) {
                run.seal(); // or it could shrink, let others have the bytes, and grow again
            }
        }
        buf.follow(run);
        return buf;
    }

    /** Remembers where a buffer was allocated, if somebody wants to know. */
    final void note(ByteBuf buf) {
        AllocationSites recorded = sites;
        if (recorded != null) {
            recorded.add(buf);
        }
    }

    /** What a buffer of this request moves to when it grows beyond its place. */
    private AshlarByteBuf overflow(int bytes) {
        AshlarByteBuf target = tryAllocate(bytes);
        return target != null ? target : arenas.parent().direct().allocate(bytes);
    }

    /** Makes room by a new run: the next, or one for a single large buffer. Null if the parent is to serve. */
    private @Nullable BumpRun<AshlarByteBuf> runWithRoomFor(int bytes) {
        ArenaThread mine = thread();
        BumpRun<AshlarByteBuf> run = current();
        boolean first = !run.isOpen() && others.isEmpty() && newestMark == null;
        long used = first ? 0 : usedBytesOfLive();
        long least = Math.max(BumpRun.ALIGN, (long) bytes + BumpRun.ALIGN - 1 & -BumpRun.ALIGN); // as budgets are
        if (least > budget - used || least > Integer.MAX_VALUE) {
            if (exempt) {
                return null;
            }
            mine.hitBudget();
            throw new RequestBudgetExceededException(budget, used, bytes);
        }
        if (arenas.isLarge(bytes)) {
            BumpRun<AshlarByteBuf> own = open(mine.takeRun(), (int) least, (int) least);
            others.add(own);
            if (run.isOpen() && run.capacity() - run.usedBytes() > budget - used - least) {
                retire(run, mine.takeRun()); // it could give away more than is left
            }
            return own;
        }
        if (!run.isOpen()) {
            int wanted = newestMark == null ? mine.usualBytes() : Math.max(NEXT_RUN, mine.leastBytes());
            return open(run, nextBytes(wanted, (int) least, used), (int) least);
        }
        int wanted = Math.max(
                Math.max(NEXT_RUN, mine.leastBytes()),
                2 * run.usedBytes()); // not the capacity: there may be many short buffers
        BumpRun<AshlarByteBuf> next = open(mine.takeRun(), nextBytes(wanted, (int) least, used), (int) least);
        retire(run, next);
        return next;
    }

    private void retire(BumpRun<AshlarByteBuf> run, BumpRun<AshlarByteBuf> next) {
        run.seal();
        others.add(run);
        current = next;
    }

    private int nextBytes(int wanted, int least, long used) {
        return (int) Math.min(Math.max(Math.min(wanted, arenas.longestRunBytes()), least), budget - used);
    }

    /** Opens a run of so many bytes, or of the least if there are not as many at hand. */
    private BumpRun<AshlarByteBuf> open(BumpRun<AshlarByteBuf> run, int wanted, int least) {
        boolean opened = false;
        try {
            BufferPool<AshlarByteBuf> memory = arenas.parent().direct();
            AshlarByteBuf block = memory.tryAllocate(wanted);
            int bytes = block == null ? least : wanted;
            if (block == null) {
                block = memory.allocate(least);
            }
            run.open(block, block.run(), block.index(), bytes, overflow);
            opened = true;
        } finally {
            if (!opened && run != current) {
                thread().keepRun(run);
            }
        }
        return run;
    }

    /** Gives back what a long request needs no more: runs whose buffers have all been released. Returns what the others use. */
    private long usedBytesOfLive() {
        closeDrained(current(), others);
        for (Mark mark = newestMark; mark != null; mark = mark.before) {
            closeDrained(mark.run, mark.others);
        }
        return usedBytesOfRuns();
    }

    private void closeDrained(BumpRun<AshlarByteBuf> last, List<BumpRun<AshlarByteBuf>> before) {
        if (last.isOpen() && last.outstanding() == 0) {
            goneBytes += last.peakBytes();
            last.close();
        }
        for (int i = before.size() - 1; i >= 0; i--) {
            BumpRun<AshlarByteBuf> run = before.get(i);
            if (run.outstanding() == 0) {
                release(run);
                before.remove(i);
            }
        }
    }

    private BumpRun<AshlarByteBuf> current() {
        BumpRun<AshlarByteBuf> run = current;
        assert run != null;
        return run;
    }

    private ArenaThread thread() {
        ArenaThread mine = thread;
        assert mine != null;
        return mine;
    }
}
