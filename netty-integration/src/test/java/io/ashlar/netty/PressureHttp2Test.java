// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The handler in the streams of HTTP/2, over real sockets. The client's memory is its own. */
@Sockets
class PressureHttp2Test {

    private static final int MIB = 1 << 20;
    /** A stream's window, and that of a connection, unless somebody changes them. */
    private static final int WINDOW = 65_535;

    private final AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder()
            .name("streams")
            .limit(16 * MIB)
            .regionSize(MIB)
            .build();
    private final AtomicLong uploaded = new AtomicLong();
    private final AtomicLong downloaded = new AtomicLong();
    private final AtomicInteger streams = new AtomicInteger();
    private final AtomicInteger acknowledged = new AtomicInteger();

    /** The server's end of the newest stream. */
    private volatile ChannelHandlerContext newest;

    /** Counts what comes. */
    private final class Server extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof Http2HeadersFrame) {
                newest = ctx;
                streams.incrementAndGet();
            } else if (msg instanceof Http2DataFrame data) {
                uploaded.addAndGet(data.content().readableBytes());
            }
            ReferenceCountUtil.release(msg);
        }
    }

    private PressedServer serve() {
        return new PressedServer(
                alloc,
                new ChannelInboundHandlerAdapter(),
                connection -> connection
                        .pipeline()
                        .addLast(
                                Http2FrameCodecBuilder.forServer().build(),
                                new Http2MultiplexHandler(new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel stream) {
                                        stream.pipeline().addLast(new MemoryPressureHandler(alloc), new Server());
                                    }
                                })));
    }

    private Channel connect(PressedServer server) {
        return new Bootstrap()
                .group(server.loops)
                .channel(Transport.CURRENT.channel)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(
                                        Http2FrameCodecBuilder.forClient().build(),
                                        new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()),
                                        new ChannelInboundHandlerAdapter() {
                                            @Override
                                            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                                                if (msg instanceof Http2PingFrame ping && ping.ack()) {
                                                    acknowledged.incrementAndGet();
                                                }
                                                ReferenceCountUtil.release(msg);
                                            }
                                        });
                    }
                })
                .connect(server.address())
                .syncUninterruptibly()
                .channel();
    }

    private Http2StreamChannel open(Channel connection) {
        Http2StreamChannel stream = new Http2StreamChannelBootstrap(connection)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        if (msg instanceof Http2DataFrame data) {
                            downloaded.addAndGet(data.content().readableBytes());
                        }
                        ReferenceCountUtil.release(msg);
                    }
                })
                .open()
                .syncUninterruptibly()
                .getNow();
        stream.writeAndFlush(new DefaultHttp2HeadersFrame(
                        new DefaultHttp2Headers().method("POST").path("/")))
                .syncUninterruptibly();
        return stream;
    }

    @Test
    void aStreamThatIsPausedHoldsItsPeerBackAndTheConnectionLives() {
        try (PressedServer server = serve()) {
            Channel connection = connect(server);
            Http2StreamChannel upload = open(connection);
            server.await("no stream", () -> streams.get() == 1);
            server.press(1);
            ByteBuf body = Unpooled.wrappedBuffer(new byte[MIB]);
            upload.writeAndFlush(new DefaultHttp2DataFrame(body, true));
            for (int i = 1; i <= 3; i++) {
                int pings = i;
                connection.writeAndFlush(new DefaultHttp2PingFrame(i));
                server.await("the connection reads nothing", () -> acknowledged.get() == pings);
            }
            PressedServer.waitInVain();
            // What the stream had asked for before it was paused may still come: frames that arrive at once.
            assertTrue(uploaded.get() <= WINDOW, () -> "more than a window: " + uploaded);
            server.ease();
            server.await("not all has come", () -> uploaded.get() == MIB);
            assertEquals(0, server.alloc.readGate().paused());
            connection.close().syncUninterruptibly();
        }
    }

    /** More than a window: so the client's window updates are read under pressure. */
    @Test
    void whatIsToBeSentGoesOut() {
        try (PressedServer server = serve()) {
            Channel connection = connect(server);
            open(connection);
            server.await("no stream", () -> streams.get() == 1);
            server.press(1);
            newest.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")));
            newest.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[MIB]), true));
            server.await("window updates are not read", () -> downloaded.get() == MIB);
            connection.close().syncUninterruptibly();
        }
    }

    @Test
    void aNewStreamIsNotReadEither() {
        try (PressedServer server = serve()) {
            Channel connection = connect(server);
            server.press(0);
            open(connection);
            server.await("not paused", () -> alloc.readGate().paused() == 1);
            PressedServer.waitInVain();
            assertEquals(0, streams.get());
            server.ease();
            server.await("no stream", () -> streams.get() == 1);
            connection.close().syncUninterruptibly();
        }
    }
}
