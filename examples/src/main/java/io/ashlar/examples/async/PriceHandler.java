// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.async;

import io.ashlar.netty.RequestArena;
import io.ashlar.netty.RequestArenaHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Asks the {@link PriceService} for the item that a request names, and answers when the price is there.
 *
 * <p>The request's arena is asked for while the request goes through the pipeline. When the price comes, on a thread of the service,
 * the work goes back to the event loop, and there into the arena: so {@code ctx.alloc()} serves the answer from the request's memory.
 */
final class PriceHandler extends SimpleChannelInboundHandler<FullHttpRequest> {

    private final PriceService service;

    /** In the order of their requests, which is the order of the answers: HTTP/1.1 allows no other. */
    private final ArrayDeque<Answer> answers = new ArrayDeque<>();

    PriceHandler(PriceService service) {
        this.service = service;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        RequestArena arena = RequestArenaHandler.current(ctx);
        if (arena == null) {
            throw new IllegalStateException("put a RequestArenaHandler before this handler");
        }
        if (request.decoderResult().isFailure()) {
            ctx.close(); // this was no HTTP
            return;
        }
        String item = request.uri().substring(request.uri().lastIndexOf('/') + 1);
        Answer answer = new Answer(arena, item, HttpUtil.isKeepAlive(request));
        answers.add(answer);
        service.priceOf(item)
                .whenCompleteAsync(
                        (cents, failure) -> {
                            answer.isThere = true;
                            answer.cents = cents;
                            try {
                                writeWhatIsThere(ctx);
                            } catch (Throwable e) { // which otherwise nobody would see
                                exceptionCaught(ctx, e);
                            }
                        },
                        ctx.executor());
    }

    private void writeWhatIsThere(ChannelHandlerContext ctx) {
        for (Answer first = answers.peek(); first != null && first.isThere; first = answers.peek()) {
            Answer answer = answers.remove();
            answer.arena.run(() -> write(ctx, answer));
        }
        ctx.flush();
    }

    private void write(ChannelHandlerContext ctx, Answer answer) {
        boolean known = answer.cents != null;
        ByteBuf text = ByteBufUtil.writeUtf8(
                ctx.alloc(), known ? answer.item + " costs " + answer.cents + " cents\n" : "No price is known.\n");
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, known ? HttpResponseStatus.OK : HttpResponseStatus.BAD_GATEWAY, text);
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, text.readableBytes());
        HttpUtil.setKeepAlive(response, answer.keepAlive);
        if (answer.keepAlive) {
            ctx.write(response);
        } else {
            answers.clear();
            ctx.write(response).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** The requests have ended: prices that come now are for nobody. */
    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        answers.clear();
        ctx.fireChannelInactive();
    }

    /** A broken connection has no other remedy. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    /** An answer that waits for its price, and for its turn. */
    private static final class Answer {

        final RequestArena arena;
        final String item;
        final boolean keepAlive;
        boolean isThere;
        /** Null if there is no price. */
        @Nullable
        Integer cents;

        Answer(RequestArena arena, String item, boolean keepAlive) {
            this.arena = arena;
            this.item = item;
            this.keepAlive = keepAlive;
        }
    }
}
