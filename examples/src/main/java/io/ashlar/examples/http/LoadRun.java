// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import io.netty.channel.Channel;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * One run of the load: from the moment when all its connections are open until the last of them is closed again.
 *
 * <p><b>Thread safety.</b> The connections report from their event loops; everything may be called from any thread.
 */
final class LoadRun {

    /** How long the last answers may take after the run's time is up. */
    private static final Duration GRACE = Duration.ofSeconds(15);
    /** Latencies beyond this, in nanoseconds, are counted as this. */
    private static final long LONGEST = Duration.ofSeconds(60).toNanos();

    private final Workload workload;
    private final Pace pace;
    private final List<Channel> channels;
    private final long deadline;

    private final Histogram latencies = new ConcurrentHistogram(LONGEST, 3);
    private final LongAdder answers = new LongAdder();
    private final AtomicInteger open;
    private final Promise<Void> done = ImmediateEventExecutor.INSTANCE.newPromise();
    // Synchronization: volatile, set once by stop() or fail().
    private volatile boolean stopped;

    LoadRun(Workload workload, List<Channel> channels, Duration length, Pace pace) {
        this.workload = workload;
        this.channels = List.copyOf(channels);
        this.pace = pace;
        this.open = new AtomicInteger(channels.size());
        this.deadline = System.nanoTime() + length.toNanos();
    }

    Workload workload() {
        return workload;
    }

    Pace pace() {
        return pace;
    }

    /** Whether nothing more is to be asked. */
    boolean isOver(long now) {
        return stopped || now - deadline >= 0;
    }

    /** Counts an answer. Those that come after the run's time is up are no part of its rate and latencies. */
    void record(long now, long latency) {
        answers.increment();
        if (!isOver(now)) {
            latencies.recordValue(Math.min(LONGEST, latency));
        }
    }

    void connectionClosed() {
        if (open.decrementAndGet() == 0) {
            done.trySuccess(null);
        }
    }

    /** Ends the run early: what is in flight is still answered. */
    void stop() {
        stopped = true;
    }

    void fail(Throwable cause) {
        if (done.tryFailure(cause)) {
            stopped = true;
            channels.forEach(Channel::close);
        }
    }

    /** Completes when all connections are closed; fails as soon as anything goes wrong. */
    Promise<Void> done() {
        return done;
    }

    /**
     * Waits for the end of the run.
     *
     * @param millis how long to wait at the most
     * @return whether the run has ended, well or badly
     */
    boolean await(long millis) throws InterruptedException {
        if (System.nanoTime() - deadline > GRACE.toNanos()) {
            fail(new IOException(open.get() + " connections still wait for answers " + GRACE.toSeconds()
                    + " seconds after the end of the load"));
        }
        return done.await(millis);
    }

    /** Latencies in nanoseconds of the answers that came within the run's time. */
    Histogram latencies() {
        return latencies;
    }

    /** All answers, including those that came after the run's time was up. */
    long answers() {
        return answers.sum();
    }
}
