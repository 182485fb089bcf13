// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import io.ashlar.examples.client.LoopThreads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * Loads two servers in short rounds, one after the other and never both at once. Which of them goes first alternates,
 * so that neither always gets the warmer machine.
 */
final class Comparison {

    static final int ROUNDS = 4;
    private static final int WARM_UP_ROUNDS = 2;

    /** How often the allocators are asked for their figures while a round runs, in milliseconds. */
    private static final long SAMPLE_EVERY = 5;
    /** How long a server may take to notice that its connections are closed. */
    private static final Duration SETTLE = Duration.ofSeconds(2);

    private final Options options;
    private final LoadClient client;
    private final Progress progress;

    Comparison(Options options, LoadClient client, Progress progress) {
        this.options = options;
        this.client = client;
        this.progress = progress;
    }

    /** The measured time of one round. */
    static Duration round(Options options) {
        return Duration.ofSeconds(options.seconds()).dividedBy(ROUNDS);
    }

    /** The time for which each server is loaded before anything is measured, so that its code is compiled. */
    static Duration warmUp(Options options) {
        return Duration.ofMillis(Math.min(2_000, options.seconds() * 500L));
    }

    /**
     * Runs all rounds.
     *
     * @param contenders the servers
     * @return what each of them has shown, in the same order
     * @throws IOException if a connection could not be opened
     * @throws ExecutionException if an answer was wrong or did not come; the cause says which
     * @throws InterruptedException if the thread was interrupted
     */
    List<Totals> run(List<Contender> contenders) throws IOException, ExecutionException, InterruptedException {
        for (int round = 0; round < WARM_UP_ROUNDS; round++) {
            for (Contender contender : contenders) {
                load("warm-up", contender, warmUp(options).dividedBy(WARM_UP_ROUNDS), new Totals());
            }
        }
        List<Totals> totals = new ArrayList<>();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < contenders.size(); i++) {
            totals.add(new Totals());
            order.add(i);
        }
        for (int round = 1; round <= ROUNDS; round++) {
            for (int i : order) {
                load("round " + round + " of " + ROUNDS, contenders.get(i), round(options), totals.get(i));
            }
            Collections.reverse(order);
        }
        for (int i : order) {
            totals.get(i).atTheEnd(settle(contenders.get(i)));
        }
        return totals;
    }

    private void load(String phase, Contender contender, Duration length, Totals totals)
            throws IOException, ExecutionException, InterruptedException {
        progress.begin(phase + ", " + contender.title());
        long heapBefore = contender.server().threads().allocatedBytes();
        MemoryReading peak = contender.memory().get();
        LoadRun run = client.start(contender.server().address(), options.connections(), options.pipeline(), length);
        while (!run.await(SAMPLE_EVERY)) {
            peak = peak.max(contender.memory().get());
            progress.tick(run.answers());
        }
        run.done().get();
        long heapAfter = contender.server().threads().allocatedBytes();
        long heap = heapBefore < 0 || heapAfter < 0 ? LoopThreads.UNKNOWN : heapAfter - heapBefore;
        totals.add(run, length.toNanos() / 1e9, heap, peak);
        progress.end(run.answers());
        settle(contender);
    }

    /** Waits until the server has noticed that its clients are gone, and reads its allocator's figures. */
    private static MemoryReading settle(Contender contender) throws InterruptedException {
        long start = System.nanoTime();
        MemoryReading reading = contender.memory().get();
        while ((contender.server().openConnections() > 0 || reading.outstanding() > 0)
                && System.nanoTime() - start < SETTLE.toNanos()) {
            Thread.sleep(10);
            reading = contender.memory().get();
        }
        return reading;
    }
}
