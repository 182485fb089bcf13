// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the demonstration as the command line does. */
class HttpDemoTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) {
        return HttpDemo.run(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), args);
    }

    private String out() {
        return out.toString(UTF_8);
    }

    private String err() {
        return err.toString(UTF_8);
    }

    /** The cells of the table's row with that label. */
    private List<String> row(String label) {
        Matcher line = Pattern.compile("(?m)^\\s*" + Pattern.quote(label) + "\\s*\\|([^|\n]*)\\|([^|\n]*)$")
                .matcher(out());
        assertTrue(line.find(), label + " is not in:\n" + out());
        return List.of(line.group(1).strip(), line.group(2).strip());
    }

    private static double number(String cell) {
        return Double.parseDouble(cell.replaceAll("[,]|[ a-zA-Z]+$", ""));
    }

    @Test
    void itComparesBothAndEnds() {
        assertEquals(0, run("--seconds", "1", "--connections", "4", "--pipeline", "3", "--seed", "5"), this::err);
        assertEquals("", err());
        assertTrue(out().contains("4 connections, 3 requests in flight on each, seed 5"), out());
        assertTrue(out().contains("JDK " + Runtime.version()), out());
        assertTrue(out().contains("round 4 of 4, Ashlar: "), out());
        assertEquals(List.of("Ashlar", "Netty default"), row(""));
        for (String label : List.of(
                "requests/s",
                "latency p50",
                "latency p90",
                "latency p99",
                "latency p99.9",
                "Java heap per request",
                "reserved, peak seen",
                "requests measured")) {
            for (String cell : row(label)) {
                assertTrue(number(cell) > 0, label + ": " + cell);
            }
        }
        for (String label : List.of("requested, peak seen", "used, peak seen")) {
            assertTrue(number(row(label).get(0)) > 0, label);
            assertEquals("n/a", row(label).get(1));
        }
        assertEquals(List.of("0", "n/a"), row("buffers outstanding at the end"));
        assertTrue(
                number(row("latency p50").get(0)) <= number(row("latency p99.9").get(0)));
        String last = out().lines().reduce((first, second) -> second).orElseThrow();
        assertTrue(last.startsWith("Compared with Netty's default allocator, the server on Ashlar showed "), last);
        assertTrue(last.contains(" requests per second") && last.endsWith(" Java heap per request."), last);
    }

    @Test
    void helpIsNoError() {
        assertEquals(0, run("--help"));
        assertEquals(Options.USAGE, out());
        assertEquals("", err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--nonsense", "--port", "--port x", "--port 70000", "--seconds 0", "--load"})
    void aCommandLineThatMakesNoSenseIsOneLineAndCode2(String line) {
        assertEquals(2, run(line.split(" ")));
        assertEquals("", out());
        assertEquals(1, err().lines().count(), err());
        assertTrue(err().startsWith("ashlar-examples: "), err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--serve", "--serve --no-load --load"})
    void aPortInUseIsOneLineAndCode2(String mode) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());
            assertEquals(2, run(("--port " + port + " " + mode).strip().split(" ")));
            assertEquals("", out());
            assertEquals(1, err().lines().count(), err());
            assertTrue(err().contains("127.0.0.1:" + port), err());
        }
    }

    @Test
    void servingLastsUntilTheThreadIsInterrupted() throws Exception {
        AtomicInteger code = new AtomicInteger(-1);
        Thread demo = new Thread(() -> code.set(run("--serve", "--no-load", "--load", "--port", "0")));
        demo.start();
        try {
            String url = awaitUrl(demo);
            assertTrue(out().contains("Open " + url + "/dashboard in a browser"), out());
            HttpClient client = HttpClient.newHttpClient();
            HttpRequest metrics =
                    HttpRequest.newBuilder(URI.create(url + "/metrics")).build();
            double allocations = 0;
            double outstanding = 0;
            for (int i = 0; i < 1_000 && (allocations < 100 || outstanding == 0); i++) {
                String text = client.send(metrics, HttpResponse.BodyHandlers.ofString())
                        .body();
                allocations = sum(text, "ashlar_allocator_allocations_total{");
                outstanding = Math.max(outstanding, sum(text, "ashlar_allocator_outstanding_buffers{"));
                Thread.sleep(10);
            }
            assertTrue(allocations >= 100, "allocations=" + allocations);
            assertTrue(outstanding > 0, "no scrape saw a buffer outstanding");
        } finally {
            demo.interrupt();
            demo.join(20_000);
        }
        assertFalse(demo.isAlive());
        assertEquals(0, code.get(), this::err);
        assertEquals("", err());
        assertTrue(out().contains("Stopped. Buffers outstanding: 0\n"), out());
    }

    /** It is another server, with backpressure; whoever has opened the page finds it where it was. */
    @Test
    void afterTheComparisonItServesOnTheSamePort() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        AtomicInteger code = new AtomicInteger(-1);
        Thread demo = new Thread(() ->
                code.set(run("--serve", "--seconds", "1", "--connections", "2", "--port", Integer.toString(port))));
        demo.start();
        try {
            assertEquals("http://127.0.0.1:" + port, awaitUrl(demo));
            HttpRequest healthz = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/healthz"))
                    .build();
            assertEquals(
                    200,
                    HttpClient.newHttpClient()
                            .send(healthz, HttpResponse.BodyHandlers.ofString())
                            .statusCode());
        } finally {
            demo.interrupt();
            demo.join(20_000);
        }
        assertFalse(demo.isAlive());
        assertEquals(0, code.get(), this::err);
        assertTrue(out().contains("Compared with Netty's default allocator"), out());
        assertTrue(out().contains("Stopped. Buffers outstanding: 0\n"), out());
    }

    @Test
    void aComparisonThatIsBrokenOffIsCode1() throws Exception {
        AtomicInteger code = new AtomicInteger(-1);
        Thread demo = new Thread(() -> code.set(run("--seconds", "600")));
        demo.start();
        for (int i = 0; i < 3_000 && demo.isAlive() && !out().contains("warm-up, Ashlar: "); i++) {
            Thread.sleep(10);
        }
        demo.interrupt();
        demo.join(20_000);
        assertFalse(demo.isAlive());
        assertEquals(1, code.get(), this::err);
        assertEquals("ashlar-examples: interrupted\n", err());
        assertFalse(out().contains("requests/s"), out());
    }

    private String awaitUrl(Thread demo) throws InterruptedException {
        Pattern curl = Pattern.compile("curl \\S+ \\S+ (http://127\\.0\\.0\\.1:\\d+)/echo");
        for (int i = 0; i < 3_000 && demo.isAlive(); i++) {
            Matcher matcher = curl.matcher(out());
            if (matcher.find()) {
                return matcher.group(1);
            }
            Thread.sleep(10);
        }
        throw new AssertionError("no curl line in:\n" + out() + err());
    }

    private static double sum(String scrape, String meter) {
        return scrape.lines()
                .filter(line -> line.startsWith(meter))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
