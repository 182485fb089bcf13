// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The allocator inside real channels, over the loopback interface. */
class InstallTest {

    private final AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder()
            .name("install-test")
            .regionSize(64 << 10)
            .limit(1 << 20)
            .build();
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
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
                .channel(NioServerSocketChannel.class)
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
                .channel(NioSocketChannel.class)
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

    @Test
    void aChannelWhoseReadBufferCannotBeHadIsClosedOnce() throws Exception {
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
