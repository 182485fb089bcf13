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
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipelineException;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultEventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a request's arena begins, serves and ends, in a channel without a socket. */
class RequestArenaHandlerTest {

    private final AshlarByteBufAllocator parent = AshlarByteBufAllocator.builder()
            .name("handler-test")
            .regionSize(1 << 20)
            .limit(16 << 20)
            .build();
    private RequestArenas arenas = RequestArenas.builder(parent).build();
    private final List<RequestArena> served = new ArrayList<>();
    private EmbeddedChannel channel = new EmbeddedChannel();

    @AfterEach
    void nothingIsLeft() {
        channel.finishAndReleaseAll();
        assertEquals(0, arenas.stats().open());
        assertEquals(0, parent.stats().outstanding());
        parent.close();
        assertEquals(0, parent.stats().reservedBytes());
    }

    /** An HTTP server whose application is the given one. */
    private void serve(BiConsumer<ChannelHandlerContext, FullHttpRequest> application) {
        channel.config().setAllocator(parent);
        channel.pipeline()
                .addLast(new HttpServerCodec())
                .addLast(RequestArenaHandler.http1(arenas))
                .addLast(new HttpObjectAggregator(1 << 16))
                .addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        served.add(((ScopedAllocator) ctx.alloc()).arena()); // not current(): then it would be known
                        try {
                            application.accept(ctx, (FullHttpRequest) msg);
                        } finally {
                            ReferenceCountUtil.release(msg);
                        }
                    }
                });
    }

    private void receive(String text) {
        channel.writeInbound(parent.buffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII)));
        channel.checkException();
    }

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static String post(String body) {
        return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static DefaultFullHttpResponse ok(ByteBuf body) {
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        return response;
    }

    private static void answer(ChannelHandlerContext ctx, FullHttpRequest request) {
        ctx.writeAndFlush(ok(ctx.alloc().buffer(500).writeBytes(request.content())));
    }

    /** Keeps a request for an answer that somebody gives later. */
    private static Runnable later(ChannelHandlerContext ctx, FullHttpRequest request) {
        request.retain();
        return () -> {
            answer(ctx, request);
            request.release();
        };
    }

    /** All that was sent so far. */
    private String sent() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf buf = channel.readOutbound(); buf != null; buf = channel.readOutbound()) {
            text.append(buf.toString(StandardCharsets.US_ASCII));
            buf.release();
        }
        return text.toString();
    }

    private RequestArena only() {
        assertEquals(1, served.size());
        return served.get(0);
    }

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
    void anInterimAnswerDoesNotEndTheRequest() {
        serve(RequestArenaHandlerTest::answer);
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        assertTrue(sent().startsWith("HTTP/1.1 100 "));
        assertEquals(1, arenas.stats().open());
        receive("body");
        assertTrue(sent().endsWith("body"));
        assertEquals(0, arenas.stats().open());
    }

    @Test
    void anAnswerInPartsEndsWithItsLastPart() {
        serve((ctx, request) -> {
            HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
            ctx.writeAndFlush(head);
        });
        receive(GET);
        assertTrue(only().isOpen());
        channel.writeOutbound(LastHttpContent.EMPTY_LAST_CONTENT);
        assertFalse(only().isOpen());
        sent();
    }

    @Test
    void aHeadRequestEndsWithAnAnswerWithoutBody() {
        serve((ctx, request) -> ctx.writeAndFlush(ok(Unpooled.EMPTY_BUFFER)));
        receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
        assertFalse(only().isOpen());
        sent();
    }

    @Test
    void anAnswerThatCannotBeWrittenEndsTheRequest() {
        serve((ctx, request) -> {
            ctx.channel().close();
            answer(ctx, request);
        });
        receive(post("x"));
        assertFalse(only().isOpen());
        assertEquals(1, arenas.stats().requests());
    }

    /** A channel whose socket takes nothing for a while. */
    private static final class Stalling extends EmbeddedChannel {

        private int mostWrites;

        @Override
        protected void doWrite(ChannelOutboundBuffer in) {
            for (int i = 0; i < mostWrites && !in.isEmpty(); i++) {
                outboundMessages().add(ReferenceCountUtil.retain(in.current()));
                in.remove();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerThatWaitsForTheSocketKeepsItsRequestOpen(boolean told) {
        Stalling slow = new Stalling();
        channel = slow;
        serve((ctx, request) -> {
            DefaultFullHttpResponse response = ok(ctx.alloc().buffer(500).writeBytes(request.content()));
            ctx.write(response, told ? ctx.newPromise() : ctx.voidPromise());
            assertTrue(RequestArenaHandler.current(ctx).isOpen());
            ctx.flush();
        });
        receive(post("one") + post("two"));
        receive(post("three"));
        assertEquals(3, arenas.stats().open());
        slow.mostWrites = 1;
        channel.unsafe().flush();
        assertEquals(2, arenas.stats().open());
        slow.mostWrites = Integer.MAX_VALUE;
        channel.unsafe().flush(); // as an event loop does when the socket can take more: no handler hears of it
        assertEquals(0, arenas.stats().open());
        assertEquals(3, sent().split("HTTP/1.1 200").length - 1);
    }

    private void serveWithAnswersThatNobodyFlushes(boolean told) {
        serve((ctx, request) -> {
            ByteBuf body = ctx.alloc().buffer(500).writeBytes(request.content());
            ctx.write(ok(body), told ? ctx.newPromise() : ctx.voidPromise());
        });
    }

    /** As traffic shaping does: nothing waits in the channel, and yet nothing has been written. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerThatAHandlerHoldsBackKeepsItsRequestOpen(boolean told) {
        List<Runnable> held = new ArrayList<>();
        channel.pipeline().addLast(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
                held.add(() -> ctx.write(msg, promise));
            }
        });
        serveWithAnswersThatNobodyFlushes(told);
        receive(post("held"));
        channel.flush();
        assertTrue(only().isOpen());
        held.forEach(Runnable::run);
        channel.flush();
        assertFalse(only().isOpen());
        assertTrue(sent().endsWith("held"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerThatIsFlushedInFrontOfTheHandlerEndsItsRequest(boolean told) {
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) {
                ctx.fireChannelReadComplete();
                ctx.flush();
            }
        });
        serveWithAnswersThatNobodyFlushes(told);
        receive(post("flushed"));
        assertTrue(sent().endsWith("flushed"));
        assertFalse(only().isOpen());
    }

    @Test
    void aChannelThatClosesEndsWhatIsUnderWay() {
        serve((ctx, request) -> {});
        receive(GET + GET);
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
        assertEquals(3, arenas.stats().open());
        channel.close();
        assertThrows(PrematureChannelClosureException.class, channel::checkException); // the aggregator's
        assertEquals(0, arenas.stats().open());
    }

    @Test
    void aHandlerThatThrowsLeavesItsRequest() {
        serve((ctx, request) -> {
            throw new IllegalStateException("application");
        });
        IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> receive(GET));
        assertEquals("application", thrown.getMessage());
        assertNull(RequestArenaHandler.current(channel.pipeline().lastContext()));
        assertTrue(only().isOpen());
        channel.close();
        assertFalse(only().isOpen());
    }

    @Test
    void aHookThatThrowsReachesThePipeline() {
        serve((ctx, request) -> {
            RequestArenaHandler.current(ctx).onEnd(() -> {
                throw new IllegalStateException("hook");
            });
            answer(ctx, request);
        });
        IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> receive(post("x")));
        assertEquals("hook", thrown.getMessage());
        assertTrue(sent().endsWith("x"));
    }

    @Test
    void anAnswerBeforeTheWholeRequestIsThere() {
        channel.config().setAllocator(parent);
        channel.pipeline()
                .addLast(new HttpServerCodec())
                .addLast(RequestArenaHandler.http1(arenas))
                .addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        if (msg instanceof io.netty.handler.codec.http.HttpRequest) {
                            ctx.writeAndFlush(ok(ctx.alloc().buffer(4).writeInt(0x61626364)));
                        }
                        ReferenceCountUtil.release(msg);
                    }
                });
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf");
        assertEquals(0, arenas.stats().open());
        receive("rest" + GET);
        assertEquals(2, arenas.stats().requests());
        String text = sent();
        assertEquals(2, text.split("abcd", -1).length - 1, text);
    }

    // ---- being there or not

    @Test
    void twoOfThemAreRefused() {
        serve(RequestArenaHandlerTest::answer);
        channel.pipeline().addLast(RequestArenaHandler.http1(arenas));
        ChannelPipelineException refused = assertThrows(ChannelPipelineException.class, channel::checkException);
        assertTrue(
                refused.getCause().getMessage().contains("already"),
                refused.getCause().getMessage());
        receive(post("still works"));
        assertTrue(sent().endsWith("still works"));
    }

    @Test
    @SuppressWarnings("deprecation")
    void anExecutorOfItsOwnIsRefused() throws Exception {
        DefaultEventExecutor executor = new DefaultEventExecutor();
        try {
            channel.config().setAllocator(parent);
            channel.pipeline().addLast(executor, RequestArenaHandler.http1(arenas));
            executor.submit(() -> {}).get(10, TimeUnit.SECONDS);
            channel.runPendingTasks();
            ChannelPipelineException refused = assertThrows(ChannelPipelineException.class, channel::checkException);
            assertTrue(
                    refused.getCause().getMessage().contains("executor"),
                    refused.getCause().getMessage());
            assertSame(parent, channel.alloc());
        } finally {
            executor.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void removingItGivesTheChannelItsAllocatorBackAndEndsTheRequests() {
        serve((ctx, request) -> {});
        ByteBufAllocator scoped = channel.alloc();
        assertNotSame(parent, scoped);
        receive(GET);
        channel.pipeline().remove(RequestArenaHandler.class);
        assertFalse(only().isOpen());
        assertSame(parent, channel.alloc());
    }

    @Test
    void addedInTheMiddleOfARequestItWaitsForTheNext() {
        channel.config().setAllocator(parent);
        channel.pipeline().addLast(new HttpServerCodec());
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf");
        channel.pipeline().addLast(RequestArenaHandler.http1(arenas));
        receive("rest");
        assertEquals(0, arenas.stats().open());
        channel.writeOutbound(ok(Unpooled.EMPTY_BUFFER));
        receive(GET);
        assertEquals(1, arenas.stats().open());
        channel.writeOutbound(ok(Unpooled.EMPTY_BUFFER));
        assertEquals(0, arenas.stats().open());
        sent();
        for (Object msg = channel.readInbound(); msg != null; msg = channel.readInbound()) {
            ReferenceCountUtil.release(msg);
        }
    }

    /** After an upgrade there are no requests any more, and nothing of the handler is left but itself. */
    @Test
    void switchingProtocolsEndsTheRequest() {
        serve((ctx, request) -> ctx.writeAndFlush(new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER))
                .addListener((ChannelFutureListener) written -> {
                    ctx.pipeline().remove(HttpObjectAggregator.class);
                    ctx.pipeline().remove(HttpServerCodec.class);
                }));
        receive(GET);
        assertFalse(only().isOpen());
        sent();
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

    // ---- what an application might do wrong, and how it is answered

    @Test
    void aRequestWithoutBudgetCanStillBeAnswered() {
        arenas = RequestArenas.builder(parent).budget(8 << 10).build();
        serve((ctx, request) -> {
            List<ByteBuf> taken = new ArrayList<>();
            try {
                while (true) {
                    taken.add(ctx.alloc().buffer(500));
                }
            } catch (RequestBudgetExceededException refused) {
                ctx.writeAndFlush(new DefaultFullHttpResponse(
                                HttpVersion.HTTP_1_1,
                                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                                Unpooled.EMPTY_BUFFER))
                        .addListener(written -> assertTrue(written.isSuccess(), () -> "" + written.cause()));
            } finally {
                taken.forEach(ByteBuf::release);
            }
        });
        receive(GET);
        assertFalse(only().isOpen());
        assertTrue(sent().startsWith("HTTP/1.1 413 "));
        assertEquals(1, arenas.stats().budgetHits());
    }

    @Test
    void theHandlersArenasAreNotTheApplicationsToEnd() {
        serve((ctx, request) -> {
            RequestArena arena = RequestArenaHandler.current(ctx);
            assertThrows(IllegalStateException.class, arena::end);
            assertThrows(IllegalStateException.class, arena::close);
            assertThrows(IllegalStateException.class, arena::begin);
            answer(ctx, request);
        });
        receive(post("x"));
        assertFalse(only().isOpen());
        assertTrue(sent().endsWith("x"));
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
        serve(RequestArenaHandlerTest::answer);
        receive(GET);
        receive(GET);
        assertSame(served.get(0), served.get(1));
        sent();
    }

    @Test
    void aHookMayWorkInItsRequest() {
        List<Runnable> answers = new ArrayList<>();
        serve((ctx, request) -> {
            RequestArena arena = RequestArenaHandler.current(ctx);
            arena.onEnd(() -> arena.run(() -> ctx.alloc().buffer(10).release()));
            answers.add(later(ctx, request));
        });
        for (int i = 0; i < 3; i++) {
            receive(post("a") + post("b"));
            answers.forEach(Runnable::run);
            answers.clear();
            assertEquals(0, arenas.stats().open());
        }
        assertEquals(6, arenas.stats().requests());
        sent();
    }

    @Test
    void aHookMayFlushTheAnswerOfAnotherRequestWhileAllEnd() {
        serve((ctx, request) -> {
            if (served.size() == 1) {
                ctx.write(ok(Unpooled.EMPTY_BUFFER));
            } else {
                RequestArenaHandler.current(ctx).onEnd(ctx::flush);
            }
        });
        receive(GET + GET + GET);
        assertEquals(3, arenas.stats().open());
        channel.pipeline().remove(RequestArenaHandler.class);
        channel.checkException();
        assertEquals(0, arenas.stats().open());
        sent();
    }

    @Test
    void aChannelThatLeavesItsEventLoopEndsItsRequests() {
        serve((ctx, request) -> {});
        receive(GET);
        assertTrue(only().isOpen());
        channel.deregister();
        channel.runPendingTasks();
        assertFalse(only().isOpen());
    }

    /** Such loops have no thread-locals that are cleaned up; then each arena is its own, and has to be closed. */
    @Test
    void aChannelThatIsGoneLeavesNothingBehind() {
        for (int i = 0; i < 50; i++) {
            channel = new EmbeddedChannel();
            serve(RequestArenaHandlerTest::answer);
            receive(post("x"));
            sent();
            channel.finishAndReleaseAll();
        }
        assertEquals(0, arenas.openCounters());
        assertEquals(50, arenas.stats().requests());
    }
}
