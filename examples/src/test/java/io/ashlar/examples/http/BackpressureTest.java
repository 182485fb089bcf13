// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/** The server that is to be used stops reading while memory is scarce, and goes on. */
class BackpressureTest {

    private static final int LIMIT = 16 << 20;

    private final AshlarByteBufAllocator allocator =
            AshlarByteBufAllocator.builder().name("scarce").limit(LIMIT).build();

    private void awaitPaused(IntPredicate enough) throws InterruptedException {
        for (int i = 0; i < 3_000 && !enough.test(allocator.pausedChannels()); i++) {
            Thread.sleep(10);
        }
        assertTrue(enough.test(allocator.pausedChannels()), () -> allocator.pausedChannels() + " channels wait");
    }

    private static void ask(Socket socket) throws IOException {
        socket.getOutputStream().write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(ISO_8859_1));
    }

    private static void awaitAnswer(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\nok\n") < 0) {
            int next = socket.getInputStream().read();
            assertTrue(next >= 0, () -> "the end, after " + answer);
            answer.append((char) next);
        }
    }

    @Test
    void connectionsWaitUntilThereIsMemoryAgain() throws Exception {
        try (Contender server = Contender.serving(allocator, 0, true);
                Socket before = AshlarServer.connect(server.server())) {
            ask(before);
            awaitAnswer(before);
            ByteBuf held = allocator.directBuffer(14 << 20);
            ByteBuf more = allocator.directBuffer(256 << 10); // so much that nobody may read in turn either
            awaitPaused(paused -> paused == 2); // the connection, and the server's own channel
            before.setSoTimeout(300);
            ask(before);
            assertThrows(SocketTimeoutException.class, () -> awaitAnswer(before));
            try (Socket meanwhile = AshlarServer.connect(server.server())) {
                ask(meanwhile);
                more.release();
                held.release();
                awaitAnswer(meanwhile);
            }
            before.setSoTimeout(30_000);
            awaitAnswer(before);
            awaitPaused(paused -> paused == 0);
            assertEquals(0, allocator.stats().failures());
        }
    }

    @Test
    void whatDoesNotMoveForAMinuteIsClosed() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline().addLast(new IdleLimit());
        channel.advanceTimeBy(IdleLimit.SECONDS - 1, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        channel.writeInbound("something moves");
        channel.advanceTimeBy(IdleLimit.SECONDS - 1, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertTrue(channel.isOpen());
        channel.advanceTimeBy(2, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertFalse(channel.isOpen());
    }
}
