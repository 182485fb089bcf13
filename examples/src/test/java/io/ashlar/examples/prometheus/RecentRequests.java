// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;

/** Notes each request, and keeps some for later: in buffers of their request arenas, which therefore escape. */
@Sharable
final class RecentRequests extends ChannelInboundHandlerAdapter implements AutoCloseable {

    private static final int ONE_OF = 40;
    private static final int KEPT = 100;
    private static final int BYTES = 700;

    private final AccessLog log;
    // Synchronization: guarded by this.
    private final Queue<ByteBuf> kept = new ArrayDeque<>();

    RecentRequests(AccessLog log) {
        this.log = log;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            log.note(request.uri().length());
            if (ThreadLocalRandom.current().nextInt(ONE_OF) == 0) {
                ByteBuf copy = context.alloc().directBuffer(BYTES);
                copy.writeCharSequence(request.uri(), StandardCharsets.US_ASCII);
                keep(copy);
            }
        }
        context.fireChannelRead(message);
    }

    private synchronized void keep(ByteBuf copy) {
        kept.add(copy);
    }

    /** Forgets all but the newest; on another thread than that which has made them. */
    synchronized void forget() {
        while (kept.size() > KEPT) {
            kept.remove().release();
        }
    }

    @Override
    public synchronized void close() {
        kept.forEach(ByteBuf::release);
        kept.clear();
    }
}
