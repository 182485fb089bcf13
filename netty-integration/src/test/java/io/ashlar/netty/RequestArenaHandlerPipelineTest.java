// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPipelineException;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultEventExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The handler is added, refused and removed, and its channel goes: no request stays open. */
class RequestArenaHandlerPipelineTest extends RequestArenaHandlerFixture {

    @Test
    void twoOfThemAreRefused() {
        serve(RequestArenaHandlerFixture::answer);
        channel.pipeline().addLast(RequestArenaHandler.http1(arenas));
        ChannelPipelineException refused = assertThrows(ChannelPipelineException.class, channel::checkException);
        assertTrue(
                refused.getCause().getMessage().contains("already"),
                refused.getCause().getMessage());
        receive(post("still works"));
        assertTrue(sent().endsWith("still works"));
    }

    @Test
    @SuppressWarnings("deprecation")
    void anExecutorOfItsOwnIsRefused() throws Exception {
        DefaultEventExecutor executor = new DefaultEventExecutor();
        try {
            channel.config().setAllocator(parent);
            channel.pipeline().addLast(executor, RequestArenaHandler.http1(arenas));
            executor.submit(() -> {}).get(10, TimeUnit.SECONDS);
            channel.runPendingTasks();
            ChannelPipelineException refused = assertThrows(ChannelPipelineException.class, channel::checkException);
            assertTrue(
                    refused.getCause().getMessage().contains("executor"),
                    refused.getCause().getMessage());
            assertSame(parent, channel.alloc());
        } finally {
            executor.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void removingItGivesTheChannelItsAllocatorBackAndEndsTheRequests() {
        serve((ctx, request) -> {});
        ByteBufAllocator scoped = channel.alloc();
        assertNotSame(parent, scoped);
        receive(GET);
        channel.pipeline().remove(RequestArenaHandler.class);
        assertFalse(only().isOpen());
        assertSame(parent, channel.alloc());
    }

    @Test
    void addedInTheMiddleOfARequestItWaitsForTheNext() {
        channel.config().setAllocator(parent);
        channel.pipeline().addLast(new HttpServerCodec());
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf");
        channel.pipeline().addLast(RequestArenaHandler.http1(arenas));
        receive("rest");
        assertEquals(0, arenas.stats().open());
        channel.writeOutbound(ok(Unpooled.EMPTY_BUFFER));
        receive(GET);
        assertEquals(1, arenas.stats().open());
        channel.writeOutbound(ok(Unpooled.EMPTY_BUFFER));
        assertEquals(0, arenas.stats().open());
        sent();
        for (Object msg = channel.readInbound(); msg != null; msg = channel.readInbound()) {
            ReferenceCountUtil.release(msg);
        }
    }

    @Test
    void aChannelThatClosesEndsWhatIsUnderWay() {
        serve((ctx, request) -> {});
        receive(GET + GET);
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
        assertEquals(3, arenas.stats().open());
        channel.close();
        assertThrows(PrematureChannelClosureException.class, channel::checkException); // the aggregator's
        assertEquals(0, arenas.stats().open());
    }

    @Test
    void aChannelThatLeavesItsEventLoopEndsItsRequests() {
        serve((ctx, request) -> {});
        receive(GET);
        assertTrue(only().isOpen());
        channel.deregister();
        channel.runPendingTasks();
        assertFalse(only().isOpen());
    }

    /** Such loops have no thread-locals that are cleaned up; then each arena is its own, and has to be closed. */
    @Test
    void aChannelThatIsGoneLeavesNothingBehind() {
        for (int i = 0; i < 50; i++) {
            channel = new EmbeddedChannel();
            serve(RequestArenaHandlerFixture::answer);
            receive(post("x"));
            sent();
            channel.finishAndReleaseAll();
        }
        assertEquals(0, arenas.openCounters());
        assertEquals(50, arenas.stats().requests());
    }
}
