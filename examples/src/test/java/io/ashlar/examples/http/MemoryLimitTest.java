// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** A body that the allocator's limit has no room for costs its connection, and nothing else. */
class MemoryLimitTest {

    private static final int LIMIT = 16 << 20;

    @Test
    void theServerSurvivesItsLimit() throws Exception {
        AshlarByteBufAllocator allocator =
                AshlarByteBufAllocator.builder().name("tight").limit(LIMIT).build();
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (DemoServer server = DemoServer.start(0, allocator::install, metrics)) {
            for (int i = 0; i < 3; i++) {
                tooMuch(server);
                for (int wait = 0; wait < 2_000 && allocator.stats().outstanding() > 0; wait++) {
                    Thread.sleep(10);
                }
                assertEquals(0, allocator.stats().outstanding());
                assertTrue(healthz(server).endsWith("\r\n\r\nok\n"));
            }
            assertTrue(allocator.stats().failures() >= 3, allocator::toString);
            assertTrue(allocator.stats().reservedBytes() <= LIMIT, allocator::toString);
        }
        assertEquals(0, allocator.stats().outstanding());
        allocator.close();
    }

    /** Sends twice the limit; the server hangs up at some point, with 503 if the client listens that long. */
    private static void tooMuch(DemoServer server) throws IOException {
        try (Socket socket = AshlarServer.connect(server)) {
            byte[] piece = new byte[1 << 20];
            String head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + 2 * LIMIT + "\r\n\r\n";
            try {
                socket.getOutputStream().write(head.getBytes(ISO_8859_1));
                for (int sent = 0; sent < 2 * LIMIT; sent += piece.length) {
                    socket.getOutputStream().write(piece);
                }
                String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
                assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 503 "), answer);
            } catch (IOException hungUp) {
                assertTrue(hungUp.getMessage().matches(".*(reset|roken pipe|abort).*"), hungUp.toString());
            }
        }
    }

    private static String healthz(DemoServer server) throws IOException {
        try (Socket socket = AshlarServer.connect(server)) {
            socket.getOutputStream()
                    .write("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }
}
