// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

import io.ashlar.message.ObjectPool;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One trader: sends random orders, so many of them unanswered at a time, and checks each fill: its checksum, its number on the connection,
 * and that the order had as much open. On one event loop.
 */
final class Trader extends ChannelInboundHandlerAdapter {

    private static final int MIDDLE = Book.PRICES / 2;
    private static final int SPREAD = 4;
    private static final int MOST_QUANTITY = 100;
    private static final Side[] SIDES = Side.values();

    private final ObjectPool<Order> pool;
    private final SplittableRandom random;
    private final int window;
    private final Checksum orderChecksum = new Checksum(Order.CHECKSUM);
    private final Checksum fillChecksum = new Checksum(Fill.CHECKSUM);
    private final Histogram latencies;
    /** How much of each order is open; negative for one that was rejected, less one. */
    private final int[] open;

    private final byte[] side;
    private final CompletableFuture<Trader> sentAll = new CompletableFuture<>();
    private final CompletableFuture<Trader> hasAll = new CompletableFuture<>();

    // Synchronization: all belong to the event loop; read by others when hasAll is complete.
    private @Nullable ChannelHandlerContext context;
    private int nextOrder;
    private int answered;
    private long nextFill;
    private final long[] filled = new long[SIDES.length];

    Trader(ObjectPool<Order> pool, int orders, int window, long seed, Histogram latencies) {
        this.pool = pool;
        this.open = new int[orders];
        this.side = new byte[orders];
        this.window = window;
        this.random = new SplittableRandom(seed);
        this.latencies = latencies;
    }

    /** Completes when all orders have been answered; fills of those that rest may still come. */
    CompletableFuture<Trader> sentAll() {
        return sentAll;
    }

    /** Completes when all fills have come that were sent before {@link #finish}. */
    CompletableFuture<Trader> hasAll() {
        return hasAll;
    }

    /** How many fills have come. */
    long fills() {
        return nextFill;
    }

    /** How much was bought or sold. */
    long filled(Side which) {
        return filled[which.ordinal()];
    }

    /** How much is still in the book. */
    long open(Side which) {
        long sum = 0;
        for (int i = 0; i < open.length; i++) {
            sum += side[i] == which.ordinal() ? Math.max(0, open[i]) : 0;
        }
        return sum;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        send(ctx);
    }

    private void send(ChannelHandlerContext ctx) {
        boolean any = false;
        while (nextOrder < open.length && nextOrder - answered < window) {
            Order order = pool.acquire();
            Side which = SIDES[random.nextInt(SIDES.length)];
            int quantity = 1 + random.nextInt(MOST_QUANTITY);
            order.fill(nextOrder, System.nanoTime(), which, MIDDLE + random.nextInt(2 * SPREAD) - SPREAD, quantity);
            orderChecksum.seal(order);
            side[nextOrder] = (byte) which.ordinal();
            open[nextOrder++] = quantity;
            ctx.write(order, ctx.voidPromise());
            any = true;
        }
        if (any) {
            ctx.flush();
        }
    }

    /** Asks for an answer behind all fills so far. */
    void finish() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not connected");
        }
        ctx.executor().execute(() -> {
            Order question = pool.acquire();
            question.fill(nextOrder, System.nanoTime(), Side.BUY, 0, 0);
            orderChecksum.seal(question);
            ctx.writeAndFlush(question, ctx.voidPromise());
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        try (Fill fill = (Fill) msg) {
            take(fill);
        }
    }

    private void take(Fill fill) {
        fillChecksum.verify(fill);
        if (fill.number() != nextFill++) {
            throw new IllegalStateException(fill + " came where number=" + (nextFill - 1) + " was expected");
        }
        if (fill.kind() == Fill.Kind.ANSWERED) {
            hasAll.complete(this);
            return;
        }
        int id = (int) fill.orderId();
        if (id < 0 || id >= nextOrder || open[id] - fill.quantity() != fill.open()) {
            throw new IllegalStateException(
                    fill + " is for an order that had open=" + (id >= 0 && id < nextOrder ? open[id] : "nothing"));
        }
        open[id] = fill.kind() == Fill.Kind.REJECTED ? -1 - fill.open() : fill.open();
        filled[side[id]] += fill.quantity();
        if (fill.last()) {
            latencies.recordValue(Math.max(0, System.nanoTime() - fill.sentNanos()));
            answered++;
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (nextOrder < open.length) {
            send(ctx);
        } else if (answered == open.length) {
            sentAll.complete(this);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(new IllegalStateException("the gateway has closed the connection after " + answered + " answers"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(cause);
        ctx.close();
    }

    private void fail(Throwable cause) {
        sentAll.completeExceptionally(cause);
        hasAll.completeExceptionally(cause);
    }
}
