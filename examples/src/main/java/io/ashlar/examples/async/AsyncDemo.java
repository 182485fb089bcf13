// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.async;

import io.ashlar.examples.client.Crowd;
import io.ashlar.netty.RequestArenaStats;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks a server for many prices that it has to ask for itself, and tells what that was to the server's memory. */
public final class AsyncDemo {

    private static final int REQUESTS = 5_000;

    private AsyncDemo() {}

    /**
     * Runs the demonstration.
     *
     * @param args none
     */
    public static void main(String[] args) {
        run(System.out);
    }

    static void run(PrintStream out) {
        out.printf(
                "Asking for %,d prices over HTTP/1.1, %d at once. The server has each from a service that takes up to"
                        + " %d ms and answers on its own threads.%n",
                REQUESTS, Crowd.AT_ONCE, PriceService.MOST_MILLIS);
        PriceServer server = new PriceServer();
        try (server) {
            Duration took = ask("http://127.0.0.1:" + server.address().getPort() + "/price/");
            out.printf("All %,d answers were right, after %.1f s.%n%n", REQUESTS, took.toMillis() / 1e3);
        }
        RequestArenaStats arenas = server.arenas(); // now that its event loops have counted everything
        out.printf("Requests that had an arena  %,d%n", arenas.requests());
        out.printf("  still open                %,d%n", arenas.open());
        out.printf("  bytes each, on average    %,d%n", arenas.usedBytes() / Math.max(1, arenas.requests()));
        out.printf("  ended with buffers in use %,d%n", arenas.escapes());
    }

    private static Duration ask(String url) {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        long start = System.nanoTime();
        Crowd.ask(
                client,
                REQUESTS,
                number -> HttpRequest.newBuilder(URI.create(url + "item-" + number)),
                AsyncDemo::check);
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static void check(HttpResponse<byte[]> answer, int number) {
        String item = "item-" + number;
        String expected = item + " costs " + PriceService.centsFor(item) + " cents\n";
        String found = new String(answer.body(), StandardCharsets.UTF_8);
        if (answer.statusCode() != 200 || !found.equals(expected)) {
            throw new IllegalStateException(
                    "status=" + answer.statusCode() + " answer=" + found.strip() + ", expected " + expected.strip());
        }
    }
}
