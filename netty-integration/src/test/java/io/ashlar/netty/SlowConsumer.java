// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * A fast producer, a proxy, and a consumer that reads nothing until it is told to. Producer and consumer are plain blocking sockets. The proxy makes the
 * mistake that this is about: it writes what it has read, without a look at whether the other side keeps up.
 */
final class SlowConsumer implements AutoCloseable {

    private static final int CHUNK = 64 << 10;

    private final long total;
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, Transport.CURRENT.handlers());
    private final ServerSocket consumerSocket = new ServerSocket();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel proxy;
    private final CountDownLatch consume = new CountDownLatch(1);
    private volatile boolean stopped;
    final AtomicLong sent = new AtomicLong();
    final AtomicLong received = new AtomicLong();
    final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> producer;
    private final CompletableFuture<Void> consumer;

    /** Begins at once. */
    SlowConsumer(ByteBufAllocator alloc, long total) throws IOException {
        this.total = total;
        consumerSocket.setReceiveBufferSize(CHUNK);
        consumerSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        proxy = new ServerBootstrap()
                .group(loops)
                .channel(Transport.CURRENT.serverChannel)
                .option(ChannelOption.ALLOCATOR, alloc)
                .childOption(ChannelOption.ALLOCATOR, alloc)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        guard(channel, alloc);
                        channel.pipeline().addLast(new Front());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
        consumer = start(this::consume);
        producer = start(this::produce);
    }

    private static void guard(Channel channel, ByteBufAllocator alloc) {
        if (alloc instanceof AshlarByteBufAllocator ours) {
            channel.pipeline().addLast(new MemoryPressureHandler(ours));
        }
    }

    // ---- the proxy

    private final class Front extends ChannelInboundHandlerAdapter {

        private Channel back;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ByteBufAllocator alloc = ctx.alloc();
            connections.add(ctx.channel());
            back = new Bootstrap()
                    .group(loops.next())
                    .channel(Transport.CURRENT.channel)
                    .option(ChannelOption.ALLOCATOR, alloc)
                    .option(ChannelOption.SO_SNDBUF, CHUNK)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            guard(channel, alloc);
                            channel.pipeline().addLast(new Failures());
                        }
                    })
                    .connect(consumerSocket.getLocalSocketAddress())
                    .addListener(connected -> ctx.channel().config().setAutoRead(connected.isSuccess()))
                    .channel();
            connections.add(back);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            back.write(msg).addListener(written -> {
                if (!written.isSuccess()) {
                    fail(written.cause());
                }
            });
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            back.flush();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            back.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail(cause);
        }
    }

    private final class Failures extends ChannelInboundHandlerAdapter {

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail(cause);
        }
    }

    private void fail(Throwable cause) {
        if (!stopped) {
            failures.add(cause);
        }
    }

    // ---- both ends

    /** Eight bytes of the stream, from their place in it. */
    private static long at(long position) {
        long x = position * 0x9E3779B97F4A7C15L;
        return x ^ x >>> 29;
    }

    private void produce() throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(proxy.localAddress());
            OutputStream out = socket.getOutputStream();
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            for (long position = 0; position < total && !stopped; position += CHUNK) {
                for (int i = 0; i < CHUNK; i += Long.BYTES) {
                    chunk.putLong(i, at(position + i));
                }
                out.write(chunk.array());
                sent.addAndGet(CHUNK);
            }
        }
    }

    private void consume() throws Exception {
        try (Socket socket = consumerSocket.accept()) {
            consume.await();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] chunk = new byte[CHUNK];
            ByteBuffer read = ByteBuffer.wrap(chunk);
            for (long position = 0; position < total && !stopped; position += CHUNK) {
                in.readFully(chunk);
                for (int i = 0; i < CHUNK; i += Long.BYTES) {
                    if (read.getLong(i) != at(position + i)) {
                        throw new AssertionError("another byte than was sent in the 8 from " + (position + i));
                    }
                }
                received.addAndGet(CHUNK);
            }
            assertEquals(-1, in.read(), "more than was sent");
        }
    }

    private interface Task {
        void run() throws Exception;
    }

    private static CompletableFuture<Void> start(Task task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!condition.getAsBoolean()) {
            assertTrue(
                    System.nanoTime() < end,
                    () -> what + ": sent " + sent + ", received " + received + ", " + failures);
            Thread.sleep(2);
        }
    }

    void startConsuming() {
        consume.countDown();
    }

    /** Waits until everything has arrived, and in order. */
    void awaitAll() throws Exception {
        await("it does not end", () -> !failures.isEmpty() || producer.isDone() && consumer.isDone());
        assertTrue(failures.isEmpty(), failures::toString);
        producer.get();
        consumer.get();
        assertEquals(total, received.get());
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        consume.countDown();
        consumerSocket.close();
        connections.close().syncUninterruptibly(); // before the loops end: there are promises to be kept
        loops.shutdownGracefully(100, 10_000, TimeUnit.MILLISECONDS).syncUninterruptibly();
    }
}
