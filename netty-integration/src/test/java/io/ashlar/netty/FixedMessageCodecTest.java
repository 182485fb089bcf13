// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.message.ObjectPool;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.util.IllegalReferenceCountException;
import java.io.EOFException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages from and to a channel: framing, who releases, and what goes wrong. */
class FixedMessageCodecTest {

    private static final int BYTES = 13;

    private final ObjectPool<Tick> pool =
            Messages.poolBuilder(Tick.SCHEMA, Tick::new).capacity(5000).build();
    private final FixedMessageDecoder<Tick> decoder = new FixedMessageDecoder<>(pool);
    private final EmbeddedChannel channel = new EmbeddedChannel(decoder, new FixedMessageEncoder<>(Tick.class));

    @AfterEach
    void everythingCameBack() {
        channel.finishAndReleaseAll();
        assertEquals(0, pool.stats().outstanding());
        pool.close();
        assertEquals(0, pool.stats().memory().reservedBytes());
    }

    private ByteBuf bytes(long... numbers) {
        ByteBuf all = Unpooled.buffer();
        for (long number : numbers) {
            ByteBuf one = Messages.asByteBuf(pool.acquire().fill(number));
            all.writeBytes(one);
            one.release();
        }
        return all;
    }

    private void receive(long... numbers) {
        for (long number : numbers) {
            Tick tick = channel.readInbound();
            assertEquals(number, tick.number());
            assertTrue(tick.isWhole());
            tick.release();
        }
        assertNull(channel.readInbound());
    }

    @Test
    void messagesAreCutOut() {
        channel.writeInbound(bytes(1, 2, 3));
        receive(1, 2, 3);
        ByteBuf in = bytes(4, 5, 6);
        channel.writeInbound(in.readRetainedSlice(BYTES + 1));
        receive(4);
        channel.writeInbound(in.readRetainedSlice(BYTES - 2));
        receive();
        channel.writeInbound(in.readRetainedSlice(1));
        receive(5);
        channel.writeInbound(in);
        receive(6);
        assertEquals(0, in.refCnt());
        channel.writeInbound(Unpooled.EMPTY_BUFFER);
        receive();
    }

    /** Buffers of all kinds and lengths, from one byte to many messages. */
    @Test
    void piecesOfAnyLengthMakeTheSameMessages() {
        SplittableRandom random = new SplittableRandom(Seed.of(FixedMessageCodecTest.class));
        ByteBuf all = Unpooled.buffer();
        int messages = 3000;
        for (int i = 0; i < messages; i++) {
            ByteBuf one = bytes(random.nextInt(2) == 0 ? i : -i);
            all.writeBytes(one);
            one.release();
        }
        int next = 0;
        while (all.isReadable()) {
            int length = Math.min(all.readableBytes(), random.nextInt(random.nextBoolean() ? 4 : 100));
            ByteBuf piece = switch (random.nextInt(4)) {
                case 0 -> all.readRetainedSlice(length);
                case 1 -> AshlarByteBufAllocator.DEFAULT.directBuffer().writeBytes(all, length);
                case 2 -> Unpooled.buffer().writeBytes(all, length);
                default -> {
                    CompositeByteBuf two = Unpooled.compositeBuffer();
                    int first = length / 2;
                    two.addComponent(true, all.readRetainedSlice(first));
                    two.addComponent(true, all.readRetainedSlice(length - first));
                    yield two;
                }
            };
            channel.writeInbound(piece);
            for (Tick tick = channel.readInbound(); tick != null; tick = channel.readInbound()) {
                assertTrue(tick.isWhole());
                assertEquals(next, Math.abs(tick.number()));
                next++;
                tick.release();
            }
        }
        all.release();
        assertEquals(messages, next);
    }

    @Test
    void whatIsNoBufferPasses() {
        channel.writeInbound("text");
        assertEquals("text", channel.readInbound());
        channel.writeOutbound("text");
        assertEquals("text", channel.readOutbound());
    }

    @Test
    void theInputThatEndsWithinAMessageIsTold() {
        channel.writeInbound(bytes(1).writeBytes(new byte[5]));
        receive(1);
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        EOFException told = assertThrows(EOFException.class, channel::checkException);
        assertTrue(told.getMessage().contains("after 5 of 13 bytes of a message of schema=Tick"), told.getMessage());
        assertEquals(0, pool.stats().outstanding());
        channel.close();
        channel.checkException();
    }

