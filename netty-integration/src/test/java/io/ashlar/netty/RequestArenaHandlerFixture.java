// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;

/** A channel without a socket, whose requests have arenas; in the end nothing is left of them. */
abstract class RequestArenaHandlerFixture {

    static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    final AshlarByteBufAllocator parent = AshlarByteBufAllocator.builder()
            .name("handler-test")
            .regionSize(1 << 20)
            .limit(16 << 20)
            .build();
    RequestArenas arenas = RequestArenas.builder(parent).build();
    final List<RequestArena> served = new ArrayList<>();
    EmbeddedChannel channel = new EmbeddedChannel();

    @AfterEach
    final void nothingIsLeft() {
        channel.finishAndReleaseAll();
        assertEquals(0, arenas.stats().open());
        assertEquals(0, parent.stats().outstanding());
        parent.close();
        assertEquals(0, parent.stats().reservedBytes());
    }

    /** An HTTP server whose application is the given one. */
    final void serve(BiConsumer<ChannelHandlerContext, FullHttpRequest> application) {
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

    final void receive(String text) {
        channel.writeInbound(parent.buffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII)));
        channel.checkException();
    }

    static String post(String body) {
        return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    static DefaultFullHttpResponse ok(ByteBuf body) {
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        return response;
    }

    static void answer(ChannelHandlerContext ctx, FullHttpRequest request) {
        ctx.writeAndFlush(ok(ctx.alloc().buffer(500).writeBytes(request.content())));
    }

    /** Keeps a request for an answer that somebody gives later. */
    static Runnable later(ChannelHandlerContext ctx, FullHttpRequest request) {
        request.retain();
        return () -> {
            answer(ctx, request);
            request.release();
        };
    }

    /** All that was sent so far. */
    final String sent() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf buf = channel.readOutbound(); buf != null; buf = channel.readOutbound()) {
            text.append(buf.toString(StandardCharsets.US_ASCII));
            buf.release();
        }
        return text.toString();
    }

    final RequestArena only() {
        assertEquals(1, served.size());
        return served.get(0);
    }
}
