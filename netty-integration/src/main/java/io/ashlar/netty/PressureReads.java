// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * How a channel reads that has a {@link MemoryPressureHandler}: as before, but under pressure one small buffer, and then no more. Many channels may
 * have something to read at once, and each reads before its handler is asked; with full buffers these alone could reach the limit.
 *
 * <p>Used by the channel's event loop only. The transport takes it when the channel reads for the first time.
 */
@SuppressWarnings("deprecation") // the transports cast to it all the same
final class PressureReads implements MaxMessagesRecvByteBufAllocator {

    private static final int SMALL_READ = 1 << 10;

    private final RecvByteBufAllocator before;
    private final MemoryPressureHandler handler;

    PressureReads(RecvByteBufAllocator before, MemoryPressureHandler handler) {
        this.before = before;
        this.handler = handler;
    }

    /** What the channel had. */
    RecvByteBufAllocator before() {
        return before;
    }

    @Override
    public RecvByteBufAllocator.Handle newHandle() {
        return new Handle(before.newHandle());
    }

    /** As the channel's configuration does, this fails if the channel's own cannot tell. */
    @Override
    public int maxMessagesPerRead() {
        return ((MaxMessagesRecvByteBufAllocator) before).maxMessagesPerRead();
    }

    @Override
    public MaxMessagesRecvByteBufAllocator maxMessagesPerRead(int most) {
        ((MaxMessagesRecvByteBufAllocator) before).maxMessagesPerRead(most);
        return this;
    }

    private final class Handle extends RecvByteBufAllocator.DelegatingHandle
            implements RecvByteBufAllocator.ExtendedHandle {

        Handle(RecvByteBufAllocator.Handle before) {
            super(before);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator alloc) {
            if (!handler.mayReadMuch()) {
                return alloc.ioBuffer(Math.min(SMALL_READ, guess()));
            }
            ByteBuf buf = super.allocate(alloc);
            handler.reads(buf.capacity());
            return buf;
        }

        @Override
        public boolean continueReading() {
            return handler.mayReadOn() && super.continueReading();
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
            return handler.mayReadOn()
                    && ((RecvByteBufAllocator.ExtendedHandle) delegate()).continueReading(maybeMoreData);
        }
    }
}