    @Test
    void aCloseWithinAMessageIsTold() {
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[12]));
        assertEquals(1, pool.stats().outstanding());
        channel.close();
        EOFException told = assertThrows(EOFException.class, channel::checkException);
        assertTrue(told.getMessage().contains("12 of 13"), told.getMessage());
    }

    @Test
    void aCloseBetweenMessagesIsNoError() {
        channel.writeInbound(bytes(1));
        receive(1);
        channel.close();
        channel.checkException();
    }

    /** Input without end, and somebody who releases nothing: the pool's capacity is the limit. */
    @Test
    void anExhaustedPoolClosesTheChannel() {
        ObjectPool<Tick> small =
                Messages.poolBuilder(Tick.SCHEMA, Tick::new).capacity(3).build();
        List<Tick> kept = new ArrayList<>();
        List<Throwable> told = new ArrayList<>();
        int[] closes = {0};
        ChannelOutboundHandlerAdapter noteClose = new ChannelOutboundHandlerAdapter() {
            @Override
            public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
                closes[0]++; // and takes its time
            }
        };
        EmbeddedChannel endless =
                new EmbeddedChannel(noteClose, new FixedMessageDecoder<>(small), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        kept.add((Tick) msg);
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        told.add(cause);
                    }
                });
        ByteBuf in = bytes(1, 2, 3, 4, 5);
        endless.pipeline().fireChannelRead(in);
        assertEquals(0, in.refCnt());
        assertEquals(3, kept.size());
        assertEquals(1, told.size());
        assertInstanceOf(AllocationException.class, told.get(0));
        assertEquals(1, closes[0]);
        ByteBuf more = bytes(6);
        endless.pipeline().fireChannelRead(more);
        assertEquals(0, more.refCnt());
        assertEquals(3, kept.size());
        assertEquals(1, told.size());
        assertEquals(1, closes[0]);
        kept.forEach(Tick::release);
        endless.pipeline().remove(noteClose);
        endless.finishAndReleaseAll();
        small.close();
        assertEquals(0, small.stats().outstanding());
    }

    @Test
    void aClosedPoolClosesTheChannel() {
        ObjectPool<Tick> closed = Messages.poolBuilder(Tick.SCHEMA, Tick::new).build();
        closed.close();
        EmbeddedChannel refused = new EmbeddedChannel(new FixedMessageDecoder<>(closed));
        assertThrows(IllegalStateException.class, () -> refused.writeInbound(bytes(1)));
        assertFalse(refused.isOpen());
        refused.finishAndReleaseAll();
    }

    /** As when a protocol is upgraded. */
    @Test
    void whatIsLeftGoesOnWhenTheDecoderIsRemoved() {
        channel.writeInbound(bytes(1).writeBytes(new byte[] {1, 2, 3}));
        receive(1);
        int[] completes = {0};
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) {
                completes[0]++;
                ctx.fireChannelReadComplete();
            }
        });
        channel.pipeline().remove(decoder);
        assertEquals(1, completes[0]);
        ByteBuf rest = channel.readInbound();
        assertEquals(3, rest.readableBytes());
        assertEquals(3, rest.getByte(2));
        rest.release();
        ByteBuf later = Unpooled.wrappedBuffer(new byte[1]);
        channel.writeInbound(later);
        assertSame(later, channel.readInbound());
        later.release();
    }

    @Test
    void whatIsLeftGoesOnWhenAMessageRemovesTheDecoder() {
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                boolean last = msg instanceof Tick tick && tick.number() == 2;
                ctx.fireChannelRead(msg);
                if (last) {
                    ctx.pipeline().remove(decoder);
                }
            }
        });
        channel.writeInbound(bytes(1, 2, 3).writeByte(9));
        for (int number = 1; number <= 2; number++) {
            Tick tick = channel.readInbound();
            assertEquals(number, tick.number());
            tick.release();
        }
        ByteBuf rest = channel.readInbound();
        assertEquals(BYTES + 1, rest.readableBytes());
        assertEquals(3, rest.readLongLE());
        rest.release();
        assertNull(channel.readInbound());
    }

    /** As FlowControlHandler does: it passes on what is next as soon as it is asked, also within the call for what was before. */
    @Test
    void whoIsAskedForMoreWithinAMessageDoesNotMixThem() {
        SplittableRandom random = new SplittableRandom(Seed.of(FixedMessageCodecTest.class));
        List<Long> seen = new ArrayList<>();
        EmbeddedChannel nested = new EmbeddedChannel(
                new FlowControlHandler(), new FixedMessageDecoder<>(pool), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        if (msg instanceof Tick tick) {
                            assertTrue(tick.isWhole());
                            seen.add(tick.number());
                            tick.release();
                        } else {
                            seen.add(-1L);
                        }
                        ctx.read();
                    }
                });
        nested.config().setAutoRead(false);
        List<Long> expected = new ArrayList<>();
        ByteBuf all = Unpooled.buffer();
        for (long i = 0; i < 100; i++) {
            ByteBuf one = bytes(i);
            all.writeBytes(one);
            one.release();
            expected.add(i);
        }
        while (all.isReadable()) {
            nested.pipeline()
                    .fireChannelRead(all.readRetainedSlice(Math.min(all.readableBytes(), 1 + random.nextInt(50))));
        }
        all.release();
        nested.pipeline().fireChannelRead("end").fireChannelReadComplete();
        expected.add(-1L);
        for (int i = 0; i < 1000 && seen.size() < expected.size(); i++) {
            nested.read();
        }
        assertEquals(expected, seen);
        nested.finishAndReleaseAll();
    }

    /** As when a message says that another protocol follows: what has come goes on in order, before what is asked for next. */
    @Test
    void whatWaitsGoesOnInOrderWhenAMessageRemovesTheDecoder() {
        FixedMessageDecoder<Tick> removed = new FixedMessageDecoder<>(pool);
        List<String> seen = new ArrayList<>();
        EmbeddedChannel upgraded =
                new EmbeddedChannel(new FlowControlHandler(), removed, new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        if (msg instanceof Tick tick) {
                            seen.add("tick " + tick.number());
                            tick.release();
                            ctx.read(); // waits behind the message
                            ctx.pipeline().remove(removed);
                        } else if (msg instanceof ByteBuf rest) {
                            seen.add(rest.readableBytes() + " bytes from " + rest.getLongLE(rest.readerIndex()));
                            rest.release();
                        }
                        ctx.read();
                    }
                });
        upgraded.config().setAutoRead(false);
        upgraded.pipeline().fireChannelRead(bytes(1, 2));
        upgraded.pipeline().fireChannelRead(bytes(3, 4));
        upgraded.pipeline().fireChannelRead(bytes(5));
        upgraded.pipeline().fireChannelReadComplete();
        for (int i = 0; i < 10; i++) {
            upgraded.read();
        }
        assertEquals(List.of("tick 1", "39 bytes from 2", "13 bytes from 5"), seen);
        upgraded.finishAndReleaseAll();
    }

    @Test
    void aDeadBufferLosesNoOther() {
        List<ByteBuf> nested = new ArrayList<>(List.of(bytes(2), bytes(3)));
        ByteBuf second = nested.get(1);
        List<Throwable> told = new ArrayList<>();
        nested.get(0).release();
        EmbeddedChannel broken =
                new EmbeddedChannel(new FixedMessageDecoder<>(pool), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        ((Tick) msg).release();
                        while (!nested.isEmpty()) {
                            ctx.pipeline().fireChannelRead(nested.remove(0));
                        }
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        told.add(cause);
                    }
                });
        broken.pipeline().fireChannelRead(bytes(1));
        assertEquals(0, second.refCnt());
        assertInstanceOf(IllegalReferenceCountException.class, told.get(0));
        assertFalse(broken.isOpen());
        broken.finishAndReleaseAll();
    }

    /** Whatever a pool throws: no later byte may be taken for the start of a message. */
    @Test
    void aFactoryThatFailsClosesTheChannel() {
        int[] made = {0};
        ObjectPool<Tick> failing = ObjectPool.builder(Tick.SCHEMA, slot -> {
                    if (made[0]++ == 2) {
                        throw new UnsupportedOperationException("third");
                    }
                    return new Tick(slot);
                })
                .build();
        List<Tick> kept = new ArrayList<>();
        List<Throwable> told = new ArrayList<>();
        EmbeddedChannel closed =
                new EmbeddedChannel(new FixedMessageDecoder<>(failing), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        kept.add((Tick) msg);
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        told.add(cause);
                    }
                });
        ByteBuf in = bytes(1, 2, 3, 4, 5);
        closed.pipeline().fireChannelRead(in);
        assertEquals(0, in.refCnt());
        assertEquals(2, kept.size());
        assertEquals("third", told.get(0).getMessage());
        assertEquals(1, told.size());
        assertFalse(closed.isOpen());
        kept.forEach(Tick::release);
        assertEquals(0, failing.stats().outstanding());
        failing.close();
    }

    @Test
    void aWriteThatIsCancelledOrComesTooLateReleases() {
        Tick cancelled = pool.acquire();
        ChannelPromise promise = channel.newPromise();
        promise.cancel(false);
        channel.writeAndFlush(cancelled, promise);
        assertFalse(cancelled.isAlive());
        DefaultEventLoop loop = new DefaultEventLoop();
        LocalChannel late = new LocalChannel();
        loop.register(late).syncUninterruptibly();
        late.pipeline().addLast(new FixedMessageEncoder<>(Tick.class));
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        Tick tooLate = pool.acquire();
        late.writeAndFlush(tooLate);
        assertFalse(tooLate.isAlive());
    }

    /** Who reads by hand asks once per message; the message may come in several pieces. */
    @Test
    void readingByHandGetsTheRestOfAMessage() {
        int[] reads = {0};
        EmbeddedChannel byHand = new EmbeddedChannel(
                new ChannelDuplexHandler() {
                    @Override
                    public void read(ChannelHandlerContext ctx) {
                        reads[0]++;
                    }
                },
                new FixedMessageDecoder<>(pool));
        byHand.config().setAutoRead(false);
        reads[0] = 0;
        byHand.pipeline().fireChannelReadComplete();
        assertEquals(0, reads[0], "nobody has asked: as after the handshake of TLS");
        byHand.writeInbound(Unpooled.EMPTY_BUFFER);
        assertEquals(1, reads[0], "nothing has come");
        reads[0] = 0;
        byHand.writeInbound("text");
        assertEquals(0, reads[0], "something has come");
        byHand.readInbound();
        ByteBuf in = bytes(1, 2, 3);
        byHand.writeInbound(in.readRetainedSlice(5));
        assertEquals(1, reads[0]);
        byHand.writeInbound(in.readRetainedSlice(BYTES));
        assertEquals(1, reads[0], "a whole message came: the application asks for more");
        ((Tick) byHand.readInbound()).release();
        byHand.writeInbound(in.readRetainedSlice(BYTES - 5));
        assertEquals(1, reads[0]);
        ((Tick) byHand.readInbound()).release();
        byHand.writeInbound(in.readRetainedSlice(2));
        assertEquals(2, reads[0]);
        byHand.writeInbound(Unpooled.EMPTY_BUFFER);
        assertEquals(3, reads[0], "nothing has come");
        byHand.writeInbound(in);
        assertEquals(3, reads[0]);
        ((Tick) byHand.readInbound()).release();
        byHand.finishAndReleaseAll();
    }

    @Test
    void aMessageThatNobodyTakesIsReleased() {
        channel.pipeline().addLast(new SimpleChannelInboundHandler<Tick>() {
            @Override
            protected void channelRead0(ChannelHandlerContext ctx, Tick tick) {
                assertTrue(tick.isWhole());
            }
        });
        channel.writeInbound(bytes(1, 2, 3));
        assertEquals(0, pool.stats().outstanding());
    }

    @Test
    void aMessageIsWrittenAsItsBytesAndReleased() {
        Tick tick = pool.acquire().fill(42);
        assertTrue(channel.writeOutbound(tick));
        ByteBuf out = channel.readOutbound();
        assertEquals(BYTES, out.readableBytes());
        assertEquals(42, out.getLongLE(0));
        assertTrue(tick.isAlive());
        out.release();
        assertFalse(tick.isAlive());
    }

    @Test
    void aMessageThatIsReceivedCanBeWrittenOn() {
        channel.writeInbound(bytes(7));
        Tick tick = channel.readInbound();
        channel.writeOutbound(tick);
        ByteBuf out = channel.readOutbound();
        assertEquals(7, out.getLongLE(0));
        out.release();
        assertFalse(tick.isAlive());
    }

    @Test
    void aMessageOfBeforeFailsThePromise() {
        Tick released = pool.acquire();
        released.release();
        ChannelFuture failed = channel.writeAndFlush(released);
        assertInstanceOf(IllegalStateException.class, failed.cause());
        Tick twice = pool.acquire().fill(1);
        ChannelFuture first = channel.writeAndFlush(twice);
        ChannelFuture second = channel.writeAndFlush(twice);
        assertTrue(first.isSuccess());
        assertTrue(
                second.cause().getMessage().contains("lent already"),
                second.cause().getMessage());
        ByteBuf out = channel.readOutbound();
        assertEquals(1, out.getLongLE(0));
        out.release();
        assertNull(channel.readOutbound());
    }

    @Test
    void aWriteThatFailsReleases() {
        channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) throws Exception {
                ((ByteBuf) msg).release();
                promise.setFailure(new ClosedChannelException());
            }
        });
        Tick tick = pool.acquire();
        assertInstanceOf(
                ClosedChannelException.class, channel.writeAndFlush(tick).cause());
        assertFalse(tick.isAlive());
    }

    @Test
    void aWriteToAClosedChannelReleases() {
        channel.close();
        Tick tick = pool.acquire();
        assertFalse(channel.writeAndFlush(tick).isSuccess());
        assertFalse(tick.isAlive());
    }

    @Test
    void whatWaitsToBeWrittenIsReleasedWhenTheChannelCloses() {
        Tick tick = pool.acquire();
        ChannelFuture waiting = channel.write(tick);
        assertTrue(tick.isAlive());
        channel.close();
        assertFalse(waiting.isSuccess());
        assertFalse(tick.isAlive());
    }
}
