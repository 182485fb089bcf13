// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.Test;

/** What begins and ends a request of HTTP/1.1, besides a plain answer. */
class RequestArenaHandlerHttp1Test extends RequestArenaHandlerFixture {

    @Test
    void anInterimAnswerDoesNotEndTheRequest() {
        serve(RequestArenaHandlerFixture::answer);
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
}
