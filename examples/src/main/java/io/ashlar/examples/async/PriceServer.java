// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.async;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.netty.RequestArenaHandler;
import io.ashlar.netty.RequestArenaStats;
import io.ashlar.netty.RequestArenas;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** An HTTP/1.1 server on the loopback address that tells prices: {@code GET /price/<item>}. */
final class PriceServer implements AutoCloseable {

    private final AshlarByteBufAllocator allocator =
            AshlarByteBufAllocator.builder().name("prices").limit(64L << 20).build();
    private final RequestArenas arenas =
            RequestArenas.builder(allocator).budget(1 << 20).build();
    private final PriceService service = new PriceService();
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(2, new DefaultThreadFactory("price-server"), NioIoHandler.newFactory());
    private final Channel listener;

    PriceServer() {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(RequestArenaHandler.http1(arenas))
                                .addLast(new HttpObjectAggregator(64 << 10))
                                .addLast(new PriceHandler(service));
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

    RequestArenaStats arenas() {
        return arenas.stats();
    }

    long buffersOutstanding() {
        return allocator.stats().outstanding();
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        service.close();
        allocator.close();
    }
}
