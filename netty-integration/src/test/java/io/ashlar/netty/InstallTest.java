// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.DatagramPacket;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The allocator inside real channels, over the loopback interface. */
@Sockets
class InstallTest {

    private final AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder()
            .name("install-test")
            .regionSize(64 << 10)
            .limit(1 << 20)
            .build();
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, Transport.CURRENT.handlers());
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    @AfterEach
    void everythingComesBack() {
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        assertEquals(0, alloc.stats().ownedShards());
        assertEquals(0, alloc.stats().outstanding());
        alloc.close();
        assertEquals(0, alloc.stats().reservedBytes());
    }

    private Channel serve(ChannelHandler handler) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(Transport.CURRENT.serverChannel)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(handler);
                    }
                });
        assertSame(bootstrap, alloc.install(bootstrap));
        assertSame(alloc, bootstrap.config().options().get(ChannelOption.ALLOCATOR));
        assertSame(alloc, bootstrap.config().childOptions().get(ChannelOption.ALLOCATOR));
        Channel server = bootstrap
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
        assertSame(alloc, server.alloc());
        return server;
    }

    private static Socket connect(Channel server) throws IOException {
        Socket socket = new Socket();
        socket.connect((InetSocketAddress) server.localAddress());
        socket.setSoTimeout(60_000);
        return socket;
    }

    /** Echoes what it reads, after looking at it. */
    @ChannelHandler.Sharable
    private final class Echo extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            try {
                assertSame(alloc, ctx.alloc());
                assertInstanceOf(AshlarByteBuf.class, NettySuiteAllocator.rootOf((ByteBuf) message));
            } catch (Throwable e) {
                failures.add(e);
            }
            ctx.write(message, ctx.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }
    }

    @Test
    void aServerEchoesThroughOurBuffers() throws IOException {
        Channel server = serve(new Echo());
        byte[] sent = new byte[300_000];
        new Random(7).nextBytes(sent);
        byte[] received = new byte[sent.length];
        try (Socket socket = connect(server)) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int done = 0; done < sent.length; done += 10_000) {
                socket.getOutputStream().write(sent, done, 10_000);
                in.readFully(received, done, 10_000);
            }
            assertTrue(alloc.stats().ownedShards() >= 1, "the event loop has a shard");
        }
        assertArrayEquals(sent, received);
        assertEquals(0, failures.size(), () -> "first: " + failures.peek());
        assertTrue(alloc.stats().allocations() >= 30);
        server.close().syncUninterruptibly();
    }

    @Test
    void aClientUsesTheAllocatorToo() throws Exception {
        Channel server = serve(new Echo());
        CompletableFuture<Long> answer = new CompletableFuture<>();
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channel(Transport.CURRENT.channel)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ByteBuf buf = (ByteBuf) message;
                        answer.complete(buf.readLong());
                        buf.release();
                    }
                });
        assertSame(bootstrap, alloc.install(bootstrap));
        Channel client =
                bootstrap.connect(server.localAddress()).syncUninterruptibly().channel();
        assertSame(alloc, client.alloc());
        client.writeAndFlush(client.alloc().heapBuffer(8).writeLong(4711)); // is copied to a direct buffer
        assertEquals(4711, answer.get(1, TimeUnit.MINUTES));
        client.close().syncUninterruptibly();
        server.close().syncUninterruptibly();
        assertEquals(0, failures.size(), () -> "first: " + failures.peek());
    }

    /** Every kind of buffer that a transport may treat in its own way, in one flush: it may gather them. */
    @Test
    void manyBuffersInOneFlushArriveInOrder() throws IOException {
        ByteBuf all = Unpooled.buffer();
        Channel server = serve(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext ctx) {
                Random random = new Random(11);
                for (int i = 0; i < 300; i++) {
                    ByteBuf buf = bufferOfKind(i % 6, ctx.alloc(), random);
                    all.writeBytes(buf, buf.readerIndex(), buf.readableBytes());
                    ctx.write(buf).addListener(written -> {
                        if (!written.isSuccess()) {
                            failures.add(written.cause());
                        }
                    });
                }
                ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                failures.add(cause);
                ctx.close();
            }
        });
        byte[] received;
        try (Socket socket = connect(server)) {
            received = socket.getInputStream().readAllBytes();
        }
        assertEquals(0, failures.size(), () -> "first: " + failures.peek());
        assertArrayEquals(ByteBufUtil.getBytes(all), received);
        server.close().syncUninterruptibly();
    }

    private static ByteBuf bufferOfKind(int kind, ByteBufAllocator alloc, Random random) {
        byte[] content = new byte[1 + random.nextInt(700)];
        random.nextBytes(content);
        int middle = content.length / 2;
        return switch (kind) {
            case 0 -> alloc.directBuffer().writeBytes(content);
            case 1 -> alloc.heapBuffer().writeBytes(content);
            case 2 -> alloc.directBuffer().writeBytes(content).asReadOnly();
            case 3 -> {
                ByteBuf buf = alloc.directBuffer().writeBytes(content);
                ByteBuf slice = buf.retainedSlice(middle, content.length - middle);
                buf.release();
                yield slice;
            }
            case 4 ->
                alloc.compositeDirectBuffer()
                        .addComponents(
                                true,
                                alloc.directBuffer().writeBytes(content, 0, middle),
                                alloc.heapBuffer().writeBytes(content, middle, content.length - middle));
            default -> alloc.directBuffer(4 << 10).writeBytes(content).skipBytes(1);
        };
    }

    @Test
    void datagramsComeBackWhole() throws Exception {
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channel(Transport.CURRENT.datagramChannel)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        DatagramPacket packet = (DatagramPacket) message;
                        ctx.writeAndFlush(new DatagramPacket(packet.content(), packet.sender()));
                    }
                });
        Channel server = alloc.install(bootstrap)
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
        Random random = new Random(13);
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.connect(server.localAddress());
            socket.setSoTimeout(60_000);
            java.net.DatagramPacket answer = new java.net.DatagramPacket(new byte[2048], 2048);
            for (int i = 0; i < 200; i++) {
                byte[] sent = new byte[1 + random.nextInt(1400)];
                random.nextBytes(sent);
                socket.send(new java.net.DatagramPacket(sent, sent.length));
                socket.receive(answer);
                assertArrayEquals(sent, Arrays.copyOf(answer.getData(), answer.getLength()));
            }
        }
        assertTrue(alloc.stats().allocations() >= 200);
        server.close().syncUninterruptibly();
    }

    @Test
    void aChannelWhoseReadBufferCannotBeHadIsClosedOnce() throws Exception {
        assumeTrue(
                Transport.CURRENT != Transport.IO_URING,
                "Netty's event loop for io_uring ends when there is no memory for a read, whoever the allocator is");
        CompletableFuture<Throwable> caught = new CompletableFuture<>();
        Channel server = serve(new Caught(caught));
        ByteBuf everything = alloc.directBuffer(1 << 20);
        try (Socket socket = connect(server)) {
            socket.getOutputStream().write(1);
            assertInstanceOf(OutOfPoolMemoryError.class, caught.get(1, TimeUnit.MINUTES));
            assertEquals(-1, readOrReset(socket), "the server has closed the connection");
        }
        assertTrue(
                alloc.stats().failures() <= 2,
                "no endless trying: failures=" + alloc.stats().failures());
        everything.release();
        server.close().syncUninterruptibly();
    }

    private static int readOrReset(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (SocketException reset) { // closed with a byte unread
            return -1;
        }
    }

    @ChannelHandler.Sharable
    private static final class Caught extends ChannelInboundHandlerAdapter {

        private final CompletableFuture<Throwable> caught;

        Caught(CompletableFuture<Throwable> caught) {
            this.caught = caught;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            caught.complete(cause);
        }
    }
}
