// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Talks to the server on Ashlar with the JDK's client. */
class DemoServerTest {

    private static final long SEED = Long.getLong("ashlar.test.seed", System.nanoTime());

    @RegisterExtension
    final AshlarServer ashlar = new AshlarServer();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(ashlar.url() + path)).timeout(Duration.ofSeconds(60));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(request(path).build(), BodyHandlers.ofString());
    }

    private HttpResponse<byte[]> echo(BodyPublisher body) throws Exception {
        return client.send(request("/echo").POST(body).build(), BodyHandlers.ofByteArray());
    }

    private static byte[] randomBytes(int size) {
        System.out.println("ashlar.test.seed=" + SEED + " size=" + size);
        byte[] bytes = new byte[size];
        new Random(SEED).nextBytes(bytes);
        return bytes;
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @Test
    void theGreetingListsTheUrls() throws Exception {
        HttpResponse<String> response = get("/");
        assertEquals(200, response.statusCode());
        assertTrue(header(response, "Content-Type").startsWith("text/plain"));
        for (String path : List.of("/echo", "/dashboard", "/metrics", "/healthz")) {
            assertTrue(response.body().contains(path), response.body());
        }
    }

    @Test
    void itIsHealthy() throws Exception {
        assertEquals("ok\n", get("/healthz?verbose=1").body());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, 8_192, 65_537, 1 << 20, 20 << 20})
    void echoReturnsTheBodyByteForByte(int size) throws Exception {
        byte[] body = randomBytes(size);
        HttpResponse<byte[]> response = echo(BodyPublishers.ofByteArray(body));
        assertEquals(200, response.statusCode());
        assertEquals(Integer.toString(size), header(response, "Content-Length"));
        assertArrayEquals(body, response.body());
    }

    @Test
    void echoTakesABodyOfUnknownLength() throws Exception {
        byte[] body = randomBytes(300_000);
        HttpResponse<byte[]> response = echo(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));
        assertEquals(200, response.statusCode());
        assertArrayEquals(body, response.body());
    }

    @Test
    void echoTakesPutAndExpectContinue() throws Exception {
        byte[] body = randomBytes(100_000);
        HttpRequest put = request("/echo")
                .expectContinue(true)
                .PUT(BodyPublishers.ofByteArray(body))
                .build();
        HttpResponse<byte[]> response = client.send(put, BodyHandlers.ofByteArray());
        assertEquals(200, response.statusCode());
        assertArrayEquals(body, response.body());
    }

    @Test
    void theLargestBodyPassesAndOneMoreByteDoesNot() throws Exception {
        byte[] largest = randomBytes(DemoServer.MAX_BODY);
        assertArrayEquals(largest, echo(BodyPublishers.ofByteArray(largest)).body());
        byte[] tooLong = new byte[DemoServer.MAX_BODY + 1];
        HttpRequest polite = request("/echo")
                .expectContinue(true)
                .POST(BodyPublishers.ofByteArray(tooLong))
                .build();
        assertEquals(413, client.send(polite, BodyHandlers.ofString()).statusCode());
        assertEquals(413, echo(BodyPublishers.ofByteArray(tooLong)).statusCode());
        assertEquals(
                413,
                echo(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(tooLong)))
                        .statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/healthz", "/metrics"})
    void headTellsWhatGetWouldWithoutTheBody(String path) throws Exception {
        HttpRequest head = request(path).method("HEAD", BodyPublishers.noBody()).build();
        HttpResponse<String> response = client.send(head, BodyHandlers.ofString());
        assertEquals(200, response.statusCode());
        assertEquals("", response.body());
        assertTrue(Integer.parseInt(header(response, "Content-Length")) > 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "GET; /echo; POST, PUT",
                "HEAD; /echo; POST, PUT",
                "DELETE; /echo; POST, PUT",
                "POST; /; GET, HEAD",
                "PUT; /metrics; GET, HEAD",
                "OPTIONS; /healthz; GET, HEAD",
                "FROBNICATE; /healthz; GET, HEAD"
            })
    void aWrongMethodIsToldWhichAreRight(String method, String path, String allowed) throws Exception {
        HttpRequest wrong =
                request(path).method(method, BodyPublishers.ofString("body")).build();
        HttpResponse<String> response = client.send(wrong, BodyHandlers.ofString());
        assertEquals(405, response.statusCode());
        assertEquals(allowed, header(response, "Allow"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "/echo/",
                "/%2e%2e/%2e%2e/etc/passwd",
                "/../../etc/passwd",
                "//echo",
                "/echo%00",
                "/%65cho",
                "/metrics;x=1",
                "/<script>alert(1)</script>"
            })
    void whatDoesNotExistIsNotFoundAndNotRepeated(String path) throws Exception {
        String target = path.replace("<", "%3C").replace(">", "%3E");
        HttpResponse<String> response = get(target);
        assertEquals(404, response.statusCode());
        assertFalse(response.body().contains("script") || response.body().contains("passwd"), response.body());
    }

    @Test
    void metricsShowTheAllocatorAtWork() throws Exception {
        echo(BodyPublishers.ofByteArray(randomBytes(50_000)));
        HttpResponse<String> response = get("/metrics");
        assertEquals("text/plain; version=0.0.4; charset=utf-8", header(response, "Content-Type"));
        String text = response.body();
        assertTrue(value(text, "ashlar_allocator_allocations_total") > 0, text);
        assertTrue(value(text, "ashlar_allocator_reserved_bytes") > 0, text);
        assertTrue(value(text, "ashlar_allocator_limit_bytes") > 0, text);
        assertTrue(text.contains("jvm_memory_used_bytes{"), text);
    }

    @Test
    void metricsCountTheBodyThatIsStillArriving() throws Exception {
        assertEquals(0, value(get("/metrics").body(), "ashlar_allocator_outstanding_buffers"));
        try (Socket socket = ashlar.connect()) {
            byte[] half = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nhalf of it".getBytes(UTF_8);
            socket.getOutputStream().write(half);
            // Asked of the scrape itself: from outside, the buffer that the server reads the first scrape's
            // connection into can be seen for a moment.
            String text = get("/metrics").body();
            for (int i = 0; i < 3_000 && value(text, "ashlar_allocator_outstanding_buffers") == 0; i++) {
                Thread.sleep(10);
                text = get("/metrics").body();
            }
            assertTrue(value(text, "ashlar_allocator_outstanding_buffers") > 0, text);
            assertTrue(value(text, "ashlar_allocator_requested_bytes") > 0, text);
            assertTrue(value(text, "ashlar_allocator_used_bytes") > 0, text);
        }
    }

    private static double value(String scrape, String meter) {
        return scrape.lines()
                .filter(line -> line.startsWith(meter + "{") && line.contains("kind=\"mapped\",name=\"http-demo\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(meter + " is not in:\n" + scrape));
    }

    @Test
    void manyAtOnceEachGetTheirOwnAnswer() throws Exception {
        Random random = new Random(SEED);
        System.out.println("ashlar.test.seed=" + SEED);
        List<byte[]> bodies = new ArrayList<>();
        List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            byte[] body = new byte[random.nextInt(40_000)];
            random.nextBytes(body);
            bodies.add(body);
            answers.add(client.sendAsync(
                    request("/echo").POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofByteArray()));
        }
        for (int i = 0; i < bodies.size(); i++) {
            HttpResponse<byte[]> answer = answers.get(i).get(60, TimeUnit.SECONDS);
            assertEquals(200, answer.statusCode());
            assertArrayEquals(bodies.get(i), answer.body(), "request " + i);
        }
    }
}
