// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A request's arena is the channel's allocator while the request lasts, and serves again if nobody knows it. */
class RequestArenaHandlerTest extends RequestArenaHandlerFixture {

    @Test
    void theChannelsAllocatorIsTheArenaWhileARequestIsHandled() {
        serve((ctx, request) -> {
            RequestArena arena = RequestArenaHandler.current(ctx);
            assertNotNull(arena);
            int before = arena.outstanding();
            ByteBuf scratch = ctx.alloc().buffer(100);
            assertEquals(before + 1, arena.outstanding());
            scratch.release();
            answer(ctx, request);
            assertTrue(arena.isOpen());
        });
        receive(post("hello"));
        assertFalse(only().isOpen());
        assertTrue(sent().endsWith("\r\n\r\nhello"));
        assertEquals(1, arenas.stats().requests());
        assertNull(RequestArenaHandler.current(channel.pipeline().lastContext()));
        ByteBuf outside = channel.alloc().buffer(10);
        outside.release();
        assertEquals(1, arenas.stats().requests());
    }

    @Test
    void theRequestLastsUntilItsAnswerIsWritten() {
        List<Runnable> answers = new ArrayList<>();
        serve((ctx, request) -> {
            answers.add(later(ctx, request));
        });
        receive(post("later"));
        assertTrue(only().isOpen());
        only().run(() -> {
            ByteBuf scratch = channel.alloc().buffer(100);
            assertTrue(only().outstanding() > 0);
            scratch.release();
        });
        answers.get(0).run();
        assertFalse(only().isOpen());
        assertTrue(sent().endsWith("later"));
    }

    @Test
    void pipelinedRequestsHaveEachTheirOwnArenaAndEndInTheirOrder() {
        List<Runnable> answers = new ArrayList<>();
        serve((ctx, request) -> {
            answers.add(later(ctx, request));
        });
        receive(post("one") + post("two") + post("three"));
        assertEquals(3, served.size());
        assertNotSame(served.get(0), served.get(1));
        assertEquals(3, arenas.stats().open());
        for (int i = 0; i < 3; i++) {
            answers.get(i).run();
            assertFalse(served.get(i).isOpen());
            assertEquals(2 - i, arenas.stats().open());
        }
        receive(post("four"));
        assertSame(
                served.get(3),
                served.stream()
                        .limit(3)
                        .filter(a -> a == served.get(3))
                        .findFirst()
                        .orElseThrow());
        answers.get(3).run();
        assertTrue(sent().endsWith("four"));
    }

    @Test
    void aProtocolOfOnesOwn() {
        List<String> seen = new ArrayList<>();
        channel.config().setAllocator(parent);
        channel.pipeline()
                .addLast(RequestArenaHandler.of(arenas, new RequestBoundaries() {
                    @Override
                    public boolean begins(Object received) {
                        return true;
                    }

                    @Override
                    public boolean completes(Object received) {
                        return true;
                    }

                    @Override
                    public boolean answers(Object written) {
                        return true;
                    }
                }))
                .addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        seen.add((String) msg);
                        ctx.alloc().buffer(100).release();
                        ctx.writeAndFlush("answer to " + msg, ctx.voidPromise());
                    }
                });
        channel.writeInbound("a", "b");
        assertEquals(List.of("a", "b"), seen);
        assertEquals("answer to a", channel.readOutbound());
        assertEquals("answer to b", channel.readOutbound());
        assertEquals(2, arenas.stats().requests());
        assertEquals(0, arenas.stats().open());
    }

    @Test
    void anArenaThatSomebodyKnowsServesNoOtherRequest() {
        List<RequestArena> known = new ArrayList<>();
        serve((ctx, request) -> {
            known.add(RequestArenaHandler.current(ctx));
            answer(ctx, request);
        });
        receive(GET);
        receive(GET);
        assertNotSame(known.get(0), known.get(1));
        assertThrows(IllegalStateException.class, () -> known.get(0).run(() -> {}));
        sent();
    }

    @Test
    void anEmptyBufferDoesNotKnowTheArena() {
        serve((ctx, request) -> {
            assertSame(parent, ctx.alloc().buffer(0, 0).alloc());
            assertSame(parent, ctx.alloc().directBuffer(0, 0).alloc());
            assertSame(parent, ctx.alloc().heapBuffer(0, 0).alloc());
            assertSame(parent, ctx.alloc().ioBuffer(0, 0).alloc());
            answer(ctx, request);
        });
        receive(GET);
        sent();
    }

    @Test
    void anArenaThatNobodyKnowsServesAgain() {
        serve(RequestArenaHandlerFixture::answer);
        receive(GET);
        receive(GET);
        assertSame(served.get(0), served.get(1));
        sent();
    }
}
