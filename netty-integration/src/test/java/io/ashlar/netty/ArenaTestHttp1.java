// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.ashlar.netty.ArenaTestPlan.Fate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;

/** Both ends of a connection of {@link RequestArenaChannelTest} that speaks HTTP/1.1, with pipelining. */
final class ArenaTestHttp1 {

    private ArenaTestHttp1() {}

    static void initServer(Channel channel, ArenaTestLoad load, RequestArenas arenas) {
        channel.pipeline().addLast(new HttpServerCodec(), RequestArenaHandler.http1(arenas), new Server(load));
    }

    static void initClient(Channel channel, ArenaTestLoad load, Runnable reconnect) {
        channel.pipeline().addLast(new HttpClientCodec(), new Client(load, reconnect));
    }

    private static final class Server extends ArenaTestServer {

        Server(ArenaTestLoad load) {
            super(load);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof HttpRequest request) {
                Job job = begin(ctx, Long.parseLong(request.uri().substring(1)));
                if (job.plan.expectsContinue && !job.plan.early && isFirst(job)) {
                    load.interim.increment();
                    ctx.writeAndFlush(new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
                }
            }
            if (msg instanceof HttpContent content) {
                receive(ctx, content.content(), msg instanceof LastHttpContent);
            }
        }

        @Override
        void write(
                ChannelHandlerContext ctx, Job job, ByteBuf part, boolean first, boolean last, ChannelPromise promise) {
            HttpResponseStatus status = HttpResponseStatus.valueOf(job.plan.status());
            if (first && last) {
                DefaultFullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, part);
                answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, part.readableBytes());
                ctx.write(answer, promise);
                return;
            }
            if (first) {
                HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
                if (job.plan.tellsLength) {
                    head.headers().set(HttpHeaderNames.CONTENT_LENGTH, job.plan.answerBytes);
                } else {
                    head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
                }
                ctx.write(head);
            }
            ctx.write(last ? new DefaultLastHttpContent(part) : new DefaultHttpContent(part), promise);
        }

        @Override
        void refuse(ChannelHandlerContext ctx, Job job) {
            ctx.close();
        }
    }

    private static final class Client extends ChannelInboundHandlerAdapter {

        private static final int WINDOW = 12;

        private final ArenaTestLoad load;
        private final Runnable reconnect;
        private final ArrayDeque<ArenaTestPlan> inFlight = new ArrayDeque<>();
        private int received;
        private boolean interim;
        private boolean doomed;

        Client(ArenaTestLoad load, Runnable reconnect) {
            this.load = load;
            this.reconnect = reconnect;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            load.connections.increment();
            sendMore(ctx);
        }

        private void sendMore(ChannelHandlerContext ctx) {
            while (inFlight.size() < WINDOW && ctx.channel().isActive()) {
                ArenaTestPlan plan = load.nextRequest();
                if (plan == null) {
                    break;
                }
                inFlight.addLast(plan);
                doomed |= plan.endsConnection(false);
                send(ctx, plan);
            }
            ctx.flush();
        }

        private static void send(ChannelHandlerContext ctx, ArenaTestPlan plan) {
            String uri = "/" + plan.id;
            if (plan.bodyBytes == 0) {
                ctx.write(new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, uri, Unpooled.EMPTY_BUFFER));
                return;
            }
            HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, uri);
            head.headers().set(HttpHeaderNames.CONTENT_LENGTH, plan.bodyBytes);
            if (plan.expectsContinue) {
                head.headers().set(HttpHeaderNames.EXPECT, HttpHeaderValues.CONTINUE);
            }
            ctx.write(head);
            int half = plan.transport.nextInt(plan.bodyBytes);
            ctx.write(new DefaultHttpContent(body(ctx, plan, 0, half)));
            if (plan.transport.nextInt(3) == 0) {
                ctx.flush();
            }
            if (plan.fate == Fate.CLIENT_CLOSES) {
                ctx.flush();
                ctx.close();
            } else {
                ctx.write(new DefaultLastHttpContent(body(ctx, plan, half, plan.bodyBytes - half)));
            }
        }

        private static ByteBuf body(ChannelHandlerContext ctx, ArenaTestPlan plan, int from, int length) {
            ByteBuf body = ctx.alloc().buffer(length);
            ArenaTestPlan.fill(body, plan.bodyKey(), from, length);
            return body;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            try {
                ArenaTestPlan plan = inFlight.peekFirst();
                assertNotNull(plan, () -> "nobody asked for " + msg);
                if (msg instanceof HttpResponse answer) {
                    interim = answer.status().code() == 100;
                    if (!interim) {
                        assertEquals(plan.status(), answer.status().code(), plan::toString);
                    }
                }
                if (msg instanceof HttpContent content && !interim) {
                    receive(ctx, plan, content.content(), msg instanceof LastHttpContent);
                }
            } finally {
                ReferenceCountUtil.release(msg);
            }
        }

        private void receive(ChannelHandlerContext ctx, ArenaTestPlan plan, ByteBuf content, boolean last) {
            ArenaTestPlan.check(content, plan.answerKey(), received, "the answer to " + plan);
            received += content.readableBytes();
            if (last) {
                if (!ctx.channel().isActive() && received < plan.answerBytes) {
                    return; // the codec makes an end where the connection ended
                }
                assertEquals(plan.answerBytes, received, () -> "length of the answer to " + plan);
                received = 0;
                inFlight.pollFirst();
                load.answered();
                sendMore(ctx);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!doomed && !inFlight.isEmpty()) {
                load.fail(new AssertionError("closed for no reason during " + inFlight));
            }
            load.lost(inFlight.size());
            inFlight.clear();
            if (load.hasMore()) {
                reconnect.run();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!doomed || !(cause instanceof IOException)) {
                load.fail(new AssertionError("client, during " + inFlight, cause));
            }
            ctx.close();
        }
    }
}
