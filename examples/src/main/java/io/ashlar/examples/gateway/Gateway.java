// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

import io.ashlar.message.ObjectPool;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * One trader's connection, as the server sees it: orders go into the book, fills come out of it. All connections are on the same event loop, which
 * owns the book.
 */
final class Gateway extends ChannelInboundHandlerAdapter implements Executions {

    /** Orders in the wrong sequence, or with values that make no sense, or fills that nobody reads. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    private final Book book;
    private final ObjectPool<Fill> fills;
    private final Unflushed unflushed;
    private final Failures failures;
    private final Checksum orderChecksum = new Checksum(Order.CHECKSUM);
    private final Checksum fillChecksum = new Checksum(Fill.CHECKSUM);

    private @Nullable ChannelHandlerContext context;
    private long nextOrder;
    private long nextFill;

    /** Whether this is in the list of connections to flush. */
    boolean written;

    Gateway(Book book, ObjectPool<Fill> fills, Unflushed unflushed, Failures failures) {
        this.book = book;
        this.fills = fills;
        this.unflushed = unflushed;
        this.failures = failures;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        Order order = (Order) msg;
        try {
            check(order);
        } catch (RuntimeException e) {
            order.release();
            throw e;
        }
        if (order.quantity() == 0) {
            write(order, Fill.Kind.ANSWERED, 0, 0, true);
            order.release();
        } else {
            book.enter(order, this);
        }
    }

    private void check(Order order) {
        orderChecksum.verify(order);
        if (order.id() != nextOrder) {
            throw new RefusedException("order id=" + order.id() + " came where id=" + nextOrder + " was expected");
        }
        nextOrder++;
        if (order.price() < 0
                || order.price() >= Book.PRICES
                || order.quantity() < 0
                || order.open() != order.quantity()) {
            throw new RefusedException("the values of " + order + " make no sense");
        }
        order.side(); // fails if it is none
    }

    @Override
    public void filled(Order order, int price, int quantity, boolean last) {
        write(order, Fill.Kind.FILLED, price, quantity, last);
    }

    @Override
    public void rests(Order order) {
        write(order, Fill.Kind.RESTS, order.price(), 0, true);
    }

    @Override
    public void rejected(Order order) {
        write(order, Fill.Kind.REJECTED, order.price(), 0, true);
    }

    private void write(Order order, Fill.Kind kind, int price, int quantity, boolean last) {
        ChannelHandlerContext ctx = context;
        if (ctx == null || !ctx.channel().isActive()) {
            return; // the trader has gone, and his orders are about to
        }
        Fill fill = fills.tryAcquire();
        if (fill == null) { // who cannot be told what happens to his orders does not trade on
            failures.add(new RefusedException("no fill is left for a trader who reads too slowly: " + fills));
            ctx.close();
            return;
        }
        fill.fill(nextFill++, order, kind, price, quantity, last);
        fillChecksum.seal(fill);
        ctx.write(fill, ctx.voidPromise());
        unflushed.add(this);
    }

    void flush() {
        if (context != null) {
            context.flush();
        }
    }

    /** Whoever has got fills gets them now: also traders whose orders were taken by others. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        unflushed.flush();
    }

    /** Who does not read his fills sends no orders. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(ctx.channel().isWritable());
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        book.removeAll(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failures.add(cause);
        ctx.close();
    }
}
