// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A Prometheus of our own, on the loopback address, that looks at one server every second: with the project's configuration and rules. */
final class Prometheus {

    private static final String CONFIGURATION = "prometheus.yml";
    private static final int OK = 200;
    private static final int LOOKS = 600;
    private static final long BETWEEN_LOOKS_MILLIS = 100;
    private static final long STOP_SECONDS = 20;

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final Path log;
    private final String url;
    private final Process process;

    /**
     * Starts it, and waits until it is ready.
     *
     * @param folder an empty folder, for its configuration, data and log
     * @param serverPort whom it looks at
     */
    Prometheus(Path folder, int serverPort) throws IOException, InterruptedException {
        log = folder.resolve("log");
        Files.copy(Rules.FILE, folder.resolve(Rules.FILE.getFileName()));
        Path configuration = folder.resolve(CONFIGURATION);
        Files.writeString(configuration, configuration(serverPort));
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        url = "http://127.0.0.1:" + port;
        process = Tool.PROMETHEUS
                .process(
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port,
                        "--log.level=warn")
                .redirectOutput(log.toFile())
                .start();
        awaitReady();
    }

    private static String configuration(int serverPort) throws IOException {
        String text = Files.readString(Board.FOLDER.resolve(CONFIGURATION));
        text = replace(text, "127.0.0.1:8080", "127.0.0.1:" + serverPort);
        text = replace(text, "scrape_interval: 5s", "scrape_interval: 1s");
        return replace(text, "evaluation_interval: 5s", "evaluation_interval: 1s");
    }

    private static String replace(String text, String old, String replacement) {
        assertNotEquals(-1, text.indexOf(old), CONFIGURATION + " has no " + old);
        return text.replace(old, replacement);
    }

    private void awaitReady() throws IOException, InterruptedException {
        for (int i = 0; i < LOOKS && process.isAlive(); i++) {
            try {
                HttpRequest ready = HttpRequest.newBuilder(URI.create(url + "/-/ready"))
                        .timeout(Duration.ofSeconds(5))
                        .build();
                if (client.send(ready, BodyHandlers.discarding()).statusCode() == OK) {
                    return;
                }
            } catch (IOException notYet) {
                // it does not listen yet
            }
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
        }
        boolean alive = process.isAlive();
        stop();
        throw new AssertionError(
                "Prometheus " + (alive ? "is not ready" : "has ended") + ":\n" + Files.readString(log));
    }

    /** What an expression is now: a list of series, each with one value. */
    JsonNode query(String expression) throws IOException, InterruptedException {
        return get("/api/v1/query?query=" + encoded(expression)).path("result");
    }

    /**
     * What an expression was: a list of series, each with many values.
     *
     * @param expression PromQL
     * @param from seconds since 1970
     * @param to seconds since 1970
     */
    JsonNode queryRange(String expression, long from, long to) throws IOException, InterruptedException {
        return get("/api/v1/query_range?query=" + encoded(expression) + "&start=" + from + "&end=" + to + "&step=1")
                .path("result");
    }

    /** All rules with their state. */
    JsonNode rules() throws IOException, InterruptedException {
        return get("/api/v1/rules").path("groups");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(30))
                .build();
        JsonNode answer =
                json.readTree(client.send(request, BodyHandlers.ofString()).body());
        if (!answer.path("status").asText().equals("success")) {
            throw new IllegalArgumentException(answer.path("errorType").asText() + ": "
                    + answer.path("error").asText());
        }
        return answer.path("data");
    }

    /** Ends the process. */
    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
