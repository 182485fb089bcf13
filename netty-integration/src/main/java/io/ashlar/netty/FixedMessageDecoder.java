// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.message.ObjectPool;
import io.ashlar.message.OffHeapObject;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what is received into messages of one schema, which lie one behind the other: each is copied once, from the socket's buffer into
 * the block of its object. Nothing else is kept, also of a message that arrives in pieces; so it does not matter how large or how
 * small the pieces are. Received objects that are no {@link ByteBuf}s pass.
 *
 * <p><b>Who releases.</b> The handler that gets a message has it, and releases it, or writes it on with a {@link FixedMessageEncoder}. A
 * message that nobody takes is released at the end of the pipeline, as all {@link ReferenceCountedMessage}s are. A message that is not complete is
 * released here when the channel becomes inactive.
 *
 * <p><b>Errors.</b>
 * <ul>
 *   <li>If the input ends within a message, {@code exceptionCaught} gets an {@link EOFException} that tells how much of it had come.
 *   <li>If the pool has no object left, or fails otherwise, {@code exceptionCaught} gets its exception, and the channel is closed: the rest of the
 *       stream could not be told apart any more. What comes until then is discarded.
 * </ul>
 *
 * <p>Bytes are not checked in any way: a message is what its fields make of them.
 *
 * <p>When it is removed from the pipeline, what has come and is no message yet goes on to the next handler at once and in order, as it does with Netty's
 * decoders.
 *
 * <p><b>Thread safety.</b> One object for one channel.
 *
 * @param <T> the class of the messages
 */
public final class FixedMessageDecoder<T extends OffHeapObject & ReferenceCountedMessage>
        extends ChannelInboundHandlerAdapter {

    private final ObjectPool<T> pool;
    private final int bytes;

    // Synchronization of the fields below: they belong to the channel's event loop.

    /** A message of which some bytes are missing. */
    private @Nullable T partial;

    private int filled;
    /** Whether a message was passed on since the last look. */
    private boolean passedOn;

    private boolean removed;
    private boolean failed;
    private boolean reading;
    /** Whether bytes have come since the last read was complete: by then nobody may have asked for any. */
    private boolean received;
    /** What is being cut up; null if that has gone on with the rest when this handler was removed. */
    private @Nullable ByteBuf current;
    /** What came while a message was passed on, from a handler that is asked for more there. */
    private @Nullable Deque<Object> waiting;

    /**
     * Makes a decoder.
     *
     * @param pool the messages come from there; one whose event loops have shards of their own is the fastest, see {@link
     *     Messages#poolBuilder}
     */
    public FixedMessageDecoder(ObjectPool<T> pool) {
        this.pool = pool;
        this.bytes = pool.schema().bytes();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (reading) {
            if (waiting == null) {
                waiting = new ArrayDeque<>();
            }
            waiting.add(msg);
            return;
        }
        reading = true;
        try {
            for (Object next = msg; next != null; next = waiting == null ? null : waiting.poll()) {
                if (next instanceof ByteBuf in && (failed || !removed)) {
                    decode(ctx, in);
                } else {
                    passedOn = true;
                    ctx.fireChannelRead(next);
                }
            }
        } finally {
            reading = false;
            while (waiting != null && !waiting.isEmpty()) { // an error has come in between
                ReferenceCountUtil.safeRelease(waiting.poll());
            }
        }
    }

    private void decode(ChannelHandlerContext ctx, ByteBuf in) {
        current = in;
        received = true;
        try {
            while (current == in && in.isReadable() && !failed) {
                take(ctx, in);
            }
        } catch (Throwable e) {
            fail(ctx, e);
        }
        if (current == in) {
            current = null;
            if (in.refCnt() > 0) { // or somebody has released it too early, and that was the failure
                in.release();
            }
        }
    }

    private void take(ChannelHandlerContext ctx, ByteBuf in) {
        T message = partial;
        if (message == null) {
            message = pool.acquire();
            filled = 0;
            partial = message;
        }
        int taken = Math.min(bytes - filled, in.readableBytes());
        copy(in, taken, message);
        in.skipBytes(taken);
        filled += taken;
        if (filled == bytes) {
            partial = null;
            passedOn = true;
            ctx.fireChannelRead(message);
        }
    }

    private void copy(ByteBuf in, int taken, T message) {
        int from = in.readerIndex();
        if (in.nioBufferCount() == 1) {
            message.setContent(filled, in.internalNioBuffer(from, taken));
            return;
        }
        int at = filled;
        for (ByteBuffer part : in.nioBuffers(from, taken)) {
            message.setContent(at, part);
            at += part.remaining();
        }
    }

    private void fail(ChannelHandlerContext ctx, Throwable cause) {
        failed = true;
        T message = partial;
        if (message != null) {
            partial = null;
            message.release();
        }
        ctx.fireExceptionCaught(cause);
        ctx.close();
    }

    /** Asks for more if nothing whole has come: who reads by hand waits for a message, not for bytes. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (received && !passedOn && !ctx.channel().config().isAutoRead()) {
            ctx.read();
        }
        received = false;
        passedOn = false;
        ctx.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            end(ctx);
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(ctx);
        ctx.fireChannelInactive();
    }

    private void end(ChannelHandlerContext ctx) {
        T message = partial;
        if (message != null) {
            partial = null;
            message.release();
            ctx.fireExceptionCaught(new EOFException("the input ended after " + filled + " of " + bytes
                    + " bytes of a message of schema=" + pool.schema().name()));
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        removed = true;
        if (failed) {
            return;
        }
        ByteBuf rest = Unpooled.EMPTY_BUFFER;
        T message = partial;
        if (message != null) {
            partial = null;
            rest = Messages.asByteBuf(message).writerIndex(filled);
        }
        if (current != null) {
            rest = Unpooled.wrappedBuffer(rest, current);
            current = null;
        }
        // As few pieces as possible: whoever gets one may ask for more, which does not pass through here any more.
        while (waiting != null && !waiting.isEmpty()) {
            Object next = waiting.poll();
            if (next instanceof ByteBuf in) {
                rest = Unpooled.wrappedBuffer(rest, in);
            } else {
                passOn(ctx, rest);
                ctx.fireChannelRead(next);
                rest = Unpooled.EMPTY_BUFFER;
            }
        }
        passOn(ctx, rest);
    }

    private static void passOn(ChannelHandlerContext ctx, ByteBuf rest) {
        if (rest.isReadable()) {
            ctx.fireChannelRead(rest);
            ctx.fireChannelReadComplete();
        }
    }
}
