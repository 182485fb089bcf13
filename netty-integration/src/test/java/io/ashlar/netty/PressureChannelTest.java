// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections of real sockets under pressure: TCP, HTTP/1.1, and those that have yet to be accepted. */
@Sockets
class PressureChannelTest {

    private static final int MIB = 1 << 20;

    private static AllocatorBuilder builder() {
        return AshlarByteBufAllocator.builder().name("pressed").limit(8 * MIB).regionSize(MIB);
    }

    private static ChannelInboundHandlerAdapter nothing() {
        return new ChannelInboundHandlerAdapter();
    }

    /** Counts what was received, and releases it; reads by hand if it has to. */
    private static final class Count extends ChannelInboundHandlerAdapter {

        private final AtomicLong bytes;

        Count(AtomicLong bytes) {
            this.bytes = bytes;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            readComplete(ctx);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf buf = (ByteBuf) msg;
            bytes.addAndGet(buf.readableBytes());
            buf.release();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            readComplete(ctx);
        }

        private static void readComplete(ChannelHandlerContext ctx) {
            if (!ctx.channel().config().isAutoRead()) {
                ctx.read();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsReadUnderPressureAndEverythingAfterwards(boolean autoRead) throws Exception {
        AtomicLong received = new AtomicLong();
        try (PressedServer server = new PressedServer(builder().build(), nothing(), channel -> {
                    channel.config().setAutoRead(autoRead);
                    channel.pipeline().addLast(new MemoryPressureHandler(alloc(channel)), new Count(received));
                });
                Socket client = server.connect()) {
            for (int round = 1; round <= 3; round++) {
                long before = received.get();
                client.getOutputStream().write(new byte[100_000]);
                server.await("not read", () -> received.get() == before + 100_000);
                server.press(1);
                long under = received.get();
                client.getOutputStream().write(new byte[1]);
                if (!autoRead) { // a read by hand is under way, and brings what has come
                    server.await("not read", () -> received.get() == under + 1);
                    server.await("it reads on", () -> server.alloc.readGate().paused() == 1);
                }
                long stopped = received.get();
                client.getOutputStream().write(new byte[200_000]);
                PressedServer.waitInVain();
                assertEquals(stopped, received.get());
                server.ease();
                server.await("not resumed", () -> received.get() == under + 200_001);
            }
        }
    }

    private static AshlarByteBufAllocator alloc(Channel channel) {
        return (AshlarByteBufAllocator) channel.alloc();
    }

    @Test
    void nobodyIsAcceptedUnderPressure() throws Exception {
        AshlarByteBufAllocator alloc = builder().build();
        AtomicLong received = new AtomicLong();
        try (PressedServer server = new PressedServer(
                alloc,
                new MemoryPressureHandler(alloc),
                channel -> channel.pipeline().addLast(new MemoryPressureHandler(alloc), new Count(received)))) {
            Socket first = server.connect();
            server.await("not accepted", () -> server.connections() == 1);
            server.press(2);
            List<Socket> waiting = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                waiting.add(server.connect()); // as far as the kernel can tell
                waiting.get(i).getOutputStream().write(7);
            }
            PressedServer.waitInVain();
            assertEquals(1, server.connections());
            server.ease();
            server.await("not accepted", () -> server.connections() == 21);
            server.await("not read", () -> received.get() == 20);
            first.close();
            for (Socket each : waiting) {
                each.close();
            }
        }
    }

    @Test
    void anAllocatorThatIsClosedLetsChannelsGoOn() throws Exception {
        AshlarByteBufAllocator pressing = builder().build();
        AtomicLong received = new AtomicLong();
        try (PressedServer server = new PressedServer(
                AshlarByteBufAllocator.builder().build(),
                nothing(),
                channel -> channel.pipeline().addLast(new MemoryPressureHandler(pressing), new Count(received)))) {
            Socket client = server.connect();
            ByteBuf held = pressing.directBuffer(7 * MIB);
            server.await("not paused", () -> pressing.readGate().paused() == 1);
            client.getOutputStream().write(new byte[10]);
            PressedServer.waitInVain();
            assertEquals(0, received.get());
            pressing.close();
            server.await("not resumed", () -> received.get() == 10);
            held.release();
            client.close();
            server.await("it is kept", () -> pressing.readGate().channels() == 0);
        }
    }

    // ---- HTTP/1.1

    /** Answers with the number of bytes that were sent. */
    private static final class Answer extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            FullHttpRequest request = (FullHttpRequest) msg;
            String length = Integer.toString(request.content().readableBytes());
            request.release();
            FullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            answer.content().writeBytes(length.getBytes(StandardCharsets.US_ASCII));
            answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, length.length());
            ctx.writeAndFlush(answer);
        }
    }

    /**
     * Each has half of its body received, and together these are more than the high mark: nobody frees anything unless somebody reads on. All bodies
     * together are more than the limit.
     */
    @Test
    void halfReceivedRequestsAreCompletedOneAfterTheOther() throws Exception {
        int clients = 24;
        int body = 400_000;
        AshlarByteBufAllocator alloc = builder().watermarks(MIB, 2 * MIB).build();
        AtomicInteger answered = new AtomicInteger();
        try (PressedServer server = new PressedServer(
                alloc,
                nothing(),
                channel -> channel.pipeline()
                        .addLast(
                                new MemoryPressureHandler(alloc),
                                new HttpServerCodec(),
                                new HttpObjectAggregator(MIB),
                                new Answer()))) {
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                Socket socket = server.connect();
                sockets.add(socket);
                String head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: " + body + "\r\n\r\n";
                socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().write(new byte[body / 2]);
            }
            server.await("no pressure", alloc::isUnderPressure);
            for (Socket each : sockets) {
                each.setSoTimeout(60_000);
                Thread rest = new Thread(() -> finish(each, body, answered));
                rest.setDaemon(true);
                rest.start();
            }
            server.await("not all are answered", () -> answered.get() == clients);
            assertTrue(alloc.stats().peakReservedBytes() <= 8 * MIB);
        }
    }

    private static void finish(Socket socket, int body, AtomicInteger answered) {
        try (socket) {
            socket.getOutputStream().write(new byte[body - body / 2]);
            String expected = "content-length: 6\r\n\r\n" + body;
            StringBuilder answer = new StringBuilder();
            InputStream in = socket.getInputStream();
            for (int c = in.read(); c >= 0; c = in.read()) {
                answer.append((char) c);
                if (answer.toString().endsWith(expected)) {
                    answered.incrementAndGet();
                    return;
                }
            }
        } catch (IOException e) {
            // it is not answered
        }
    }

    // ---- fairness

    /** All send as fast as they can, and somebody frees what was received, the oldest first, a little at a time. */
    @Test
    void noChannelStarves() throws Exception {
        int clients = 48;
        AshlarByteBufAllocator alloc = builder().build();
        AtomicLongArray received = new AtomicLongArray(clients);
        AtomicInteger next = new AtomicInteger();
        ArrayDeque<ByteBuf> kept = new ArrayDeque<>();
        List<Socket> sockets = new ArrayList<>();
        try (PressedServer server = new PressedServer(alloc, nothing(), channel -> {
            int number = next.getAndIncrement();
            channel.pipeline().addLast(new MemoryPressureHandler(alloc), new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object msg) {
                    received.addAndGet(number, ((ByteBuf) msg).readableBytes());
                    synchronized (kept) {
                        kept.add((ByteBuf) msg);
                    }
                }
            });
        })) {
            for (int i = 0; i < clients; i++) {
                Socket socket = server.connect();
                sockets.add(socket);
                Thread sender = new Thread(() -> send(socket));
                sender.setDaemon(true);
                sender.start();
            }
            long[] freed = new long[1];
            server.await("it does not go on", () -> {
                for (int i = 0; i < 20; i++) {
                    freed[0] += freeOne(kept);
                }
                return freed[0] > 200L * MIB;
            });
            long[] each = new long[clients];
            Arrays.setAll(each, received::get);
            Arrays.sort(each);
            assertTrue(each[0] >= each[clients / 2] / 4, () -> "somebody was left behind: " + Arrays.toString(each));
            assertTrue(alloc.pressureStats().times() > 3);
            for (Socket socket : sockets) {
                socket.close();
            }
            server.await("it is not all read", () -> {
                while (freeOne(kept) > 0) {}
                return server.connections() == 0 && alloc.stats().outstanding() == 0;
            });
        }
    }

    private static void send(Socket socket) {
        byte[] data = new byte[64 << 10];
        try {
            while (true) {
                socket.getOutputStream().write(data);
            }
        } catch (IOException closed) {
            // this is the end
        }
    }

    private static int freeOne(ArrayDeque<ByteBuf> kept) {
        ByteBuf oldest;
        synchronized (kept) {
            oldest = kept.poll();
        }
        if (oldest == null) {
            return 0;
        }
        int bytes = oldest.readableBytes();
        oldest.release();
        return bytes;
    }
}
