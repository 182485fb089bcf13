// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A server on real sockets whose allocator the test puts under pressure. */
final class PressedServer implements AutoCloseable {

    private static final int KIB = 1 << 10;

    final AshlarByteBufAllocator alloc;
    final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, Transport.CURRENT.handlers());
    final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel server;

    /**
     * Begins to accept.
     *
     * @param acceptor goes into the pipeline of the server channel
     * @param pipeline makes that of a connection
     */
    PressedServer(AshlarByteBufAllocator alloc, ChannelHandler acceptor, Consumer<Channel> pipeline) {
        this.alloc = alloc;
        server = alloc.install(new ServerBootstrap())
                .group(loops)
                .channel(Transport.CURRENT.serverChannel)
                .handler(acceptor)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        pipeline.accept(channel);
                        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                            @Override
                            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                                failures.add(cause);
                            }
                        });
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    SocketAddress address() {
        return server.localAddress();
    }

    Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.connect(address());
        return socket;
    }

    /** How many connections were accepted and are open. */
    int connections() {
        return connections.size();
    }

    /** Takes memory until nobody may read any more, in turns or otherwise, and every channel knows. */
    void press(int channels) {
        long enough = alloc.pressureStats().limitBytes() / 16 * 15;
        while (alloc.stats().usedBytes() < enough) {
            held.add(alloc.directBuffer(64 * KIB));
        }
        assertTrue(alloc.isUnderPressure());
        await("some are not paused", () -> alloc.readGate().paused() == channels);
    }

    void ease() {
        held.forEach(ByteBuf::release);
        held.clear();
    }

    /** Whoever could go on has the time to. */
    static void waitInVain() {
        sleep(300);
    }

    void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, () -> what + ": " + alloc.pressureStats() + " " + failures);
            sleep(2);
        }
    }

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        ease();
        server.close().syncUninterruptibly();
        connections.close().syncUninterruptibly();
        await("a channel is kept", () -> alloc.readGate().channels() == 0);
        assertEquals(0, alloc.readGate().paused());
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
        assertTrue(failures.isEmpty(), failures::toString);
        assertEquals(0, alloc.stats().failures());
        assertEquals(0, alloc.stats().outstanding());
        alloc.close();
    }
}
