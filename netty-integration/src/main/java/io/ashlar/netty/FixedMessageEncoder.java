// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.message.OffHeapObject;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * Writes message objects of one class as the bytes that they are, one behind the other, without a copy and without garbage. Whatever else is
 * written passes.
 *
 * <p><b>Who releases.</b> Who writes a message gives it away: it is released when its bytes have been written to the socket, and also when
 * that fails, when the write is cancelled, when the channel is closed or its event loop has ended. A message that has been released before, or written
 * before, fails the promise with an {@link IllegalStateException}, and nothing is written.
 *
 * <p><b>Thread safety.</b> Has no state, so that one object may be in many pipelines.
 *
 * @param <T> the class of the messages; a {@link ReferenceCountedMessage}, since Netty releases what never reaches this handler
 */
@ChannelHandler.Sharable
public final class FixedMessageEncoder<T extends OffHeapObject & ReferenceCountedMessage>
        extends ChannelOutboundHandlerAdapter {

    private final Class<T> type;

    /**
     * Makes an encoder.
     *
     * @param type the class of the messages
     */
    public FixedMessageEncoder(Class<T> type) {
        this.type = type;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        if (!type.isInstance(msg)) {
            ctx.write(msg, promise);
            return;
        }
        ByteBuf bytes;
        try {
            bytes = Messages.asByteBuf(type.cast(msg));
        } catch (IllegalStateException e) {
            promise.setFailure(e);
            return;
        }
        ctx.write(bytes, promise);
    }
}
