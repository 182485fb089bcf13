// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an application might do wrong in a request, or in a hook at its end, and how it is answered. */
class RequestArenaHandlerMisuseTest extends RequestArenaHandlerFixture {

    @Test
    void aHandlerThatThrowsLeavesItsRequest() {
        serve((ctx, request) -> {
            throw new IllegalStateException("application");
        });
        IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> receive(GET));
        assertEquals("application", thrown.getMessage());
        assertNull(RequestArenaHandler.current(channel.pipeline().lastContext()));
        assertTrue(only().isOpen());
        channel.close();
        assertFalse(only().isOpen());
    }

    @Test
    void aRequestWithoutBudgetCanStillBeAnswered() {
        arenas = RequestArenas.builder(parent).budget(8 << 10).build();
        serve((ctx, request) -> {
            List<ByteBuf> taken = new ArrayList<>();
            try {
                while (true) {
                    taken.add(ctx.alloc().buffer(500));
                }
            } catch (RequestBudgetExceededException refused) {
                ctx.writeAndFlush(new DefaultFullHttpResponse(
                                HttpVersion.HTTP_1_1,
                                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                                Unpooled.EMPTY_BUFFER))
                        .addListener(written -> assertTrue(written.isSuccess(), () -> "" + written.cause()));
            } finally {
                taken.forEach(ByteBuf::release);
            }
        });
        receive(GET);
        assertFalse(only().isOpen());
        assertTrue(sent().startsWith("HTTP/1.1 413 "));
        assertEquals(1, arenas.stats().budgetHits());
    }

    @Test
    void theHandlersArenasAreNotTheApplicationsToEnd() {
        serve((ctx, request) -> {
            RequestArena arena = RequestArenaHandler.current(ctx);
            assertThrows(IllegalStateException.class, arena::end);
            assertThrows(IllegalStateException.class, arena::close);
            assertThrows(IllegalStateException.class, arena::begin);
            answer(ctx, request);
        });
        receive(post("x"));
        assertFalse(only().isOpen());
        assertTrue(sent().endsWith("x"));
    }

    @Test
    void aHookThatThrowsReachesThePipeline() {
        serve((ctx, request) -> {
            RequestArenaHandler.current(ctx).onEnd(() -> {
                throw new IllegalStateException("hook");
            });
            answer(ctx, request);
        });
        IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> receive(post("x")));
        assertEquals("hook", thrown.getMessage());
        assertTrue(sent().endsWith("x"));
    }

    @Test
    void aHookMayWorkInItsRequest() {
        List<Runnable> answers = new ArrayList<>();
        serve((ctx, request) -> {
            RequestArena arena = RequestArenaHandler.current(ctx);
            arena.onEnd(() -> arena.run(() -> ctx.alloc().buffer(10).release()));
            answers.add(later(ctx, request));
        });
        for (int i = 0; i < 3; i++) {
            receive(post("a") + post("b"));
            answers.forEach(Runnable::run);
            answers.clear();
            assertEquals(0, arenas.stats().open());
        }
        assertEquals(6, arenas.stats().requests());
        sent();
    }

    @Test
    void aHookMayFlushTheAnswerOfAnotherRequestWhileAllEnd() {
        serve((ctx, request) -> {
            if (served.size() == 1) {
                ctx.write(ok(Unpooled.EMPTY_BUFFER));
            } else {
                RequestArenaHandler.current(ctx).onEnd(ctx::flush);
            }
        });
        receive(GET + GET + GET);
        assertEquals(3, arenas.stats().open());
        channel.pipeline().remove(RequestArenaHandler.class);
        channel.checkException();
        assertEquals(0, arenas.stats().open());
        sent();
    }
}
