// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import io.ashlar.examples.client.LoopThreads;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Loads a server over real sockets, from event loops of its own and with an allocator of its own: the same pooled one,
 * whatever the server uses.
 */
final class LoadClient implements AutoCloseable {

    private static final int LIGHT_CONNECTIONS = 16;
    private static final int SLOW_CONNECTIONS = 32;
    private static final int BULKY_CONNECTIONS = 6;
    private static final Duration UNTIL_STOPPED = Duration.ofDays(365);

    private final LoopThreads threads = new LoopThreads("ashlar-demo-client");
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(LoopThreads.COUNT, threads, NioIoHandler.newFactory());
    private final Bootstrap bootstrap = new Bootstrap()
            .group(loops)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.ALLOCATOR, new PooledByteBufAllocator(true))
            .handler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(new HttpResponseDecoder());
                }
            });

    private final Workload workload;
    private final long seed;

    LoadClient(long seed) {
        this.workload = new Workload(seed);
        this.seed = seed;
    }

    /**
     * Opens the connections and asks as fast as answers come.
     *
     * @param server who is asked
     * @param connections how many connections
     * @param depth requests in flight on each of them
     * @param length for how long
     * @return the run, under way
     * @throws IOException if the server does not take the connections
     */
    LoadRun start(InetSocketAddress server, int connections, int depth, Duration length) throws IOException {
        return start(server, workload, connections, depth, length, Pace.HEAVY);
    }

    /** Asks at leisure, some hundred times a second, until the run is stopped. */
    LoadRun startLight(InetSocketAddress server) throws IOException {
        return start(server, workload, LIGHT_CONNECTIONS, 1, UNTIL_STOPPED, Pace.LIGHT);
    }

    /** Besides a light load, large bodies that come slowly: what the server collects of them lives for seconds. Until the runs are stopped. */
    List<LoadRun> startBackground(InetSocketAddress server) throws IOException {
        Workload large = Workload.large(seed);
        return List.of(
                startLight(server),
                start(server, large, SLOW_CONNECTIONS, 1, UNTIL_STOPPED, Pace.SLOW),
                start(server, large, BULKY_CONNECTIONS, 1, UNTIL_STOPPED, Pace.BULKY));
    }

    private LoadRun start(
            InetSocketAddress server, Workload load, int connections, int depth, Duration length, Pace pace)
            throws IOException {
        List<Channel> channels = connect(server, connections);
        LoadRun run = new LoadRun(load, channels, length, pace);
        SplittableRandom seeds = new SplittableRandom(seed);
        for (Channel channel : channels) {
            LoadConnection connection = new LoadConnection(run, depth, seeds.split());
            channel.eventLoop().execute(() -> {
                channel.pipeline().addLast(connection);
                connection.fill(channel.pipeline().context(connection));
            });
        }
        return run;
    }

    private List<Channel> connect(InetSocketAddress server, int connections) throws IOException {
        List<ChannelFuture> connects = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            connects.add(bootstrap.connect(server));
        }
        List<Channel> channels = new ArrayList<>();
        for (ChannelFuture connect : connects) {
            if (connect.awaitUninterruptibly().isSuccess()) {
                channels.add(connect.channel());
            }
        }
        if (channels.size() < connections) {
            channels.forEach(Channel::close);
            throw new IOException("only " + channels.size() + " of " + connections + " connections could be opened");
        }
        return channels;
    }

    /** Closes what is still open and ends the event loops; when this returns their threads are gone. */
    @Override
    public void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        threads.join();
    }
}
