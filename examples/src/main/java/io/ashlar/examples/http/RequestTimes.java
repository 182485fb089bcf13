// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Measures how long the requests of one connection take: from the moment when a request is there as a whole until its answer was flushed to
 * the socket. Answers are flushed together, so their requests are timed together, without an object for each.
 *
 * <p>Used by the connection's event loop only.
 */
final class RequestTimes {

    private static final Duration SHORTEST = Duration.ofNanos(16_384);
    private static final Duration LONGEST = Duration.ofSeconds(4);

    private final Timer timer;
    private long[] begun = new long[16];
    private int unanswered;

    RequestTimes(Timer timer) {
        this.timer = timer;
    }

    /** The server's timer, always the same for a registry. Its buckets, about nine for each factor of four, are fit for {@code histogram_quantile}. */
    static Timer timer(MeterRegistry registry) {
        return Timer.builder("http.server.requests")
                .description("From a request that is there as a whole to its answer flushed to the socket")
                .publishPercentileHistogram()
                .minimumExpectedValue(SHORTEST)
                .maximumExpectedValue(LONGEST)
                .register(registry);
    }

    /** A request is there. */
    void begin() {
        if (unanswered == begun.length) {
            begun = Arrays.copyOf(begun, 2 * begun.length);
        }
        begun[unanswered++] = System.nanoTime();
    }

    /** All answers so far were flushed. */
    void flushed() {
        if (unanswered > 0) {
            long now = System.nanoTime();
            for (int i = 0; i < unanswered; i++) {
                timer.record(now - begun[i], TimeUnit.NANOSECONDS);
            }
            unanswered = 0;
        }
    }
}
