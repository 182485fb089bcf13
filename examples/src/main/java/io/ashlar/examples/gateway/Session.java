// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

import io.ashlar.examples.client.LoopThreads;
import io.ashlar.message.ObjectPool;
import io.ashlar.message.ObjectPoolStats;
import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.netty.FixedMessageDecoder;
import io.ashlar.netty.FixedMessageEncoder;
import io.ashlar.netty.Messages;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/** Several traders at once, on one event loop, from their first order to their last fill. */
final class Session implements AutoCloseable {

    private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int DIGITS = 3;
    /** For the orders, and for the fills; bytes. */
    private static final int MEMORY = 4 << 20;
    /** How many orders of each trader are unanswered at a time. */
    static final int WINDOW = 256;

    private final AshlarByteBufAllocator allocator =
            AshlarByteBufAllocator.builder().name("traders").limit(64L << 20).build();
    private final ObjectPool<Order> orders = Messages.poolBuilder(Order.SCHEMA, Order::new)
            .name("orders to send")
            .source(LastingMemory.of(MEMORY))
            .limit(MEMORY)
            .build();
    private final ObjectPool<Fill> fills = Messages.poolBuilder(Fill.SCHEMA, Fill::new)
            .name("fills to read")
            .source(LastingMemory.of(MEMORY))
            .limit(MEMORY)
            .build();
    private final LoopThreads threads = new LoopThreads("traders");
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, threads, NioIoHandler.newFactory());
    private final Histogram latencies = new Histogram(MOST_NANOS, DIGITS);
    private final List<Trader> traders = new ArrayList<>();

    /**
     * Connects the traders, who begin at once.
     *
     * @param gateway where to
     * @param count how many traders
     * @param ordersEach how many orders each of them sends
     * @param seed what they draw their orders from
     */
    Session(InetSocketAddress gateway, int count, int ordersEach, long seed) {
        for (int i = 0; i < count; i++) {
            Trader trader = new Trader(orders, ordersEach, WINDOW, seed + i, latencies);
            traders.add(trader);
            Bootstrap bootstrap = new Bootstrap()
                    .group(loop)
                    .channel(NioSocketChannel.class)
                    .handler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            channel.config().setTcpNoDelay(true);
                            channel.pipeline()
                                    .addLast(new FixedMessageDecoder<>(fills))
                                    .addLast(new FixedMessageEncoder<>(Order.class))
                                    .addLast(trader);
                        }
                    });
            allocator.install(bootstrap).connect(gateway).syncUninterruptibly();
        }
    }

    /**
     * Waits until all orders have been answered and all fills have come.
     *
     * @throws java.util.concurrent.CompletionException if a trader has found something wrong
     */
    void await() {
        CompletableFuture.allOf(traders.stream().map(Trader::sentAll).toArray(CompletableFuture[]::new))
                .join();
        traders.forEach(Trader::finish); // nobody fills anybody's orders any more
        CompletableFuture.allOf(traders.stream().map(Trader::hasAll).toArray(CompletableFuture[]::new))
                .join();
    }

    /** How many orders have been sent so far, about. */
    long sent() {
        return orders.stats().acquired();
    }

    /** How many fills have come so far, about. */
    long received() {
        return fills.stats().acquired();
    }

    long sum(ToLongFunction<Trader> figure) {
        return traders.stream().mapToLong(figure).sum();
    }

    /** From an order to the end of what its arrival has caused; to be read when all is over. */
    Histogram latencies() {
        return latencies;
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
