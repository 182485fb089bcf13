// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocatorConfigException;
import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a request begins and ends, who may do what, and what escapes. */
class RequestArenaTest extends ArenaTestFixture {

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

    /** What another thread does wrong leaves the request that is under way as it was. */
    @Test
    void aRequestBegunOnAnotherThreadIsNotDisturbed() {
        arena.begin();
        ByteBuf buf = arena.buffer(100).writeLong(42);
        IllegalStateException refused = elsewhere(() -> assertThrows(IllegalStateException.class, arena::begin));
        assertTrue(refused.getMessage().contains("begun a request already"), refused.getMessage());
        assertEquals(42, buf.readLong());
        buf.release();
        arena.buffer(100).release();
        arena.end();
        assertEquals(1, arenas.stats().requests());
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
    @CsvSource({"0,1048576", "5000,1048576", "128,1048576", "16384,8192", "16384,134217728", "-4096,1048576"})
    void runsThatMakeNoSenseAreRefused(int first, int longest) {
        RequestArenas.Builder builder =
                RequestArenas.builder(parent).firstRun(first).longestRun(longest);
        assertThrows(AllocatorConfigException.class, builder::build);
    }
}
