// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the handler does to one channel. */
@SuppressWarnings("deprecation") // handles, as the transports use them
class MemoryPressureHandlerTest {

    private final PressureFixture fixture = new PressureFixture();
    private final List<Boolean> goesOn = new ArrayList<>();
    private final EmbeddedChannel channel = fixture.open(new ChannelInboundHandlerAdapter() {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            fixture.underPressure |= "press".equals(msg);
        }
    });

    private final RecvByteBufAllocator.ExtendedHandle transport = (RecvByteBufAllocator.ExtendedHandle)
            channel.config().getRecvByteBufAllocator().newHandle();

    /** What a transport does when something has come. */
    private void receive(Object... messages) {
        transport.reset(channel.config());
        for (Object message : messages) {
            transport.attemptedBytesRead(10);
            transport.lastBytesRead(10);
            transport.incMessagesRead(1);
            channel.pipeline().fireChannelRead(message);
            boolean on = transport.continueReading();
            assertEquals(on, transport.continueReading(() -> true));
            goesOn.add(on);
        }
        channel.pipeline().fireChannelReadComplete();
    }

    private int reads() {
        return fixture.takeReads().size();
    }

    /** What does not fit into the buffer of a datagram is lost. */
    @Test
    void aDatagramIsNotCutShort() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        NioDatagramChannel datagrams = new NioDatagramChannel();
        group.register(datagrams).sync();
        fixture.begin();
        datagrams
                .eventLoop()
                .submit(() -> datagrams.pipeline().addLast(new MemoryPressureHandler(fixture.gate)))
                .sync();
        ByteBuf buf =
                datagrams.config().getRecvByteBufAllocator().newHandle().allocate(UnpooledByteBufAllocator.DEFAULT);
        assertEquals(2048, buf.capacity(), "as Netty's default is");
        buf.release();
        datagrams.close().sync();
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
    }

    /** The queue of tasks may be full for a moment. */
    @Test
    void anEventLoopThatRefusesATaskIsAskedAgain() {
        boolean[] full = {false};
        EventLoop[] loops = {null};
        ChannelOutboundHandlerAdapter counts = new ChannelOutboundHandlerAdapter() {
            @Override
            public void read(ChannelHandlerContext ctx) {
                fixture.reads.add(42);
            }
        };
        EmbeddedChannel busy = new EmbeddedChannel(counts) {
            @Override
            public EventLoop eventLoop() {
                EventLoop real = super.eventLoop();
                if (loops[0] == null) {
                    loops[0] = (EventLoop) Proxy.newProxyInstance(
                            EventLoop.class.getClassLoader(),
                            new Class<?>[] {EventLoop.class},
                            (self, method, args) -> {
                                if (full[0] && method.getName().equals("execute")) {
                                    throw new RejectedExecutionException("full");
                                }
                                try {
                                    return method.invoke(real, args);
                                } catch (InvocationTargetException e) {
                                    throw e.getCause();
                                }
                            });
                }
                return loops[0];
            }
        };
        busy.pipeline().addLast(new MemoryPressureHandler(fixture.gate));
        fixture.underPressure = true;
        busy.read();
        fixture.reads.clear();
        full[0] = true;
        fixture.end();
        busy.runPendingTasks();
        assertEquals(0, reads());
        full[0] = false;
        fixture.tick();
        busy.runPendingTasks();
        assertEquals(1, reads());
        busy.finishAndReleaseAll();
    }

    @Test
    void withoutPressureNothingIsHeld() {
        channel.read();
        receive("a");
        assertEquals(2, reads());
        assertFalse(fixture.isTicking());
    }

    @Test
    void aReadIsHeldBackUntilPressureHasEnded() {
        fixture.underPressure = true;
        channel.read();
        channel.read();
        assertEquals(0, reads());
        fixture.end();
        assertEquals(1, reads());
        assertEquals(0, fixture.gate.paused());
        channel.read();
        assertEquals(1, reads());
    }

    @Test
    void whatIsReadEndsTheReadLoop() {
        receive("a", "press", "b");
        assertEquals(List.of(true, false, false), goesOn);
        assertEquals(0, reads());
        assertEquals(1, fixture.gate.paused());
        fixture.end();
        assertEquals(1, reads());
    }

    @Test
    void underPressureAReadIsSmallUnlessItIsATurn() {
        assertTrue(readBytes() > 1024);
        fixture.begin();
        assertEquals(1024, readBytes());
        fixture.turn();
        int takeBacks = fixture.takeBacks;
        assertTrue(readBytes() > 1024);
        receive("a");
        assertEquals(takeBacks + 1, fixture.takeBacks, "or the transport would go on");
        assertEquals(1024, readBytes(), "one buffer");
        fixture.turn();
        assertTrue(readBytes() > 1024, "it is its turn again");
        fixture.used = 29 * PressureFixture.MIB;
        fixture.turn();
        assertEquals(1024, readBytes());
        fixture.end();
        assertTrue(readBytes() > 1024);
    }

    /** Otherwise channels that are served with what is at hand reach the limit before anybody looks. */
    @Test
    void whoReadsLooksAtTheUsedBytesNowAndThen() {
        readBytes();
        int checks = fixture.checks;
        long bytes = 0;
        while (bytes < 5 * PressureFixture.MIB) {
            bytes += readBytes();
        }
        assertEquals(checks + 10, fixture.checks, "one for each 512 KiB");
    }

    private int readBytes() {
        ByteBuf buf = transport.allocate(UnpooledByteBufAllocator.DEFAULT);
        try {
            return buf.capacity();
        } finally {
            buf.release();
        }
    }

    @Test
    void theChannelsWayOfReadingIsAsItWasWhenRemoved() {
        RecvByteBufAllocator own = new FixedRecvByteBufAllocator(100);
        EmbeddedChannel other = new EmbeddedChannel();
        other.config().setRecvByteBufAllocator(own);
        MemoryPressureHandler handler = new MemoryPressureHandler(fixture.gate);
        other.pipeline().addLast(handler);
        other.config().setOption(ChannelOption.MAX_MESSAGES_PER_READ, 3);
        assertEquals(3, other.config().getOption(ChannelOption.MAX_MESSAGES_PER_READ));
        assertNotSame(own, other.config().getRecvByteBufAllocator());
        other.pipeline().remove(handler);
        assertSame(own, other.config().getRecvByteBufAllocator());
    }

    @Test
    void anIdleChannelIsPausedToo() {
        fixture.begin();
        assertEquals(1, fixture.gate.paused());
        assertEquals(1, fixture.takeBacks, "the transport would still read");
        assertTrue(channel.config().isAutoRead(), "that is the application's");
        assertEquals(0, reads());
    }

    @Test
    void whileOthersWaitAReadLoopIsShort() {
        for (int i = 0; i < 17; i++) { // more than go on at once
            fixture.open();
        }
        fixture.begin();
        fixture.end();
        receive("a", "b");
        fixture.tick();
        receive("c");
        assertEquals(List.of(false, false, true), goesOn);
    }

    @Test
    void readsByHandAreHeldAndPassedOnOnce() {
        channel.config().setAutoRead(false);
        fixture.begin();
        fixture.end();
        assertEquals(0, reads(), "nobody has asked");
        fixture.begin();
        channel.read();
        channel.read();
        fixture.end();
        assertEquals(1, reads());
        fixture.begin();
        fixture.end();
        assertEquals(0, reads(), "it was passed on before");
    }

    @Test
    void theApplicationMayChangeAutoReadMeanwhile() {
        fixture.begin();
        channel.config().setAutoRead(false);
        fixture.end();
        assertFalse(channel.config().isAutoRead());
        assertEquals(0, reads());
        fixture.begin();
        channel.config().setAutoRead(true);
        assertEquals(0, reads());
        fixture.end();
        assertEquals(1, reads());
    }

    @Test
    void pressureThatIsThereAgainHoldsIt() {
        fixture.begin();
        fixture.underPressure = false;
        fixture.tickWithout(List.of(channel));
        fixture.underPressure = true; // before the event loop gets to it
        fixture.runTasks();
        assertEquals(0, reads());
        assertEquals(1, fixture.gate.paused());
        fixture.end();
        assertEquals(1, reads());
    }

    /** Listeners are told on other threads: what ends and begins again meanwhile they do not hear of. */
    @Test
    void pressureThatIsBackBeforeAnybodyWasToldOfItsEndIsNoticed() {
        fixture.begin();
        fixture.underPressure = false;
        fixture.tick();
        assertEquals(0, fixture.gate.paused());
        fixture.underPressure = true;
        fixture.turn();
        assertEquals(1, fixture.gate.paused());
        fixture.end();
        fixture.tick();
        assertEquals(0, fixture.gate.paused());
        assertFalse(fixture.isTicking());
    }

    @Test
    void removedWhilePausedItLetsGo() {
        fixture.begin();
        channel.pipeline().remove(MemoryPressureHandler.class);
        assertEquals(1, reads());
        channel.read();
        assertEquals(1, reads());
        assertEquals(0, fixture.gate.paused());
        assertEquals(0, fixture.gate.channels());
    }

    @Test
    void removedBeforeItIsToldOfPressureItStaysAway() {
        fixture.underPressure = true;
        fixture.gate.pressureChanged(true);
        channel.pipeline().remove(MemoryPressureHandler.class); // before the event loop gets to it
        fixture.runTasks();
        assertEquals(0, fixture.gate.paused());
    }

    @Test
    void aChannelWithoutAnEventLoopGoesOnWhenItHasOneAgain() throws Exception {
        fixture.begin();
        channel.deregister();
        fixture.runTasks();
        fixture.end();
        assertEquals(1, fixture.gate.paused());
        channel.register();
        fixture.takeReads();
        fixture.tick();
        assertEquals(0, fixture.gate.paused());
        assertEquals(1, reads());
    }

    @Test
    void removedByWhatItReadItLetsGo() {
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                ctx.pipeline().remove(MemoryPressureHandler.class);
                fixture.underPressure = true;
            }
        });
        receive("a");
        assertEquals(1, reads());
        assertEquals(0, fixture.gate.paused());
    }

    @Test
    void addedLateItPausesAtOnce() {
        fixture.underPressure = true;
        EmbeddedChannel late = fixture.open();
        assertEquals(1, fixture.gate.paused());
        late.read();
        assertEquals(0, reads());
        fixture.end();
        assertEquals(List.of(1), fixture.takeReads());
    }

    @Test
    void aChannelThatIsClosedIsForgotten() {
        fixture.begin();
        channel.close();
        fixture.runTasks();
        assertEquals(0, fixture.gate.paused());
        assertEquals(0, fixture.gate.channels());
        fixture.end();
        assertEquals(0, reads());
    }

    @Test
    void onAClosedChannelItDoesNothing() {
        channel.close();
        fixture.underPressure = true;
        channel.pipeline().addLast(new MemoryPressureHandler(fixture.gate));
        channel.pipeline().read();
        channel.pipeline().fireChannelRead("late");
        assertEquals(0, fixture.gate.paused());
        assertEquals(0, fixture.gate.channels());
    }

    @Test
    @SuppressWarnings("deprecation") // the way to add it wrongly is no longer advised for any handler
    void anExecutorOfItsOwnIsRefused() throws Exception {
        DefaultEventExecutorGroup others = new DefaultEventExecutorGroup(1);
        CompletableFuture<Throwable> refusal = new CompletableFuture<>();
        EmbeddedChannel other = new EmbeddedChannel();
        other.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                refusal.complete(cause);
            }
        });
        other.pipeline().addLast(others, new MemoryPressureHandler(fixture.gate));
        String message = refusal.get(30, TimeUnit.SECONDS).getCause().getMessage();
        assertTrue(message.contains("with an executor of its own"), message);
        assertEquals(1, fixture.gate.channels(), "that of the fixture");
        others.shutdownGracefully();
    }
}
