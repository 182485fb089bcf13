// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocatorConfigException;
import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestArenaTest {

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    private final AshlarByteBufAllocator parent = AshlarByteBufAllocator.builder()
            .name("arena-test")
            .regionSize(MIB)
            .limit(16 * MIB)
            .build();
    private RequestArenas arenas = RequestArenas.builder(parent).build();
    private RequestArena arena = arenas.newArena();

    private void configure(RequestArenas.Builder builder) {
        arenas = builder.build();
        arena = arenas.newArena();
    }

    @AfterEach
    void nothingIsLeft() {
        arena.close();
        assertEquals(0, parent.stats().outstanding());
        assertEquals(0, arenas.stats().open());
        parent.close();
        assertEquals(0, parent.stats().reservedBytes());
    }

    private static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] content(ByteBuf buf) {
        byte[] found = new byte[buf.readableBytes()];
        buf.getBytes(buf.readerIndex(), found);
        return found;
    }

    /** Runs something on another thread, and passes on what it throws. */
    private static <T> T elsewhere(Supplier<T> what) {
        return CompletableFuture.supplyAsync(what, task -> new Thread(task).start())
                .join();
    }

    // ---- the life of a request

    @Test
    void aRequestHasMemoryOnlyBetweenItsFirstBufferAndItsEnd() {
        arena.begin();
        assertEquals(0, parent.stats().outstanding());
        ByteBuf one = arena.buffer(100);
        ByteBuf two = arena.buffer(100);
        assertEquals(1, parent.stats().outstanding());
        assertEquals(2, arena.outstanding());
        one.release();
        two.release();
        assertEquals(0, arena.outstanding());
        arena.end();
        assertEquals(0, parent.stats().outstanding());
        assertEquals(1, arenas.stats().requests());
        assertEquals(0, arenas.stats().escapes());
    }

    @Test
    void buffersBehaveAsTheParentsDo() {
        arena.begin();
        ByteBuf buf = arena.buffer(16, 5000);
        assertEquals(16, buf.capacity());
        assertEquals(5000, buf.maxCapacity());
        assertTrue(buf.isDirect());
        assertSame(parent, buf.alloc());
        byte[] bytes = bytes(5000, 1);
        buf.writeBytes(bytes);
        assertArrayEquals(bytes, content(buf));
        assertThrows(IndexOutOfBoundsException.class, () -> buf.writeByte(0));
        ByteBuf slice = buf.retainedSlice(100, 200);
        assertFalse(buf.release());
        assertEquals(bytes[150], slice.getByte(50));
        assertTrue(slice.release());
        assertThrows(IllegalReferenceCountException.class, buf::release);
        arena.end();
    }

    /** What is left in a buffer object by one request is gone in the next. */
    @Test
    void aBufferOfALaterRequestIsAsNew() {
        for (int request = 0; request < 3; request++) {
            arena.begin();
            ByteBuf buf = arena.buffer(64, 128);
            assertEquals(0, buf.readerIndex());
            assertEquals(0, buf.writerIndex());
            assertEquals(64, buf.capacity());
            buf.writeLong(1).readInt();
            buf.markReaderIndex().markWriterIndex();
            buf.resetReaderIndex();
            buf.capacity(128);
            buf.release();
            arena.end();
        }
    }

    @Test
    void whatEndsWithoutBeginningIsRefusedAndTheReverse() {
        IllegalStateException notBegun = assertThrows(IllegalStateException.class, arena::end);
        assertTrue(notBegun.getMessage().contains("no request has begun"), notBegun.getMessage());
        arena.begin();
        IllegalStateException begun = assertThrows(IllegalStateException.class, arena::begin);
        assertTrue(begun.getMessage().contains("begun a request already"), begun.getMessage());
        arena.end();
        assertThrows(IllegalStateException.class, arena::end);
        assertThrows(IllegalStateException.class, () -> arena.onEnd(() -> {}));
        assertThrows(IllegalStateException.class, arena::child);
        assertThrows(IllegalStateException.class, () -> arena.run(() -> {}));
    }

    @Test
    void aClosedArenaServesNobody() {
        arena.begin();
        arena.buffer(10).release();
        arena.close();
        arena.close();
        assertEquals(0, arenas.stats().open());
        assertThrows(IllegalStateException.class, arena::begin);
        assertThrows(IllegalStateException.class, arena::end);
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> arena.buffer(10));
        assertTrue(refused.getMessage().contains("closed"), refused.getMessage());
    }

    @Test
    void anotherThreadIsServedByTheParentButMayNotEndTheRequest() {
        arena.begin();
        ByteBuf mine = arena.buffer(100);
        ByteBuf theirs = elsewhere(() -> arena.buffer(100));
        assertEquals(1, arena.outstanding());
        assertEquals(2, parent.stats().outstanding());
        IllegalStateException refused = elsewhere(() -> assertThrows(IllegalStateException.class, arena::end));
        assertTrue(refused.getMessage().contains("but the request began on thread="), refused.getMessage());
        elsewhere(() -> assertThrows(IllegalStateException.class, arena::close));
        assertEquals(true, elsewhere(mine::release));
        theirs.release();
        assertEquals(0, arena.outstanding());
        arena.end();
        assertEquals(0, arenas.stats().escapes());
    }

    @Test
    void outsideOfARequestTheParentServes() {
        ByteBuf before = arena.buffer(100);
        arena.begin();
        ByteBuf inside = arena.buffer(100);
        assertEquals(1, arena.outstanding());
        inside.release();
        arena.end();
        before.release();
    }

    @Test
    void heapAndCompositeBuffersAreTheParents() {
        arena.begin();
        ByteBuf heap = arena.heapBuffer(100);
        assertTrue(heap.hasArray());
        assertEquals(0, arena.outstanding());
        ByteBuf component = arena.buffer(10).writeLong(42);
        ByteBuf composite = arena.compositeBuffer().addComponent(true, component);
        assertSame(parent, composite.alloc());
        assertEquals(1, arena.outstanding());
        composite.release();
        assertEquals(0, arena.outstanding());
        heap.release();
        arena.end();
        assertEquals(0, parent.heapStats().outstanding());
    }

    // ---- escapes

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBufferThatEscapesKeepsItsContentWhileOthersComeAndGo(boolean releasedElsewhere) {
        arena.begin();
        byte[] bytes = bytes(3000, 7);
        arena.buffer(500).release();
        ByteBuf escaping = arena.buffer(3000).writeBytes(bytes);
        arena.end();
        assertEquals(1, parent.stats().outstanding());
        assertEquals(1, arenas.stats().escapes());
        assertEquals(1, arenas.stats().escapedBuffers());
        for (int request = 0; request < 10_000; request++) {
            arena.begin();
            ByteBuf small = arena.buffer(100).writeZero(100);
            ByteBuf large = arena.buffer(4000).writeZero(4000);
            small.release();
            large.release();
            arena.end();
        }
        assertArrayEquals(bytes, content(escaping));
        assertEquals(1, parent.stats().outstanding());
        assertEquals(true, releasedElsewhere ? elsewhere(escaping::release) : escaping.release());
        assertEquals(0, parent.stats().outstanding());
        assertEquals(0, parent.stats().usedBytes());
        assertEquals(1, arenas.stats().escapes());
    }

    @Test
    void anEscapedBufferMayStillGrow() {
        arena.begin();
        ByteBuf escaping = arena.buffer(8).writeLong(42);
        arena.end();
        escaping.writeBytes(bytes(10_000, 3));
        assertEquals(42, escaping.readLong());
        assertArrayEquals(bytes(10_000, 3), content(escaping));
        escaping.release();
    }

    @Test
    void aSliceKeepsItsBufferAlive() {
        arena.begin();
        ByteBuf buf = arena.buffer(100).writeLong(42);
        ByteBuf slice = buf.readRetainedSlice(8);
        buf.release();
        arena.end();
        assertEquals(42, slice.getLong(0));
        assertEquals(1, arenas.stats().escapedBuffers());
        slice.release();
    }

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
        long seed = Seed.of(RequestArenaTest.class);
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

    // ---- hooks and inner arenas

    @Test
    void hooksRunOnceTheNewestFirst() {
        List<Integer> ran = new ArrayList<>();
        arena.begin();
        arena.onEnd(() -> ran.add(1));
        arena.onEnd(() -> {
            ran.add(2);
            arena.buffer(10).release();
            arena.onEnd(() -> ran.add(3));
        });
        arena.end();
        assertEquals(List.of(2, 3, 1), ran);
        arena.begin();
        arena.end();
        assertEquals(3, ran.size());
    }

    @Test
    void hooksThatThrowStopNothing() {
        List<Integer> ran = new ArrayList<>();
        arena.begin();
        ByteBuf buf = arena.buffer(10);
        arena.onEnd(buf::release);
        arena.onEnd(() -> ran.add(1));
        arena.onEnd(() -> {
            throw new IllegalStateException("first");
        });
        arena.onEnd(() -> ran.add(2));
        arena.onEnd(() -> {
            throw new IllegalArgumentException("newest");
        });
        IllegalArgumentException thrown = assertThrows(IllegalArgumentException.class, arena::end);
        assertEquals("first", thrown.getSuppressed()[0].getMessage());
        assertEquals(List.of(2, 1), ran);
        assertEquals(0, parent.stats().outstanding());
        assertFalse(arena.isOpen());
    }

    @Test
    void innerArenasEndBeforeTheirOuter() {
        List<String> ended = new ArrayList<>();
        arena.begin();
        RequestArena first = arena.child();
        first.onEnd(() -> ended.add("first"));
        ByteBuf kept = first.buffer(100).writeLong(42);
        try (RequestArena second = arena.child()) {
            assertSame(arena, second.parentArena());
            second.onEnd(() -> ended.add("second"));
            second.buffer(100).release();
        }
        assertEquals(List.of("second"), ended);
        RequestArena innermost = first.child();
        innermost.onEnd(() -> ended.add("innermost"));
        arena.onEnd(() -> ended.add("outer"));
        arena.end();
        assertEquals(List.of("second", "outer", "innermost", "first"), ended);
        assertEquals(42, kept.readLong());
        kept.release();
        assertEquals(1, arenas.stats().requests());
        assertEquals(1, arenas.stats().escapedBuffers());
        assertThrows(IllegalStateException.class, first::begin);
    }

    // ---- strict arenas

    @Test
    void aStrictArenaInsistsOnItsThreadAndItsRequest() {
        configure(RequestArenas.builder(parent).strict(true));
        IllegalStateException outside = assertThrows(IllegalStateException.class, () -> arena.buffer(10));
        assertTrue(outside.getMessage().contains("outside of a request"), outside.getMessage());
        arena.begin();
        IllegalStateException foreign =
                elsewhere(() -> assertThrows(IllegalStateException.class, () -> arena.buffer(10)));
        assertTrue(foreign.getMessage().contains("by thread="), foreign.getMessage());
        arena.end();
    }

    // ---- configuration

    @ParameterizedTest
    @CsvSource({"0", "-1", "16777217"})
    void aBudgetThatMakesNoSenseIsRefused(long budget) {
        RequestArenas.Builder builder = RequestArenas.builder(parent).budget(budget);
        AllocatorConfigException refused = assertThrows(AllocatorConfigException.class, builder::build);
        assertTrue(refused.getMessage().contains("budget=" + budget), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"0,1048576", "5000,1048576", "2048,1048576", "16384,8192", "16384,134217728", "-4096,1048576"})
    void runsThatMakeNoSenseAreRefused(int first, int longest) {
        RequestArenas.Builder builder =
                RequestArenas.builder(parent).firstRun(first).longestRun(longest);
        assertThrows(AllocatorConfigException.class, builder::build);
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

    @Test
    void aHookThatEndsItsRequestIsRefused() {
        arena.begin();
        arena.onEnd(arena::end);
        IllegalStateException refused = assertThrows(IllegalStateException.class, arena::end);
        assertTrue(refused.getMessage().contains("ending already"), refused.getMessage());
        assertFalse(arena.isOpen());
        arena.begin();
        arena.onEnd(arena::close);
        arena.end();
        assertThrows(IllegalStateException.class, arena::begin);
    }
}
