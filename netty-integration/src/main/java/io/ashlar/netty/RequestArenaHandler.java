// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelDuplexHandler;
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
    final ScopedAllocator scope;

    // Synchronization of all below: used by the channel's event loop only.
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBufAllocator before;
    private boolean removed;
    private @Nullable Exchange receiving;
    private final ArrayDeque<Exchange> unanswered = new ArrayDeque<>();
    /** Answered, but not known to be written. */
    private final ArrayDeque<Exchange> writing = new ArrayDeque<>();
    /** How many messages are on their way up from here. */
    private int reading;

    /** How many requests have begun and not ended. */
    private int open;
    /** What the arenas of the event loop have in common. */
    private @Nullable ArenaThread thread;

    private RequestArenaHandler(RequestArenas arenas, RequestBoundaries boundaries) {
        this.arenas = arenas;
        this.boundaries = boundaries;
        this.scope = new ScopedAllocator(arenas);
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
     * The arena of the request that is being handled. To be asked while a part of it goes through the pipeline; it may be kept, for tasks and
     * for answers from elsewhere, and serves this request only. {@link RequestArena#isOpen} tells whether it has ended meanwhile, {@link
     * RequestArena#onEnd} when it does. A request whose arena is never asked for costs no object.
     *
     * @param ctx a handler's context
     * @return the arena; null outside of a request, on another thread, or if the channel has no handler of this class
     */
    public static @Nullable RequestArena current(ChannelHandlerContext ctx) {
        if (!(ctx.alloc() instanceof ScopedAllocator scope)
                || !ctx.channel().eventLoop().inEventLoop()) {
            return null;
        }
        RequestArena arena = scope.arena();
        if (arena != null) {
            arena.isKnown = true;
        }
        return arena;
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
        context = ctx;
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
        endAll();
        leaveThreadIfDone();
    }

    private void leaveThreadIfDone() {
        ArenaThread left = thread;
        if (left != null && removed && open == 0) {
            thread = null;
            arenas.leave(left);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ctx.fireChannelInactive();
        endAll();
    }

    private void endAll() {
        receiving = null;
        List<Exchange> ended = new ArrayList<>(writing);
        ended.addAll(unanswered);
        writing.clear();
        unanswered.clear();
        ended.forEach(exchange -> exchange.answered = true); // all before any: a hook may do as much
        ended.forEach(this::endIfDone);
    }

    /** The channel may go on with another event loop: requests do not. */
    @Override
    public void channelUnregistered(ChannelHandlerContext ctx) {
        ctx.fireChannelUnregistered();
        endAll();
    }

    // ---- requests and answers

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (boundaries.begins(msg)) {
            receiving = begin();
        }
        Exchange exchange = receiving;
        if (exchange == null) {
            ctx.fireChannelRead(msg);
            return;
        }
        boolean complete = boundaries.completes(msg);
        RequestArena outer = exchange.enter();
        reading++;
        try {
            ctx.fireChannelRead(msg);
        } finally {
            reading--;
            exchange.leaveTo(outer);
            if (complete && receiving == exchange) {
                receiving = null;
            }
            endIfDone(exchange);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.fireChannelReadComplete();
        endWritten();
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
            told = promise.unvoid();
            exchange.written = told;
            writing.addLast(exchange);
        }
        RequestArena outer = exchange.enter();
        boolean exempt = exchange.arena.exempt(true);
        try {
            ctx.write(msg, told);
        } finally {
            exchange.arena.exempt(exempt);
            exchange.leaveTo(outer);
            endIfDone(exchange);
            if (reading == 0) {
                endWritten(); // otherwise it is flushed soon, or the reading ends
            }
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
            endWritten();
        }
    }

    /**
     * Ends the requests whose answers have been written, and has itself told of the next. Most answers are written when the flush
     * returns, so that a listener for each would be in vain.
     */
    void endWritten() {
        for (Exchange first = writing.peekFirst(); first != null; first = writing.peekFirst()) {
            if (!first.isWritten()) {
                first.listen();
                return;
            }
            writing.pollFirst();
            first.answered = true;
            endIfDone(first);
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

    private Exchange begin() {
        ArenaThread mine = thread;
        if (mine == null || !mine.isCurrent()) {
            if (mine != null) {
                arenas.leave(mine);
            }
            mine = arenas.ofCurrentThread();
            thread = mine;
        }
        Exchange exchange = mine.takeExchange();
        if (exchange == null) {
            exchange = new Exchange(arenas);
        }
        exchange.begin(this, mine);
        unanswered.addLast(exchange);
        open++;
        return exchange;
    }

    /** Ends an exchange that is answered, unless somebody is still at work in it further up the stack. */
    void endIfDone(Exchange exchange) {
        if (!exchange.answered || exchange.depth > 0 || exchange.ended) {
            return;
        }
        exchange.ended = true;
        open--;
        if (receiving == exchange) {
            receiving = null; // answered before it was complete; what still comes belongs to nothing
        }
        exchange.depth++; // hooks may do work in it
        try {
            exchange.arena.endRequest();
        } catch (Throwable thrownByHook) {
            context().fireExceptionCaught(thrownByHook);
        } finally {
            exchange.depth--;
        }
        exchange.forget();
        ArenaThread mine = thread;
        if (mine != null && !exchange.arena.isKnown) { // somebody could take it for that of the request that was
            mine.keepExchange(exchange);
        }
        leaveThreadIfDone();
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext c = context;
        assert c != null;
        return c;
    }
}
