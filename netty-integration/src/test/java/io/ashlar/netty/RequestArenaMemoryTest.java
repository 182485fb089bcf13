// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which memory a request gets, how much of it, and what the figures say of it. */
class RequestArenaMemoryTest extends ArenaTestFixture {

    // ---- memory

    @Test
    void aRequestMayTakeManyRuns() {
        SplittableRandom random = new SplittableRandom(5);
        for (int request = 0; request < 20; request++) {
            arena.begin();
            List<ByteBuf> buffers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int size = random.nextInt(1, 20 * KIB);
                buffers.add(arena.buffer(size).writeBytes(bytes(size, i)));
            }
            assertEquals(200, arena.outstanding());
            for (int i = 0; i < 200; i++) {
                assertArrayEquals(bytes(buffers.get(i).readableBytes(), i), content(buffers.get(i)));
            }
            Collections.shuffle(buffers, new Random(request));
            buffers.forEach(ReferenceCountUtil::release);
            assertEquals(0, arena.outstanding());
            arena.end();
            assertEquals(0, parent.stats().outstanding());
        }
    }

    /** What requests needed lately is a guess, and no reason to refuse one that needs less. */
    @Test
    void aSmallBufferIsServedThoughTheUsualRunIsNotToBeHad() {
        AshlarByteBufAllocator tenant = parent.child("tenant", MIB);
        try (RequestArena small = RequestArenas.builder(tenant).build().newArena()) {
            for (int request = 0; request < 100; request++) {
                small.begin();
                List<ByteBuf> buffers = new ArrayList<>();
                for (int i = 0; i < 600; i++) {
                    buffers.add(small.directBuffer(KIB));
                }
                buffers.forEach(ByteBuf::release);
                small.end();
            }
            List<ByteBuf> others = new ArrayList<>();
            while (tenant.stats().usedBytes() < MIB - 200 * KIB) {
                others.add(tenant.directBuffer(32 * KIB));
            }
            small.begin();
            ByteBuf served = small.directBuffer(64);
            served.release();
            small.end();
            others.forEach(ByteBuf::release);
        }
        tenant.close();
    }

    @Test
    void aLargeBufferHasARunOfItsOwnThatGoesBackEarly() {
        arena.begin();
        ByteBuf small = arena.buffer(100);
        ByteBuf large = arena.buffer(MIB);
        assertEquals(2, arena.outstanding());
        assertEquals(2, parent.stats().outstanding());
        large.release();
        ByteBuf another = arena.buffer(MIB);
        assertEquals(2, parent.stats().outstanding());
        another.release();
        small.release();
        arena.end();
    }

    @Test
    void aLargeBufferThatEscapesIsCounted() {
        arena.begin();
        ByteBuf large = arena.buffer(MIB).writeLong(42);
        arena.end();
        assertEquals(1, arenas.stats().escapedBuffers());
        assertEquals(42, large.readLong());
        large.release();
        assertEquals(0, parent.stats().usedBytes());
    }

    @Test
    void theNewestBufferGrowsWhereItIsAndOthersMove() {
        configure(RequestArenas.builder(parent).firstRun(16 * KIB));
        arena.begin();
        ByteBuf older = arena.buffer(100).writeLong(1);
        ByteBuf newest = arena.buffer(100).writeLong(2);
        long at = newest.memoryAddress();
        newest.capacity(5000);
        assertEquals(at, newest.memoryAddress());
        at = older.memoryAddress();
        older.capacity(5000);
        assertNotEquals(at, older.memoryAddress());
        assertEquals(1, older.getLong(0));
        assertEquals(2, newest.getLong(0));
        assertEquals(2, arena.outstanding());
        older.release();
        newest.release();
        arena.end();
        assertEquals(0, arenas.stats().escapes());
    }

    @Test
    void scratchThatIsReleasedAtOnceCostsTheRequestNothing() {
        arena.begin();
        ByteBuf kept = arena.buffer(100);
        long used = arena.usedBytes();
        for (int i = 0; i < 1000; i++) {
            arena.buffer(4000).release();
        }
        assertEquals(used, arena.usedBytes());
        kept.release();
        arena.end();
    }

    // ---- growth

    @Test
    void growthCountsAgainstTheBudget() {
        configure(RequestArenas.builder(parent).budget(16 * KIB));
        arena.begin();
        ByteBuf buf = arena.buffer(100).writeLong(42);
        assertThrows(RequestBudgetExceededException.class, () -> buf.writeZero(MIB));
        assertEquals(42, buf.getLong(0));
        assertEquals(100, buf.capacity());
        assertEquals(1, arenas.stats().budgetHits());
        buf.release();
        arena.end();
    }

    @Test
    void aBufferThatGrowsOnAndOnStaysInTheArena() {
        arena.begin();
        ByteBuf neighbour = arena.buffer(8).writeLong(7);
        ByteBuf buf = arena.buffer(8);
        for (int i = 0; i < 100_000; i++) {
            buf.writeLong(i);
        }
        assertEquals(2, arena.outstanding());
        for (int i = 0; i < 100_000; i++) {
            assertEquals(i, buf.readLong());
        }
        assertEquals(7, neighbour.readLong());
        buf.release();
        neighbour.release();
        assertEquals(0, arena.outstanding());
        arena.end();
        assertEquals(0, arenas.stats().escapes());
    }

    @Test
    void aBufferOfAnOlderRunMovesWhenItGrows() {
        configure(RequestArenas.builder(parent).firstRun(4 * KIB).budget(40 * KIB));
        arena.begin();
        ByteBuf older = arena.buffer(1000).writeLong(42);
        ByteBuf newer = arena.buffer(4000);
        older.capacity(3000);
        assertEquals(42, older.readLong());
        assertTrue(arena.usedBytes() <= 40 * KIB);
        older.release();
        newer.release();
        arena.end();
    }

    @Test
    void aBufferThatShrinksTellsWhatItHolds() {
        arena.begin();
        ByteBuf buf = arena.buffer(1000);
        buf.capacity(100);
        assertEquals(104, buf.maxFastWritableBytes());
        buf.release();
        arena.end();
    }

    /** What a large buffer has given up belongs to it still: otherwise all could give up theirs, and then take it back. */
    @Test
    void aLargeBufferThatShrinksAndGrowsAgainStaysWithinTheBudget() {
        configure(RequestArenas.builder(parent).longestRun(16 * KIB).budget(MIB));
        arena.begin();
        ByteBuf first = arena.buffer(900 * KIB);
        first.capacity(8);
        assertThrows(RequestBudgetExceededException.class, () -> arena.buffer(900 * KIB));
        first.capacity(900 * KIB);
        assertTrue(arena.usedBytes() <= MIB, () -> arena.usedBytes() + " bytes");
        first.release();
        arena.end();
    }

    /** A burst of requests leaves no more behind than the runs that the event loop keeps. */
    @Test
    void anArenaThatHasEndedKeepsNoRunAlive() throws Exception {
        List<RequestArena> ended = new ArrayList<>();
        List<WeakReference<ByteBuf>> views = new ArrayList<>();
        AtomicLong retained = new AtomicLong();
        Thread loop = new FastThreadLocalThread(() -> {
            for (int i = 0; i < 100; i++) {
                RequestArena one = arenas.newArena().begin();
                ended.add(one);
                ByteBuf buf = one.buffer(100);
                views.add(new WeakReference<>(buf));
                buf.release();
            }
            ended.forEach(RequestArena::end);
            retained.set(arenas.stats().retainedRuns());
        });
        loop.start();
        loop.join();
        assertEquals(64, retained.get());
        for (int i = 0; i < 100 && views.get(99).get() != null; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertNull(views.get(99).get());
        ended.forEach(RequestArena::close);
    }

    /** Slow answers: what is set aside for a request follows what requests need, and is not a page each. */
    @Test
    void aThousandOpenRequestsTakeLittleMoreThanTheirBuffers() {
        List<RequestArena> open = new ArrayList<>();
        List<ByteBuf> bufs = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            RequestArena one = arenas.newArena().begin();
            bufs.add(one.buffer(300));
            open.add(one);
        }
        assertEquals(1000, parent.stats().outstanding());
        assertTrue(parent.stats().usedBytes() <= 1000 * 512, parent.stats()::toString);
        bufs.forEach(ByteBuf::release);
        open.forEach(RequestArena::close);
    }

    /** However they are released: newest first, as nested calls do, the memory in use falls long before the last one. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theFirstRunIsAsLongAsRequestsNeededLately(boolean newestFirst) {
        configure(RequestArenas.builder(parent).firstRun(4 * KIB));
        for (int request = 0; request < 100; request++) {
            arena.begin();
            List<ByteBuf> bufs = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                bufs.add(arena.buffer(1000));
            }
            if (request == 0) {
                assertTrue(parent.stats().outstanding() > 1, "one run cannot hold 20 KB");
            }
            if (request == 99) {
                assertEquals(1, parent.stats().outstanding());
                assertEquals(32 * KIB, parent.stats().usedBytes());
            }
            if (newestFirst) {
                Collections.reverse(bufs);
            }
            bufs.forEach(ByteBuf::release);
            arena.end();
        }
        assertEquals(100 * 20_000, arenas.stats().usedBytes());
    }

    /** Another thread makes buffers grow, and so exchanges their objects, while the owner allocates. */
    @Test
    void aBufferThatGrowsElsewhereIsNotServedTwice() throws Exception {
        SynchronousQueue<List<ByteBuf>> handed = new SynchronousQueue<>();
        BlockingQueue<List<ByteBuf>> back = new ArrayBlockingQueue<>(4);
        Thread other = new Thread(() -> {
            try {
                for (List<ByteBuf> buffers = handed.take(); !buffers.isEmpty(); buffers = handed.take()) {
                    buffers.forEach(buf -> buf.capacity(4000));
                    back.put(buffers);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        other.start();
        for (int request = 0; request < 300; request++) {
            arena.begin();
            List<ByteBuf> lent = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                lent.add(arena.buffer(100).writeLong(i));
            }
            handed.put(lent);
            List<ByteBuf> mine = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                mine.add(arena.buffer(8).writeLong(-i));
            }
            List<ByteBuf> grown = back.poll(30, TimeUnit.SECONDS);
            assertSame(lent, grown);
            arena.end();
            arena.begin();
            for (int i = 0; i < 220; i++) {
                ByteBuf next = arena.buffer(8);
                assertTrue(grown.stream().noneMatch(buf -> buf == next), "a buffer in use was served again");
                assertTrue(mine.stream().noneMatch(buf -> buf == next), "a buffer in use was served again");
                next.release();
            }
            arena.end();
            for (int i = 0; i < 20; i++) {
                assertEquals(i, grown.get(i).readLong());
                grown.get(i).release();
            }
            for (int i = 0; i < 200; i++) {
                assertEquals(-i, mine.get(i).readLong());
                mine.get(i).release();
            }
        }
        handed.put(List.of());
        other.join(10_000);
        assertFalse(other.isAlive());
    }

    // ---- the budget

    @Test
    void aRequestBeyondItsBudgetGetsAClearExceptionAndGoesOn() {
        configure(RequestArenas.builder(parent).budget(100 * KIB));
        arena.begin();
        List<ByteBuf> buffers = new ArrayList<>();
        RequestBudgetExceededException refused = assertThrows(RequestBudgetExceededException.class, () -> {
            for (int i = 0; i < 1000; i++) {
                buffers.add(arena.buffer(1000));
            }
        });
        assertEquals(100 * KIB, refused.budgetBytes());
        assertEquals(1000, refused.requestedBytes());
        assertEquals(arena.usedBytes(), refused.usedBytes());
        assertTrue(refused.usedBytes() > 99 * KIB, refused.getMessage());
        assertTrue(refused.usedBytes() <= 100 * KIB, refused.getMessage());
        assertEquals(1, arenas.stats().budgetHits());
        buffers.remove(buffers.size() - 1).release();
        buffers.add(arena.buffer(1000));
        buffers.forEach(ReferenceCountUtil::release);
        arena.end();
        arena.begin();
        ByteBuf next = arena.buffer(50 * KIB);
        next.release();
        arena.end();
    }

    /** Large buffers and small ones together, in any order, never exceed the budget. */
    @Test
    void theBudgetIsExact() {
        long seed = Seed.of(RequestArenaMemoryTest.class);
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            int budget = 8 * random.nextInt(1, 3 * MIB / 8);
            configure(RequestArenas.builder(parent).budget(budget).longestRun(256 * KIB));
            arena.begin();
            List<ByteBuf> buffers = new ArrayList<>();
            long sum = 0;
            while (true) {
                int size = random.nextInt(8) == 0 ? random.nextInt(300 * KIB) : random.nextInt(1, 10 * KIB);
                try {
                    buffers.add(arena.buffer(size, Integer.MAX_VALUE));
                    sum += size;
                    assertTrue(arena.usedBytes() <= budget, arena.usedBytes() + " of " + budget);
                    assertTrue(sum <= budget);
                } catch (RequestBudgetExceededException refused) {
                    assertTrue(refused.usedBytes() + size > budget, refused.getMessage());
                    break;
                }
            }
            buffers.forEach(ReferenceCountUtil::release);
            arena.close();
        }
    }

    // ---- what the figures say, and odd sizes

    @Test
    void aRequestThatAllocatesNothingUsesNothing() {
        arena.begin();
        arena.buffer(10_000).release();
        arena.end();
        for (int i = 0; i < 9; i++) {
            arena.begin();
            arena.end();
        }
        assertEquals(10_000, arenas.stats().usedBytes());
        assertEquals(9, arenas.stats().buckets()[0]);
    }

    @Test
    void whatGoesBackEarlyCountsToo() {
        arena.begin();
        for (int i = 0; i < 20; i++) {
            arena.buffer(MIB).release();
        }
        arena.end();
        assertEquals(20 * MIB, arenas.stats().usedBytes());
    }

    @Test
    void manyShortBuffersDoNotTakeManyTimesTheirMemory() {
        arena.begin();
        List<ByteBuf> buffers = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            buffers.add(arena.buffer(8));
        }
        assertTrue(parent.stats().usedBytes() < 4 * MIB, parent.stats()::toString);
        buffers.forEach(ReferenceCountUtil::release);
        arena.end();
    }

    @Test
    void sizesAtTheEdges() {
        configure(RequestArenas.builder(parent).budget(MIB));
        arena.begin();
        ByteBuf all = arena.buffer(MIB);
        assertThrows(RequestBudgetExceededException.class, () -> arena.buffer(0));
        assertThrows(RequestBudgetExceededException.class, () -> arena.buffer(Integer.MAX_VALUE));
        assertThrows(IllegalArgumentException.class, () -> arena.buffer(-1));
        assertThrows(IllegalArgumentException.class, () -> arena.buffer(10, 5));
        all.release();
        arena.buffer(0).release();
        arena.end();
    }
}
