// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What a request gives up by going back to a mark, and what it keeps. */
class RequestArenaMarkTest extends ArenaTestFixture {

    @Test
    void rewindingGivesBackWhatCameAfterTheMarkAndNothingElse() {
        configure(RequestArenas.builder(parent).firstRun(4 * KIB));
        arena.begin();
        ByteBuf before = arena.buffer(1000).writeBytes(bytes(1000, 1));
        long used = arena.usedBytes();
        RequestArena.Mark mark = arena.mark();
        List<ByteBuf> since = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            since.add(arena.buffer(3000).writeZero(3000));
        }
        since.add(arena.buffer(MIB).writeZero(MIB));
        since.forEach(ByteBuf::release);
        arena.rewind(mark);
        assertEquals(used, arena.usedBytes());
        assertEquals(1, parent.stats().outstanding()); // the run of `before`
        assertArrayEquals(bytes(1000, 1), content(before));
        ByteBuf after = arena.buffer(8);
        assertEquals(before.memoryAddress() + 1000, after.memoryAddress()); // goes on where it was
        after.release();
        before.release();
        arena.end();
        assertEquals(0, arenas.stats().escapes());
    }

    @Test
    void whatIsInUseWhenTheArenaIsRewoundStaysAsItIs() {
        arena.begin();
        RequestArena.Mark mark = arena.mark();
        ByteBuf small = arena.buffer(1000).writeBytes(bytes(1000, 2));
        ByteBuf large = arena.buffer(MIB).writeBytes(bytes(MIB, 3));
        arena.rewind(mark);
        assertEquals(0, arena.outstanding());
        for (int i = 0; i < 1000; i++) {
            RequestArena.Mark again = arena.mark();
            arena.buffer(1000).writeZero(1000).release();
            arena.buffer(MIB).writeZero(MIB).release();
            arena.rewind(again);
        }
        assertArrayEquals(bytes(1000, 2), content(small));
        assertArrayEquals(bytes(MIB, 3), content(large));
        large.release();
        arena.end();
        assertEquals(1, arenas.stats().escapes());
        assertEquals(2, arenas.stats().escapedBuffers());
        assertEquals(1, parent.stats().outstanding());
        small.release();
    }

    @Test
    void rewindingFreesTheBudget() {
        configure(RequestArenas.builder(parent).budget(64 * KIB));
        arena.begin();
        for (int i = 0; i < 100; i++) {
            RequestArena.Mark mark = arena.mark();
            ByteBuf buf = arena.buffer(40 * KIB);
            assertThrows(RequestBudgetExceededException.class, () -> arena.buffer(40 * KIB));
            buf.release();
            arena.rewind(mark);
        }
        assertEquals(0, arena.usedBytes());
        assertEquals(100, arenas.stats().budgetHits());
        arena.end();
    }

    @Test
    void whatLiesBeforeAMarkCountsAgainstTheBudget() {
        configure(RequestArenas.builder(parent).budget(64 * KIB));
        arena.begin();
        ByteBuf before = arena.buffer(40 * KIB);
        RequestArena.Mark mark = arena.mark();
        assertThrows(RequestBudgetExceededException.class, () -> arena.buffer(40 * KIB));
        arena.buffer(20 * KIB).release();
        arena.rewind(mark);
        before.release();
        arena.end();
    }

    @Test
    void aBufferOfBeforeTheMarkDoesNotGrowIntoTheBudgetOfOthers() {
        configure(RequestArenas.builder(parent).budget(64 * KIB));
        arena.begin();
        ByteBuf before = arena.buffer(100); // the newest of a run of 16 KiB
        RequestArena.Mark mark = arena.mark();
        ByteBuf rest = arena.buffer((int) (64 * KIB - arena.usedBytes()));
        assertThrows(RequestBudgetExceededException.class, () -> before.capacity(10 * KIB));
        assertEquals(64 * KIB, arena.usedBytes());
        rest.release();
        arena.rewind(mark);
        before.capacity(10 * KIB); // where it is
        assertEquals(10 * KIB, arena.usedBytes());
        before.release();
        arena.end();
        assertEquals(0, arenas.stats().escapes());
    }

    @Test
    void aReleaseBehindABufferOfBeforeTheMarkGivesItNoRoom() {
        configure(RequestArenas.builder(parent).budget(64 * KIB));
        arena.begin();
        ByteBuf before = arena.buffer(100);
        ByteBuf behind = arena.buffer(30 * KIB);
        RequestArena.Mark mark = arena.mark();
        behind.release();
        ByteBuf rest = arena.buffer((int) (64 * KIB - arena.usedBytes()));
        assertThrows(RequestBudgetExceededException.class, () -> before.capacity(20 * KIB));
        assertEquals(64 * KIB, arena.usedBytes());
        rest.release();
        arena.rewind(mark);
        before.release();
        arena.end();
    }

    @Test
    void whatOthersReleaseBeforeAMarkIsRoomAgain() {
        configure(RequestArenas.builder(parent).budget(64 * KIB));
        arena.begin();
        ByteBuf before = arena.buffer(40 * KIB);
        RequestArena.Mark mark = arena.mark();
        elsewhere(before::release);
        arena.buffer(40 * KIB).release();
        arena.rewind(mark);
        arena.buffer(40 * KIB).release();
        arena.end();
        assertEquals(0, arenas.stats().escapes());
    }

    @Test
    void theFiguresTellWhatWasUsedAtOnce() {
        arena.begin();
        ByteBuf before = arena.buffer(1000);
        for (int i = 0; i < 100; i++) {
            RequestArena.Mark mark = arena.mark();
            arena.buffer(5000).release();
            arena.rewind(mark);
        }
        before.release();
        arena.end();
        assertEquals(6000, arenas.stats().usedBytes());
    }

    @Test
    void anEarlierMarkTakesTheLaterOnesWithIt() {
        arena.begin();
        RequestArena.Mark first = arena.mark();
        arena.buffer(100).release();
        RequestArena.Mark second = arena.mark();
        ByteBuf buf = arena.buffer(100);
        buf.release();
        arena.rewind(first);
        assertEquals(0, arena.usedBytes());
        String message = assertThrows(IllegalStateException.class, () -> arena.rewind(second))
                .getMessage();
        assertTrue(message.contains("rewound to or beyond before"), message);
        assertThrows(IllegalStateException.class, () -> arena.rewind(first));
        arena.end();
    }

    @Test
    void marksOfOthersAreRefused() {
        arena.begin();
        RequestArena.Mark old = arena.mark();
        arena.end();
        assertThrows(IllegalStateException.class, () -> arena.rewind(old)); // no request
        assertThrows(IllegalStateException.class, () -> arena.mark());
        arena.begin();
        assertThrows(IllegalStateException.class, () -> arena.rewind(old)); // another request
        try (RequestArena inner = arena.child()) {
            RequestArena.Mark mark = inner.mark();
            assertThrows(IllegalStateException.class, () -> arena.rewind(mark)); // another arena
            inner.rewind(mark);
        }
        RequestArena.Mark mark = arena.mark();
        assertThrows(IllegalStateException.class, () -> arena.rewind(null));
        elsewhere(() -> assertThrows(IllegalStateException.class, () -> arena.rewind(mark)));
        elsewhere(() -> assertThrows(IllegalStateException.class, () -> arena.mark()));
        arena.end();
    }

    @Test
    void aBufferOfBeforeTheMarkMayOutgrowItsPlace() {
        arena.begin();
        ByteBuf before = arena.buffer(100).writeBytes(bytes(100, 4));
        ByteBuf neighbour = arena.buffer(100);
        RequestArena.Mark mark = arena.mark();
        before.writeBytes(bytes(5000, 5)); // moves to where new buffers are
        arena.rewind(mark);
        arena.buffer(8000).writeZero(8000).release();
        assertArrayEquals(bytes(100, 4), content(before.readSlice(100)));
        assertArrayEquals(bytes(5000, 5), content(before));
        before.release();
        neighbour.release();
        arena.end();
        assertEquals(1, arenas.stats().escapedBuffers());
    }

    @Test
    void theRequestsEndEndsItsMarks() {
        arena.begin();
        ByteBuf first = arena.buffer(100).writeLong(1);
        arena.mark();
        ByteBuf second = arena.buffer(100).writeLong(2);
        arena.mark();
        ByteBuf third = arena.buffer(100).writeLong(3);
        assertEquals(3, arena.outstanding());
        second.release();
        arena.end();
        assertEquals(2, arenas.stats().escapedBuffers());
        assertEquals(1, first.readLong());
        assertEquals(3, third.readLong());
        first.release();
        third.release();
    }

    /** Any order of marks, rewinds, allocations and releases, beside a list of what must be there. */
    @Test
    void randomMarksLoseAndOverwriteNothing() {
        long seed = Long.getLong("ashlar.test.seed", System.nanoTime());
        System.out.println("ashlar.test.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        record Held(ByteBuf buf, long seed) {
            void check() {
                assertArrayEquals(bytes(buf.readableBytes(), seed), content(buf));
            }
        }
        List<Held> held = new ArrayList<>();
        for (int request = 0; request < 50; request++) {
            arena.begin();
            Deque<RequestArena.Mark> marks = new ArrayDeque<>();
            for (int step = 0; step < 200; step++) {
                switch (random.nextInt(10)) {
                    case 0 -> marks.push(arena.mark());
                    case 1 -> {
                        for (int n = random.nextInt(3); n > 0 && marks.size() > 1; n--) {
                            marks.pop(); // so that it rewinds beyond some
                        }
                        if (!marks.isEmpty()) {
                            arena.rewind(marks.pop());
                        }
                    }
                    case 2, 3, 4, 5 -> {
                        if (!held.isEmpty()) {
                            Held any = held.remove(random.nextInt(held.size()));
                            any.check();
                            any.buf.release();
                        }
                    }
                    default -> {
                        int size = 1 << random.nextInt(16);
                        held.add(new Held(arena.buffer(size).writeBytes(bytes(size, step)), step));
                    }
                }
            }
            arena.end();
            held.forEach(Held::check);
        }
        held.forEach(one -> one.buf().release());
    }
}
