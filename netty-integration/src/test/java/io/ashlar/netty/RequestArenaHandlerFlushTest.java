// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request lasts until its answer has been written to the socket, however long that takes. */
class RequestArenaHandlerFlushTest extends RequestArenaHandlerFixture {

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
}
