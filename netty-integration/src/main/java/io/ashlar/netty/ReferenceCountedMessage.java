// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.util.ReferenceCounted;

/**
 * For classes of message objects that Netty is to release where it releases what nobody has taken: at the end of a pipeline, in a {@code
 * SimpleChannelInboundHandler}, when something is written to a channel that is closed.
 *
 * <pre>{@code
 * final class Order extends OffHeapObject implements ReferenceCountedMessage {
 *     // ...
 * }
 * }</pre>
 *
 * <p>A message has one holder, hence at most one reference. Who needs it longer than Netty would keep it takes it out of Netty's hands: a handler
 * that gets it as a {@code ChannelInboundHandlerAdapter} does, instead of retaining it.
 *
 * <p><b>Thread safety</b> as of the message.
 */
public interface ReferenceCountedMessage extends ReferenceCounted {

    /**
     * Whether the message has been acquired and not released, as of {@link io.ashlar.message.OffHeapObject}.
     *
     * @return true if so
     */
    boolean isAlive();

    @Override
    default int refCnt() {
        return isAlive() ? 1 : 0;
    }

    /**
     * Not for messages.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    default ReferenceCounted retain() {
        throw new UnsupportedOperationException("a message has one holder, and " + this
                + " cannot be retained: take it from a handler that does not release it, or copy it to another");
    }

    /**
     * Not for messages.
     *
     * @throws UnsupportedOperationException if the increment is not zero
     */
    @Override
    default ReferenceCounted retain(int increment) {
        return increment == 0 ? this : retain();
    }

    @Override
    default ReferenceCounted touch() {
        return this;
    }

    @Override
    default ReferenceCounted touch(Object hint) {
        return this;
    }

    @Override
    default boolean release(int decrement) {
        if (decrement != 1) {
            throw new IllegalArgumentException("decrement=" + decrement + ": a message has one reference");
        }
        return release();
    }
}
