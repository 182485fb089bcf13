// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives every request of a channel a {@link RequestArena}: while a handler is at work for it, {@code ctx.alloc()} serves from there,
 * and nothing else in the application changes.
 *
 * <p>It stands behind the codec and before all handlers of the application, from before the first request on: of an answer to a request that it
 * has not seen, it would believe that it is the answer to the next.
 * <pre>{@code
 * pipeline.addLast(new HttpServerCodec());
 * pipeline.addLast(RequestArenaHandler.http1(arenas));
 * pipeline.addLast(new HttpObjectAggregator(1 << 20));
 * pipeline.addLast(new MyHandler());
 * }</pre>
 *
 * <p><b>When it serves.</b> While a part of a request goes through the handlers behind this one, and while a part of the answer goes
 * through those before it, {@code ctx.alloc()} is the request's arena. At all other times it is the arenas' parent: for reading from the
 * socket, for a flush and what TLS makes of it, in a task, in a timer, in {@code channelReadComplete}. Such code calls {@link RequestArena#run} to be back in its request;
 * {@link #current} tells which that is.
 *
 * <p><b>When a request ends:</b> as soon as the last part of its answer has been written to the socket, or the writing has failed;
 * when the channel becomes inactive; when this handler is removed. Buffers that are still in use then stay valid, as {@link RequestArena}
 * explains. Several requests may be under way at once; each has its arena.
 *
 * <p><b>Thread safety.</b> One object for one channel, on the channel's event loop: adding it with another executor is refused.
 * Handlers behind it may have one: on its threads {@code ctx.alloc()} serves from the parent.
 */
public final class RequestArenaHandler extends ChannelDuplexHandler {

    private final RequestArenas arenas;
    private final RequestBoundaries boundaries;
    private final ScopedAllocator scope;

    // Synchronization of all below: used by the channel's event loop only.
    private @Nullable ByteBufAllocator before;
    private boolean removed;
    private @Nullable Exchange receiving;
    private final ArrayDeque<Exchange> unanswered = new ArrayDeque<>();
    private final List<Exchange> open = new ArrayList<>();
    private final ArrayDeque<Exchange> spare = new ArrayDeque<>();

    private RequestArenaHandler(RequestArenas arenas, RequestBoundaries boundaries) {
        this.arenas = arenas;
        this.boundaries = boundaries;
        this.scope = new ScopedAllocator(arenas.parent());
    }

    /**
     * A handler for a channel that speaks HTTP/1.1 in Netty's {@code HttpObject}s: behind an {@code HttpServerCodec}, or in a stream
     * of HTTP/2 behind an {@code Http2StreamFrameToHttpObjectCodec}. Needs {@code netty-codec-http}.
     *
     * @param arenas makes the arenas
     * @return a new handler
     */
    public static RequestArenaHandler http1(RequestArenas arenas) {
        return of(arenas, new Http1Boundaries());
    }

    /**
     * A handler for a stream of HTTP/2 that speaks in frames, as the child channels of an {@code Http2MultiplexHandler} do. Needs
     * {@code netty-codec-http2}.
     *
     * @param arenas makes the arenas
     * @return a new handler
     */
    public static RequestArenaHandler http2(RequestArenas arenas) {
        return of(arenas, new Http2Boundaries());
    }

    /**
     * A handler for a protocol of your own.
     *
     * @param arenas makes the arenas
     * @param boundaries tells where requests begin and end in this channel
     * @return a new handler
     */
    public static RequestArenaHandler of(RequestArenas arenas, RequestBoundaries boundaries) {
        return new RequestArenaHandler(arenas, boundaries);
    }

    /**
     * The arena of the request that is being handled. To be asked while a part of it goes through the pipeline, and kept until the request
     * has ended: after that the same object serves another request of the channel. {@link RequestArena#onEnd} tells when that is.
     *
     * @param ctx a handler's context
     * @return the arena; null outside of a request, on another thread, or if the channel has no handler of this class
     */
    public static @Nullable RequestArena current(ChannelHandlerContext ctx) {
        return ctx.alloc() instanceof ScopedAllocator scope
                        && ctx.channel().eventLoop().inEventLoop()
                ? scope.arena()
                : null;
    }

    // ---- being there or not

    /**
     * Takes over the channel's allocator.
     *
     * @throws IllegalStateException if the channel has such a handler already, or if this one was added with an executor of its own
     */
    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ByteBufAllocator found = ctx.channel().config().getAllocator();
        if (found instanceof ScopedAllocator) {
            throw new IllegalStateException(
                    "channel " + ctx.channel()
                            + " has a RequestArenaHandler already: two of them would not agree on which request is being handled");
        }
        if (ctx.channel().isRegistered() && ctx.executor() != ctx.channel().eventLoop()) {
            throw new IllegalStateException("RequestArenaHandler was added to channel " + ctx.channel()
                    + " with an executor of its own: request arenas belong to the event loop, so add it without one");
        }
        before = found;
        ctx.channel().config().setAllocator(scope);
    }

    /** Gives the channel its allocator back, and ends all requests. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ByteBufAllocator original = before;
        if (original != null && ctx.channel().config().getAllocator() == scope) {
            ctx.channel().config().setAllocator(original);
        }
        before = null;
        removed = true;
        endAll(ctx);
        for (Exchange exchange : spare) {
            exchange.arena.closeArena();
        }
        spare.clear();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ctx.fireChannelInactive();
        endAll(ctx);
    }

    private void endAll(ChannelHandlerContext ctx) {
        receiving = null;
        unanswered.clear();
        for (Exchange exchange : List.copyOf(open)) { // a hook may end others
            exchange.answered = true;
            endIfDone(ctx, exchange);
        }
    }

    /** The channel may go on with another event loop: requests do not. */
    @Override
    public void channelUnregistered(ChannelHandlerContext ctx) {
        ctx.fireChannelUnregistered();
        endAll(ctx);
    }

    // ---- requests and answers

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (boundaries.begins(msg)) {
            receiving = begin(ctx);
        }
        Exchange exchange = receiving;
        if (exchange == null) {
            ctx.fireChannelRead(msg);
            return;
        }
        boolean complete = boundaries.completes(msg);
        RequestArena outer = exchange.enter();
        try {
            ctx.fireChannelRead(msg);
        } finally {
            exchange.leaveTo(outer);
            if (complete && receiving == exchange) {
                receiving = null;
            }
            endIfDone(ctx, exchange);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        Exchange exchange = unanswered.peekFirst();
        if (exchange == null) {
            ctx.write(msg, promise);
            return;
        }
        ChannelPromise told = promise;
        if (boundaries.answers(msg)) {
            unanswered.pollFirst();
            told = promise.unvoid().addListener(exchange);
        }
        RequestArena outer = exchange.enter();
        boolean exempt = exchange.arena.exempt(true);
        try {
            ctx.write(msg, told);
        } finally {
            exchange.arena.exempt(exempt);
            exchange.leaveTo(outer);
            endIfDone(ctx, exchange);
        }
    }

    /** Outside of any request: what a flush allocates, such as the records of TLS, belongs to the connection. */
    @Override
    public void flush(ChannelHandlerContext ctx) {
        RequestArena outer = scope.enter(null);
        try {
            ctx.flush();
        } finally {
            scope.leaveTo(outer);
        }
    }

    /** Outside of any request: what is read is not known to belong to it. */
    @Override
    public void read(ChannelHandlerContext ctx) {
        RequestArena outer = scope.enter(null);
        try {
            ctx.read();
        } finally {
            scope.leaveTo(outer);
        }
    }

    private Exchange begin(ChannelHandlerContext ctx) {
        Exchange exchange = spare.pollLast();
        if (exchange == null) {
            exchange = new Exchange(ctx);
        }
        exchange.begin();
        unanswered.addLast(exchange);
        open.add(exchange);
        return exchange;
    }

    /** Ends an exchange that is answered, unless somebody is still at work in it further up the stack. */
    private void endIfDone(ChannelHandlerContext ctx, Exchange exchange) {
        if (!exchange.answered || exchange.depth > 0 || !open.remove(exchange)) {
            return;
        }
        if (receiving == exchange) {
            receiving = null; // answered before it was complete; what still comes belongs to nothing
        }
        exchange.depth++; // hooks may do work in it
        try {
            exchange.arena.endRequest();
        } catch (Throwable thrownByHook) {
            ctx.fireExceptionCaught(thrownByHook);
        } finally {
            exchange.depth--;
        }
        if (removed) {
            exchange.arena.closeArena();
        } else {
            spare.addLast(exchange);
        }
    }

    /** One request and its answer; used again for later ones of the channel. */
    private final class Exchange implements ChannelFutureListener {

        private final ChannelHandlerContext ctx;
        private final RequestArena arena;
        private boolean answered;
        /** How many calls further up the stack are at work in it. */
        private int depth;

        Exchange(ChannelHandlerContext ctx) {
            this.ctx = ctx;
            this.arena = arenas.newArena(this::run);
        }

        private void run(Runnable work) {
            RequestArena outer = enter();
            try {
                work.run();
            } finally {
                leaveTo(outer);
                endIfDone(ctx, this);
            }
        }

        void begin() {
            answered = false;
            arena.beginRequest();
        }

        @Nullable
        RequestArena enter() {
            depth++;
            return scope.enter(arena);
        }

        void leaveTo(@Nullable RequestArena outer) {
            depth--;
            scope.leaveTo(outer);
        }

        @Override
        public void operationComplete(ChannelFuture written) {
            answered = true;
            endIfDone(ctx, this);
        }
    }
}
