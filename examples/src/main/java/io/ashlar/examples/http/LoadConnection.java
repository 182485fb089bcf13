// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * One connection of the load client: keeps a fixed number of requests in flight and compares each answer with what it
 * must be, byte for byte. An answer that is wrong fails the whole load.
 *
 * <p>It may do so at leisure: see {@link Pace}.
 *
 * <p>All of it runs on the connection's event loop.
 */
final class LoadConnection extends SimpleChannelInboundHandler<HttpObject> {

    private final LoadRun run;
    private final SplittableRandom random;

    // The requests in flight, oldest first: a ring, since answers come in the order of the requests.
    private final Workload.Exchange[] asked;
    private final long[] askedAt;
    private int oldest;
    private int inFlight;

    /** How many bytes of the current answer's body have been compared. */
    private int compared;

    LoadConnection(LoadRun run, int depth, SplittableRandom random) {
        this.run = run;
        this.random = random;
        this.asked = new Workload.Exchange[depth];
        this.askedAt = new long[depth];
    }

    /** Asks as often as the pipeline has room, or hangs up when the run is over. */
    void fill(ChannelHandlerContext context) {
        if (run.isOver(System.nanoTime())) {
            closeIfAnswered(context);
            return;
        }
        while (inFlight < asked.length) {
            ask(context);
        }
        context.flush();
    }

    private void closeIfAnswered(ChannelHandlerContext context) {
        if (inFlight == 0) {
            context.close();
        }
    }

    private void ask(ChannelHandlerContext context) {
        Workload.Exchange next = run.workload().pick(random);
        int slot = (oldest + inFlight++) % asked.length;
        asked[slot] = next;
        askedAt[slot] = System.nanoTime();
        ByteBuf wire = next.wire().duplicate();
        if (run.pace().pauses()) {
            sendSlowly(
                    context,
                    wire,
                    wire.readableBytes() / random.nextInt(1, 2 * run.pace().pieces()) + 1);
        } else {
            context.write(wire, context.voidPromise());
        }
    }

    /** Sends a piece, and the others later; all that is left when the run is over. */
    private void sendSlowly(ChannelHandlerContext context, ByteBuf wire, int piece) {
        if (wire.readableBytes() <= piece || run.isOver(System.nanoTime())) {
            context.writeAndFlush(wire, context.voidPromise());
        } else {
            context.writeAndFlush(wire.readSlice(piece), context.voidPromise());
            later(context, () -> sendSlowly(context, wire, piece));
        }
    }

    private void later(ChannelHandlerContext context, Runnable task) {
        long pause =
                random.nextLong(1, 2 * run.pace().pauseMillis()); // not the same for all, or they would march in step
        context.executor().schedule(task, pause, TimeUnit.MILLISECONDS);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
        if (inFlight == 0) {
            throw new WrongAnswerException("an answer came that nobody had asked for");
        }
        if (part.decoderResult().isFailure()) {
            throw new WrongAnswerException(
                    "an answer is no HTTP: " + part.decoderResult().cause());
        }
        if (part instanceof HttpResponse head && !head.status().equals(HttpResponseStatus.OK)) {
            throw new WrongAnswerException("an answer has status " + head.status());
        }
        if (part instanceof HttpContent content) {
            compare(content.content());
        }
        if (part instanceof LastHttpContent) {
            answered(context);
        }
    }

    private void compare(ByteBuf bytes) {
        ByteBuf expected = asked[oldest].expected();
        int length = bytes.readableBytes();
        if (compared + length > expected.capacity()
                || !ByteBufUtil.equals(bytes, bytes.readerIndex(), expected, compared, length)) {
            throw new WrongAnswerException("an answer differs from what was sent, within the " + length
                    + " bytes from offset=" + compared + " of size=" + expected.capacity());
        }
        compared += length;
    }

    private void answered(ChannelHandlerContext context) {
        int size = asked[oldest].expected().capacity();
        if (compared != size) {
            throw new WrongAnswerException("an answer has only " + compared + " of size=" + size + " bytes");
        }
        long now = System.nanoTime();
        run.record(now, now - askedAt[oldest]);
        compared = 0;
        oldest = (oldest + 1) % asked.length;
        inFlight--;
        if (run.isOver(now)) {
            closeIfAnswered(context);
        } else if (run.pace().pauses()) {
            later(context, () -> fill(context));
        } else {
            ask(context); // flushed when all that was read has been looked at
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (inFlight > 0) {
            run.fail(new WrongAnswerException("the server closed a connection and owes it " + inFlight + " answers"));
        }
        run.connectionClosed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        run.fail(cause);
        context.close();
    }

    /** The server did not answer as it should have. */
    static final class WrongAnswerException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WrongAnswerException(String message) {
            super(message);
        }

        @Override
        public String toString() {
            return getMessage();
        }
    }
}
