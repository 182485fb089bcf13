// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

import io.ashlar.examples.client.LoopThreads;
import io.ashlar.message.ObjectPool;
import io.ashlar.message.ObjectPoolStats;
import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.netty.FixedMessageDecoder;
import io.ashlar.netty.FixedMessageEncoder;
import io.ashlar.netty.Messages;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** The gateway on the loopback address: one event loop, which has all connections and the book. */
final class GatewayServer implements AutoCloseable {

    /** For the orders that rest, and for the fills that are on their way; bytes. */
    private static final int MEMORY = 8 << 20;

    private final AshlarByteBufAllocator allocator =
            AshlarByteBufAllocator.builder().name("gateway").limit(64L << 20).build();
    private final ObjectPool<Order> orders = Messages.poolBuilder(Order.SCHEMA, Order::new)
            .name("orders")
            .source(LastingMemory.of(MEMORY))
            .limit(MEMORY)
            .build();
    private final ObjectPool<Fill> fills;
    private final Book book = new Book();
    private final Unflushed unflushed = new Unflushed();
    private final Failures failures = new Failures();
    private final LoopThreads threads = new LoopThreads("gateway");
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, threads, NioIoHandler.newFactory());
    private final Channel listener;

    GatewayServer() {
        this(MEMORY);
    }

    /** With a limit of the bytes of the fills that traders have not read. */
    GatewayServer(int fillsLimit) {
        fills = Messages.poolBuilder(Fill.SCHEMA, Fill::new)
                .name("fills")
                .source(LastingMemory.of(fillsLimit))
                .limit(fillsLimit)
                .build();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.config().setTcpNoDelay(true);
                        channel.pipeline()
                                .addLast(new FixedMessageDecoder<>(orders))
                                .addLast(new FixedMessageEncoder<>(Fill.class))
                                .addLast(new Gateway(book, fills, unflushed, failures));
                    }
                });
        listener = allocator
                .install(bootstrap)
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    Failures failures() {
        return failures;
    }

    LoopThreads threads() {
        return threads;
    }

    ObjectPoolStats orders() {
        return orders.stats();
    }

    ObjectPoolStats fills() {
        return fills.stats();
    }

    long buffersOutstanding() {
        return allocator.stats().outstanding();
    }

    /** How many orders rest in the book. */
    int ordersInBook() {
        return loop.submit(book::orders).syncUninterruptibly().getNow();
    }

    /** How much is open in the book, of one side. */
    long open(Side side) {
        return loop.submit(() -> book.open(side)).syncUninterruptibly().getNow();
    }

    @Override
    public void close() {
        // Quiet for a moment before it ends, so that the handlers hear that their connections are closed, and release
        // what they have.
        loop.shutdownGracefully(50, 5_000, TimeUnit.MILLISECONDS).syncUninterruptibly();
        threads.join();
        orders.close();
        fills.close();
        allocator.close();
    }
}
