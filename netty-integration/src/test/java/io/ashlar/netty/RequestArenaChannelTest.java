// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * Request arenas in channels with real sockets, under requests that do whatever applications do: answers late and in parts, from other
 * threads and out of order; buffers kept far beyond their request; exceptions, resets, closed connections, budgets that are not enough.
 * Every byte of every buffer and of every answer is checked, and at the end nothing may be left.
 *
 * <p>What a request does follows from the seed and its number. Run again with {@code -Dashlar.test.seed=...}, longer with
 * {@code -Dashlar.test.ops=1000000}: the requests of both protocols together. Where every buffer is wrapped to find leaks, it is a
 * quarter of these.
 */
@Sockets
class RequestArenaChannelTest {

    private static final int REQUESTS = Integer.getInteger("ashlar.test.ops", 20_000)
            / (ResourceLeakDetector.getLevel() == ResourceLeakDetector.Level.PARANOID ? 4 : 1);
    private static final int MOST_SECONDS = 60;

    /** Tells of each frame that comes for a stream that was reset, which here are many. Held so that its level stays. */
    private static final Logger HTTP2_LOG = Logger.getLogger("io.netty.handler.codec.http2");

    static {
        HTTP2_LOG.setLevel(Level.WARNING);
    }

    private final long seed = Seed.of(RequestArenaChannelTest.class);
    private final AshlarByteBufAllocator parent = allocator("request-arena-server");
    private final AshlarByteBufAllocator clients = allocator("request-arena-client");
    private final RequestArenas arenas =
            RequestArenas.builder(parent).longestRun(256 << 10).budget(1 << 20).build();
    private final EventLoopGroup acceptor = loops("acceptor", 1);
    private final EventLoopGroup serverLoops = loops("server", 2);
    private final EventLoopGroup clientLoops = loops("client", 1);

    private static AshlarByteBufAllocator allocator(String name) {
        return AshlarByteBufAllocator.builder()
                .name(name)
                .regionSize(4 << 20)
                .limit(512 << 20)
                .build();
    }

    private static EventLoopGroup loops(String name, int threads) {
        return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name), Transport.CURRENT.handlers());
    }

    @Test
    void http1WithPipelining() throws Exception {
        ArenaTestLoad load = new ArenaTestLoad(seed, REQUESTS - REQUESTS / 2, false);
        run(load, 4);
        assertTrue(load.interim.sum() > 0, "nobody expected 100 Continue");
    }

    @Test
    void http2WithManyStreams() throws Exception {
        run(new ArenaTestLoad(seed, REQUESTS / 2, true), 2);
    }

    private void run(ArenaTestLoad load, int connections) throws Exception {
        try {
            SocketAddress address = listen(load).localAddress();
            for (int i = 0; i < connections; i++) {
                connect(load, address);
            }
            load.await();
        } finally {
            shutDown(clientLoops, acceptor, serverLoops);
            load.close();
            System.out.println(load);
            System.out.println(arenas.stats());
        }
        load.rethrow();
        verify(load);
    }

    private Channel listen(ArenaTestLoad load) throws InterruptedException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(acceptor, serverLoops)
                .channel(Transport.CURRENT.serverChannel)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (load.http2) {
                            ArenaTestHttp2.initServer(channel, load, arenas);
                        } else {
                            ArenaTestHttp1.initServer(channel, load, arenas);
                        }
                    }
                });
        return parent.install(bootstrap)
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
    }

    private void connect(ArenaTestLoad load, SocketAddress address) {
        Bootstrap bootstrap = new Bootstrap()
                .group(clientLoops)
                .channel(Transport.CURRENT.channel)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (load.http2) {
                            ArenaTestHttp2.initClient(channel, load, () -> connect(load, address));
                        } else {
                            ArenaTestHttp1.initClient(channel, load, () -> connect(load, address));
                        }
                    }
                });
        clients.install(bootstrap).connect(address).addListener((ChannelFutureListener) connected -> {
            if (!connected.isSuccess()) {
                load.fail(connected.cause());
            }
        });
    }

    private static void shutDown(EventLoopGroup... groups) throws InterruptedException {
        List<String> running = new ArrayList<>();
        for (EventLoopGroup group : groups) {
            group.shutdownGracefully(50, MOST_SECONDS * 1000L, TimeUnit.MILLISECONDS);
            if (!group.awaitTermination(2 * MOST_SECONDS, TimeUnit.SECONDS)) {
                running.add(group.toString());
            }
        }
        assertEquals(List.of(), running, "loops still running");
    }

    private void verify(ArenaTestLoad load) {
        RequestArenaStats stats = arenas.stats();
        assertEquals(load.requests, load.answered.sum() + load.lost.sum());
        assertTrue(load.answered.sum() > load.requests / 2, load::toString);
        assertEquals(0, stats.open(), stats::toString);
        assertEquals(load.begun.sum(), stats.requests(), load::toString);
        assertEquals(load.hooks.sum(), load.hooksRun.sum(), load::toString);
        assertEquals(load.budgetHits.sum(), stats.budgetHits());
        assertTrue(stats.budgetHits() > 0, stats::toString);
        assertTrue(stats.escapes() > 0 && stats.escapedBuffers() >= stats.escapes(), stats::toString);
        assertTrue(load.lost.sum() > 0, load::toString);
        assertTrue(load.offLoop.sum() > 0, load::toString);
        for (AshlarByteBufAllocator allocator : List.of(parent, clients)) {
            assertEquals(0, allocator.stats().outstanding(), allocator::toString);
            assertEquals(0, allocator.stats().usedBytes(), allocator::toString);
            assertEquals(0, allocator.heapStats().outstanding(), allocator::toString);
            allocator.close();
            assertEquals(0, allocator.stats().reservedBytes(), allocator::toString);
        }
    }
}
