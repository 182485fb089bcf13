// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Clients that post bodies of many sizes and check what comes back: now more, now less, some slowly, and rarely a very large one. */
final class Load {

    private static final int CLIENTS = 6;
    private static final int SLOW_CLIENTS = 12;
    private static final int SLOW_LONGEST = 1_500_000;
    /** From one rush hour to the next. */
    private static final double DAY_NANOS = Duration.ofSeconds(80).toNanos();

    private static final long LONGEST_PAUSE_MILLIS = 16;
    private static final int LARGE = 20 << 20;
    private static final Duration BETWEEN_LARGE = Duration.ofSeconds(50);
    private static final int UNAVAILABLE = 503;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI echo;
    private final long start = System.nanoTime();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Load(InetSocketAddress server, long seed) {
        echo = URI.create("http://127.0.0.1:" + server.getPort() + "/echo");
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int i = 0; i < CLIENTS; i++) {
            SplittableRandom random = seeds.split();
            start("client-" + i, () -> {
                post(BodyPublishers::ofByteArray, bytes(random, size(random)));
                Thread.sleep(pauseMillis());
            });
        }
        for (int i = 0; i < SLOW_CLIENTS; i++) {
            SplittableRandom random = seeds.split();
            start("slow-client-" + i, () -> post(Load::slowly, bytes(random, random.nextInt(1, SLOW_LONGEST))));
        }
        start("large-client", () -> {
            Thread.sleep(BETWEEN_LARGE.toMillis());
            post(BodyPublishers::ofByteArray, new byte[LARGE]);
        });
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private interface Publishing {
        BodyPublisher of(byte[] body);
    }

    private void start(String name, Step step) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (!Thread.interrupted()) {
                            step.run();
                        }
                    } catch (InterruptedException stop) {
                        Thread.currentThread().interrupt();
                    } catch (RuntimeException | AssertionError e) {
                        failure.compareAndSet(null, e);
                    }
                },
                name);
        threads.add(thread);
        thread.start();
    }

    /** Little in rush hours, much at night. */
    private long pauseMillis() {
        double phase = 2 * Math.PI * (System.nanoTime() - start) / DAY_NANOS;
        return Math.round(LONGEST_PAUSE_MILLIS * (1 + Math.cos(phase)) / 2) + 1;
    }

    private static int size(SplittableRandom random) {
        int percent = random.nextInt(100);
        if (percent < 70) {
            return random.nextInt(1, 1_000);
        }
        return percent < 95 ? random.nextInt(1_000, 16_000) : random.nextInt(16_000, 200_000);
    }

    private static byte[] bytes(SplittableRandom random, int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private void post(Publishing publishing, byte[] body) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(echo)
                .timeout(Duration.ofMinutes(1))
                .POST(publishing.of(body))
                .build();
        HttpResponse<byte[]> response;
        try {
            response = client.send(request, BodyHandlers.ofByteArray());
        } catch (IOException refused) {
            return; // the server closes the connection of a request that it has no memory for, perhaps before all was
            // sent
        }
        boolean right = response.statusCode() == UNAVAILABLE || Arrays.equals(body, response.body());
        if (!right) {
            throw new AssertionError("status=" + response.statusCode() + " for a body of " + body.length + " bytes");
        }
    }

    /** A few thousand bytes at a time, as from a telephone. */
    private static BodyPublisher slowly(byte[] body) {
        return BodyPublishers.ofInputStream(() -> new SlowStream(body));
    }

    private static final class SlowStream extends ByteArrayInputStream {

        private static final int AT_ONCE = 16_000;
        private static final long PAUSE_MILLIS = 25;

        SlowStream(byte[] body) {
            super(body);
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
            return super.read(into, offset, Math.min(length, AT_ONCE));
        }
    }

    /** What went wrong first, if anything did. */
    @Nullable
    Throwable failure() {
        return failure.get();
    }

    /** Ends all clients. */
    void stop() throws InterruptedException {
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
