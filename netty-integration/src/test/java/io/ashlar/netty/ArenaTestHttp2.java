// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ashlar.netty.ArenaTestPlan.Fate;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import org.jspecify.annotations.Nullable;

/** Both ends of a connection of {@link RequestArenaChannelTest} that speaks HTTP/2 in the clear, with many streams at once. */
final class ArenaTestHttp2 {

    private ArenaTestHttp2() {}

    static void initServer(Channel channel, ArenaTestLoad load, RequestArenas arenas) {
        channel.pipeline()
                .addLast(
                        unguarded(Http2FrameCodecBuilder.forServer()).build(),
                        new Http2MultiplexHandler(new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel stream) {
                                stream.pipeline().addLast(RequestArenaHandler.http2(arenas), new Server(load));
                            }
                        }),
                        new Rest(load));
    }

    static void initClient(Channel channel, ArenaTestLoad load, Runnable reconnect) {
        channel.pipeline()
                .addLast(
                        unguarded(Http2FrameCodecBuilder.forClient()).build(),
                        new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()),
                        new Client(load, reconnect));
    }

    /** Without the defence against peers that reset streams as often as these do, or send as many empty frames. */
    private static Http2FrameCodecBuilder unguarded(Http2FrameCodecBuilder builder) {
        return builder.decoderEnforceMaxRstFramesPerWindow(0, 0)
                .encoderEnforceMaxRstFramesPerWindow(0, 0)
                .decoderEnforceMaxConsecutiveEmptyDataFrames(0)
                .gracefulShutdownTimeoutMillis(0);
    }

    /** What is left of the connection itself: settings and the like, and broken connections. */
    private static class Rest extends ChannelInboundHandlerAdapter {

        final ArenaTestLoad load;
        /** Whether an end of the connection has a plan to close it: then the other may well find frames that come too late. */
        boolean doomed;

        Rest(ArenaTestLoad load) {
            this.load = load;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ReferenceCountUtil.release(msg);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!doomed) {
                load.fail(cause);
            }
            ctx.close();
        }
    }

    private static final class Server extends ArenaTestServer {

        Server(ArenaTestLoad load) {
            super(load);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof Http2HeadersFrame headers) {
                Job job = begin(
                        ctx, Long.parseLong(headers.headers().path().toString().substring(1)));
                if (job.plan.endsConnection(true)) {
                    ctx.channel().parent().pipeline().get(Rest.class).doomed = true;
                }
                if (headers.isEndStream()) {
                    receive(ctx, ctx.alloc().buffer(0), true);
                }
            } else if (msg instanceof Http2DataFrame data) {
                receive(ctx, data.content(), data.isEndStream());
            } else {
                ReferenceCountUtil.release(msg);
            }
        }

        @Override
        void write(
                ChannelHandlerContext ctx, Job job, ByteBuf part, boolean first, boolean last, ChannelPromise promise) {
            boolean headersOnly = first && last && !part.isReadable();
            if (first) {
                Http2Headers headers = new DefaultHttp2Headers().status(Integer.toString(job.plan.status()));
                ctx.write(new DefaultHttp2HeadersFrame(headers, headersOnly), headersOnly ? promise : ctx.newPromise());
            }
            if (headersOnly) {
                part.release();
            } else {
                ctx.write(new DefaultHttp2DataFrame(part, last), promise);
            }
        }

        @Override
        void refuse(ChannelHandlerContext ctx, Job job) {
            if (job.plan.fate == Fate.SERVER_CLOSES) {
                ctx.channel().parent().close();
            } else if (job.plan.server.nextBoolean()) {
                ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
            } else {
                ctx.close();
            }
        }
    }

    /** A connection: keeps a number of streams open. */
    private static final class Client extends Rest {

        private static final int STREAMS = 24;

        private final Runnable reconnect;

        Client(ArenaTestLoad load, Runnable reconnect) {
            super(load);
            this.reconnect = reconnect;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            load.connections.increment();
            for (int i = 0; i < STREAMS; i++) {
                openStream(ctx);
            }
            ctx.fireChannelActive();
        }

        private void openStream(ChannelHandlerContext ctx) {
            ArenaTestPlan plan = ctx.channel().isActive() ? load.nextRequest() : null;
            if (plan == null) {
                return;
            }
            doomed |= plan.endsConnection(true);
            Stream stream = new Stream(this, ctx, plan);
            new Http2StreamChannelBootstrap(ctx.channel())
                    .handler(stream)
                    .open()
                    .addListener(
                            (FutureListener<Http2StreamChannel>) opened -> sendOrGiveUp(ctx, plan, stream, opened));
        }

        private static void sendOrGiveUp(
                ChannelHandlerContext ctx, ArenaTestPlan plan, Stream stream, Future<Http2StreamChannel> opened) {
            if (opened.isSuccess()) {
                send(ctx, opened.getNow(), plan);
            } else {
                stream.lost(opened.cause());
            }
        }

        private static void send(ChannelHandlerContext ctx, Channel stream, ArenaTestPlan plan) {
            Http2Headers headers = new DefaultHttp2Headers()
                    .method(plan.bodyBytes == 0 ? "GET" : "POST")
                    .scheme("http")
                    .path("/" + plan.id);
            stream.write(new DefaultHttp2HeadersFrame(headers, plan.bodyBytes == 0));
            if (plan.bodyBytes > 0) {
                int half = plan.transport.nextInt(plan.bodyBytes);
                stream.write(new DefaultHttp2DataFrame(body(stream, plan, 0, half), false));
                if (plan.transport.nextInt(3) == 0) {
                    stream.flush();
                }
                if (plan.fate == Fate.CLIENT_RESETS) {
                    stream.write(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
                } else if (plan.fate != Fate.CLIENT_CLOSES) {
                    stream.write(new DefaultHttp2DataFrame(body(stream, plan, half, plan.bodyBytes - half), true));
                }
            }
            stream.flush();
            if (plan.fate == Fate.CLIENT_CLOSES) {
                ctx.close();
            }
        }

        private static ByteBuf body(Channel channel, ArenaTestPlan plan, int from, int length) {
            ByteBuf body = channel.alloc().buffer(length);
            ArenaTestPlan.fill(body, plan.bodyKey(), from, length);
            return body;
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (load.hasMore()) {
                reconnect.run();
            }
            ctx.fireChannelInactive();
        }
    }

    /** One request and its answer. */
    private static final class Stream extends ChannelInboundHandlerAdapter {

        private final Client client;
        private final ChannelHandlerContext connection;
        private final ArenaTestPlan plan;
        private int received;
        private boolean finished;

        Stream(Client client, ChannelHandlerContext connection, ArenaTestPlan plan) {
            this.client = client;
            this.connection = connection;
            this.plan = plan;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            try {
                boolean last = false;
                if (msg instanceof Http2HeadersFrame headers) {
                    assertEquals(
                            Integer.toString(plan.status()),
                            headers.headers().status().toString(),
                            plan::toString);
                    last = headers.isEndStream();
                } else if (msg instanceof Http2DataFrame data) {
                    ArenaTestPlan.check(data.content(), plan.answerKey(), received, "the answer to " + plan);
                    received += data.content().readableBytes();
                    last = data.isEndStream();
                }
                if (last) {
                    assertEquals(plan.answerBytes, received, () -> "length of the answer to " + plan);
                    finished = true;
                    client.load.answered();
                    client.openStream(connection);
                }
            } finally {
                ReferenceCountUtil.release(msg);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            lost(null);
        }

        void lost(@Nullable Throwable cause) {
            if (finished) {
                return;
            }
            finished = true;
            if (!plan.isUnanswered() && !client.doomed) {
                client.load.fail(new AssertionError("closed for no reason: " + plan, cause));
            }
            client.load.lost(1);
            if (!client.doomed) {
                client.openStream(connection);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!plan.isUnanswered() && !client.doomed) {
                client.load.fail(new AssertionError("client, during " + plan, cause));
            }
            ctx.close();
        }
    }
}
