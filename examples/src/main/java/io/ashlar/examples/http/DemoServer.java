// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import io.ashlar.examples.client.LoopThreads;
import io.ashlar.examples.dashboard.Dashboard;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 server on the loopback address.
 *
 * <p>It is an ordinary Netty server. Which allocator it uses is decided by one function on its bootstrap, and nothing
 * else in it knows.
 */
public final class DemoServer implements AutoCloseable {

    /** The longest request body that is taken, in bytes; what is longer is answered with 413. */
    static final int MAX_BODY = 64 << 20;

    /** What the unsent answers of a connection may hold, in bytes, before the server stops reading from it. */
    private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(256 << 10, 1 << 20);

    private final LoopThreads threads = new LoopThreads("ashlar-demo-server");
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(LoopThreads.COUNT, threads, NioIoHandler.newFactory());
    private final ChannelGroup connections = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);
    private final InetSocketAddress address;

    private DemoServer(
            int port,
            UnaryOperator<ServerBootstrap> allocator,
            PrometheusMeterRegistry metrics,
            Consumer<ChannelPipeline> handlers,
            @Nullable Dashboard dashboard)
            throws CannotListenException {
        Timer timer = RequestTimes.timer(metrics);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        connections.add(channel);
                        ChannelPipeline pipeline =
                                channel.pipeline().addLast(new UnsentLimit()).addLast(new HttpServerCodec());
                        handlers.accept(pipeline);
                        pipeline.addLast(new HttpObjectAggregator(MAX_BODY))
                                .addLast(new RoutingHandler(metrics, dashboard, new RequestTimes(timer)));
                    }
                });
        ChannelFuture bind = allocator.apply(bootstrap).bind("127.0.0.1", port).awaitUninterruptibly();
        if (!bind.isSuccess()) {
            close();
            throw new CannotListenException(port, bind.cause());
        }
        Channel listener = bind.channel();
        connections.add(listener);
        address = (InetSocketAddress) listener.localAddress();
    }

    /**
     * Starts a server.
     *
     * @param port the port to listen on, 0 for any free one
     * @param allocator puts the allocator on the bootstrap
     * @param metrics what {@code /metrics} shows; the server adds a timer of its requests
     * @return the listening server
     * @throws CannotListenException if the port is taken or not permitted
     */
    public static DemoServer start(int port, UnaryOperator<ServerBootstrap> allocator, PrometheusMeterRegistry metrics)
            throws CannotListenException {
        return start(port, allocator, metrics, pipeline -> {});
    }

    /**
     * Starts a server with further handlers.
     *
     * @param port the port to listen on, 0 for any free one
     * @param allocator puts the allocator on the bootstrap
     * @param metrics what {@code /metrics} shows; the server adds a timer of its requests
     * @param handlers adds handlers to each connection, when the HTTP codec is there and what answers requests is not
     * @return the listening server
     * @throws CannotListenException if the port is taken or not permitted
     */
    public static DemoServer start(
            int port,
            UnaryOperator<ServerBootstrap> allocator,
            PrometheusMeterRegistry metrics,
            Consumer<ChannelPipeline> handlers)
            throws CannotListenException {
        return start(port, allocator, metrics, handlers, null);
    }

    /**
     * Starts a server with further handlers, and a page about its allocator.
     *
     * @param port the port to listen on, 0 for any free one
     * @param allocator puts the allocator on the bootstrap
     * @param metrics what {@code /metrics} shows; the server adds a timer of its requests
     * @param handlers adds handlers to each connection, when the HTTP codec is there and what answers requests is not
     * @param dashboard what {@code /dashboard} shows, or null if nothing is to be there
     * @return the listening server
     * @throws CannotListenException if the port is taken or not permitted
     */
    public static DemoServer start(
            int port,
            UnaryOperator<ServerBootstrap> allocator,
            PrometheusMeterRegistry metrics,
            Consumer<ChannelPipeline> handlers,
            @Nullable Dashboard dashboard)
            throws CannotListenException {
        return new DemoServer(port, allocator, metrics, handlers, dashboard);
    }

    /**
     * Where it listens.
     *
     * @return the address, with the port that was chosen
     */
    public InetSocketAddress address() {
        return address;
    }

    String url() {
        return "http://127.0.0.1:" + address.getPort();
    }

    LoopThreads threads() {
        return threads;
    }

    /** Connections that are open at the moment. */
    int openConnections() {
        return Math.max(0, connections.size() - 1);
    }

    /** Closes all connections and ends the event loops; when this returns their threads are gone. */
    @Override
    public void close() {
        connections.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        threads.join();
    }

    /** The port cannot be had. The message is one line, for the person who chose the port. */
    public static final class CannotListenException extends Exception {
        private static final long serialVersionUID = 1L;

        CannotListenException(int port, Throwable cause) {
            super("cannot listen on 127.0.0.1:" + port + " (" + cause.getMessage() + "): choose another --port", cause);
        }
    }
}
