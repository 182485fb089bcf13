// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import org.jspecify.annotations.Nullable;

/**
 * Has a channel stop reading while its allocator is under pressure, so that the peer has to wait instead of this process running out of memory.
 *
 * <p>It comes first in the pipeline, before TLS and the codec, and also into the pipeline of the server channel, which then accepts nobody:
 * <pre>{@code
 * AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder().limit(512L << 20).build();
 * bootstrap.handler(new MemoryPressureHandler(alloc));
 * bootstrap.childHandler(new ChannelInitializer<>() {
 *     protected void initChannel(Channel channel) {
 *         channel.pipeline().addLast(new MemoryPressureHandler(alloc), new HttpServerCodec(), new MyHandler());
 *     }
 * });
 * }</pre>
 *
 * <p><b>HTTP/2.</b> It belongs into the pipeline of each stream ({@code Http2MultiplexHandler}'s child channels), and not into that of the
 * connection: on a connection that reads nothing there arrive no window updates either, which others wait for to send what they hold. A stream that does
 * not read does not give its window back, so its peer stops.
 *
 * <p><b>What it does.</b> Under pressure ({@link AshlarByteBufAllocator#isUnderPressure()}) it holds {@code read()} back, whoever calls it, and takes
 * back what has been asked of the transport. {@code autoRead} stays as the application has set it and may be changed meanwhile. A read by hand that was
 * under way already may still bring its buffer. When pressure has ended, channels go on in the order in which they stopped, some at a time. As pressure
 * may be due to messages of which a part has been received, channels read on in turn while it lasts, one at a time, as long as half of the bytes
 * between the high watermark and the limit are free. If these are used up too, only what answers, writes and time-outs free lets anybody go on: a
 * {@code ReadTimeoutHandler} ends what would wait for ever.
 *
 * <p>While a channel is paused it does not see that its peer has closed the connection, as with {@code autoRead} off, and idle-state handlers see no reads.
 *
 * <p><b>When it lets go.</b> When pressure ends; when it is removed; when the allocator is closed. A channel that is closed is forgotten.
 *
 * <p><b>Cost.</b> A few volatile reads per message, an atomic addition per buffer that is read from a socket, and a look at the pool's figures for each 64th
 * of its limit that was read.
 *
 * <p><b>Thread safety.</b> One object for one channel, on the channel's event loop: adding it with another executor is refused.
 */
public final class MemoryPressureHandler extends ChannelDuplexHandler {

    private final ReadGate gate;

    // Synchronization: set on the event loop before the gate knows this object.
    private @Nullable ChannelHandlerContext context;
    // Synchronization: guarded by the gate's lock. Whether a task that lets the channel go on is under way.
    boolean asked;
    // Synchronization: volatile; written by the event loop, read by the gate. Whether something was read since the
    // channel was paused or had a turn.
    volatile boolean hasRead;

    // Synchronization of all below: used by the channel's event loop only.
    private @Nullable PressureReads reads;

    private boolean paused;
    /** Whether a read by hand was held back. */
    private boolean readHeld;
    /** Whether a read was let through in a turn. */
    private boolean atTurn;

    /**
     * A handler for one channel.
     *
     * @param allocator whose pressure counts: the one that the channel reads with
     */
    public MemoryPressureHandler(AshlarByteBufAllocator allocator) {
        this(allocator.readGate());
    }

    MemoryPressureHandler(ReadGate gate) {
        this.gate = gate;
    }

    // ---- being there or not

    /**
     * Pauses the channel if there is pressure already. On a closed channel it does nothing.
     *
     * @throws IllegalStateException if it was added with an executor of its own
     */
    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (ctx.channel().isRegistered() && ctx.executor() != ctx.channel().eventLoop()) {
            throw new IllegalStateException("MemoryPressureHandler was added to channel " + ctx.channel()
                    + " with an executor of its own: reading belongs to the event loop, so add it without one");
        }
        context = ctx;
        if (ctx.channel().isOpen()) {
            gate.enter(this);
            PressureReads mine = new PressureReads(config().getRecvByteBufAllocator(), this);
            config().setRecvByteBufAllocator(mine);
            reads = mine;
            if (ctx.channel().isRegistered()) {
                pauseUnderPressure();
            }
        }
    }

    /** Lets the channel go on. A channel that is closed removes its handlers, too. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        gate.leave(this);
        ChannelConfig config = ctx.channel().config();
        PressureReads mine = reads;
        if (mine != null && config.getRecvByteBufAllocator() == mine) {
            config.setRecvByteBufAllocator(mine.before());
        }
        if (paused && ctx.channel().isOpen()) {
            letGo();
        }
    }

    /** Null if there is none, or none any more. */
    @Nullable
    EventLoop eventLoop() {
        return context().channel().isRegistered() ? context().channel().eventLoop() : null;
    }

    /** Servers have nothing to read that would free memory. */
    boolean isServer() {
        return context().channel() instanceof ServerChannel;
    }

    // ---- what passes by

    @Override
    public void read(ChannelHandlerContext ctx) {
        pauseUnderPressure();
        if (paused) {
            readHeld = !config().isAutoRead();
            endTurn();
        } else {
            ctx.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (gate.isUnderPressure()) {
            hasRead = true;
        }
        ctx.fireChannelRead(msg);
    }

    /** Whether it may read one buffer after the other: not while others wait. */
    boolean mayReadOn() {
        return !gate.isUnderPressure() && !gate.isCrowded();
    }

    /** Whether the next read may have a buffer of any size. That of a datagram always may: what does not fit would be lost. */
    boolean mayReadMuch() {
        return atTurn || !gate.isUnderPressure() || context().channel() instanceof DatagramChannel;
    }

    void reads(int bytes) {
        gate.reads(bytes);
    }

    // ---- what the gate asks for, in tasks of the event loop

    /** Pauses the channel if there is pressure and it is not paused yet. */
    void pauseUnderPressure() {
        if (!paused
                && gate.isUnderPressure()
                && context().channel().isOpen()
                && !context().isRemoved()) {
            paused = true;
            gate.pauses(this);
            takeBack();
        }
    }

    /**
     * Takes back what the transport was asked for. Only switching {@code autoRead} off does that; on again, it makes the channel read, which is held
     * back. So the application finds the flag as it left it, and may change it.
     */
    private void takeBack() {
        if (config().isAutoRead()) {
            config().setAutoRead(false);
            config().setAutoRead(true);
        }
    }

    /** Ends the pause, unless there is pressure again. */
    void goOn() {
        if (!paused) {
            return;
        }
        if (gate.isUnderPressure()) {
            gate.staysPaused(this);
            return;
        }
        gate.goesOn(this);
        letGo();
    }

    private void letGo() {
        paused = false;
        atTurn = false;
        hasRead = false;
        readIfWanted();
    }

    /** Not before there is a connection: the channel reads by itself then. */
    private void readIfWanted() {
        boolean wanted =
                readHeld || config().isAutoRead() && context().channel().isActive();
        readHeld = false;
        if (wanted) {
            context().read();
        }
    }

    /** Reads once, although there is pressure. */
    void takeTurn() {
        if (!paused) {
            return;
        }
        hasRead = false;
        atTurn = true; // before: what is there already may be read at once
        readIfWanted();
    }

    /** Nothing has come in its turn, or it has been read. */
    void endTurn() {
        if (paused && atTurn) {
            atTurn = false;
            takeBack();
        }
    }

    private ChannelConfig config() {
        return context().channel().config();
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext c = context;
        assert c != null;
        return c;
    }
}
