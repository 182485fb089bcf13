// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What strict arenas say of a server that makes mistakes, and that they change nothing for one that makes none. */
@Sockets
class StrictArenaChannelTest {

    /** Held, so that the handler stays. */
    private static final Logger LOG = Logger.getLogger(RequestArena.class.getName());

    private final List<LogRecord> warnings = new CopyOnWriteArrayList<>();
    private final Handler listener = new Listener();
    private final AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder()
            .name("strict")
            .limit(16 << 20)
            .regionSize(1 << 20)
            .build();
    private final RequestArenas arenas =
            RequestArenas.builder(alloc).budget(1 << 20).strict(true).build();
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, Transport.CURRENT.handlers());
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Queue<ByteBuf> kept = new ConcurrentLinkedQueue<>();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Channel server = serve();

    private final class Listener extends Handler {

        @Override
        public void publish(LogRecord message) {
            warnings.add(message);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private Channel serve() {
        LOG.addHandler(listener);
        LOG.setUseParentHandlers(false);
        return alloc.install(new ServerBootstrap())
                .group(loops)
                .channel(Transport.CURRENT.serverChannel)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(
                                        new HttpServerCodec(),
                                        RequestArenaHandler.http1(arenas),
                                        new HttpObjectAggregator(1 << 16),
                                        new Application());
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    @AfterEach
    void everythingComesBack() {
        LOG.removeHandler(listener);
        LOG.setUseParentHandlers(true);
        kept.forEach(ByteBuf::release);
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
        assertEquals(List.of(), List.copyOf(failures));
        assertEquals(0, arenas.stats().open());
        assertEquals(0, alloc.stats().outstanding());
        alloc.close();
        assertEquals(0, alloc.stats().reservedBytes());
    }

    private final class Application extends SimpleChannelInboundHandler<FullHttpRequest> {

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            switch (request.uri()) {
                case "/forget" -> forget(ctx);
                case "/elsewhere" -> elsewhere(ctx);
                default -> answer(ctx, ctx.alloc().directBuffer().writeBytes(request.content()));
            }
        }

        private void forget(ChannelHandlerContext ctx) {
            kept.add(ctx.alloc().directBuffer(200).writeZero(200).setByte(0, 42));
            answer(ctx, ctx.alloc().directBuffer(2).writeBytes("ok".getBytes()));
        }

        /** The event loop waits for the other thread, so that it is sure to ask during the request. */
        private void elsewhere(ChannelHandlerContext ctx) {
            RequestArena arena = RequestArenaHandler.current(ctx);
            ByteBuf body = CompletableFuture.supplyAsync(() -> {
                        ByteBuf made = ctx.alloc().directBuffer();
                        try {
                            arena.directBuffer(10).release();
                        } catch (IllegalStateException e) {
                            ByteBufUtil.writeUtf8(made, e.getMessage());
                        }
                        return made;
                    })
                    .join();
            answer(ctx, body);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            failures.add(cause);
            ctx.close();
        }

        private void answer(ChannelHandlerContext ctx, ByteBuf body) {
            FullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
            answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
            ctx.writeAndFlush(answer);
        }
    }

    private String ask(String path, String body) throws Exception {
        InetSocketAddress address = (InetSocketAddress) server.localAddress();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + path))
                .timeout(Duration.ofMinutes(1))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    @Test
    void whoForgetsABufferIsNamed() throws Exception {
        assertEquals("ok", ask("/forget", ""));
        assertEquals("next", ask("/echo", "next")); // on the same connection, so the first request has ended
        assertEquals(1, arenas.stats().escapes(), arenas::toString);
        assertEquals(
                1,
                warnings.size(),
                () -> warnings.stream().map(LogRecord::getMessage).toList().toString());
        Throwable site = warnings.get(0).getThrown();
        assertNotNull(site);
        assertTrue(
                Arrays.stream(site.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals("forget")),
                () -> Arrays.toString(site.getStackTrace()));
        ByteBuf buf = kept.element();
        assertEquals(42, buf.getByte(0));
        assertEquals(1, buf.refCnt());
    }

    @Test
    void anotherThreadIsRefusedByTheArenaAndServedByTheChannelsAllocator() throws Exception {
        String answer = ask("/elsewhere", "");
        assertTrue(answer.contains("was asked for a buffer by thread="), answer);
        assertEquals("next", ask("/echo", "next"));
        assertEquals(0, arenas.stats().escapes());
        assertEquals(List.of(), warnings);
    }

    @Test
    void whoMakesNoMistakeHearsNothing() throws Exception {
        for (int i = 0; i < 200; i++) {
            assertEquals("body " + i, ask("/echo", "body " + i));
        }
        assertEquals(List.of(), warnings);
        assertTrue(arenas.stats().requests() >= 199, arenas::toString);
    }
}
