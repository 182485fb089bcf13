// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.format.OutputFormat;

/**
 * What a person sees while JMH runs: one line per scenario and allocator. What JMH and the forks have to say besides is
 * kept back, and shown if the scenario fails.
 */
final class Progress implements OutputFormat {

    private final PrintStream out;
    private final Instant start = Instant.now();
    private final StringBuilder keptBack = new StringBuilder();
    private Question question;
    private String position = "";
    private boolean pending;
    private int failures;

    Progress(PrintStream out, Question first) {
        this.out = out;
        this.question = first;
    }

    void next(Question newQuestion, int number, int of, int fork, int forks) {
        question = newQuestion;
        position = "[" + number + "/" + of + (forks == 1 ? "]" : ", fork " + fork + "/" + forks + "]");
    }

    int failures() {
        return failures;
    }

    @Override
    public void startBenchmark(BenchmarkParams params) {
        settle();
        Duration elapsed = Duration.between(start, Instant.now());
        out.printf(
                "%3d:%02d %-7s %-46s %-16s",
                elapsed.toMinutes(),
                elapsed.toSecondsPart(),
                position,
                Scoreboard.scenario(question, params),
                Scoreboard.contestant(question, params));
        out.flush();
        pending = true;
    }

    @Override
    public void endBenchmark(BenchmarkResult result) {
        if (result != null) {
            out.printf("%,12.1f ns%n", result.getPrimaryResult().getScore());
            pending = false;
            keptBack.setLength(0);
        }
    }

    @Override
    public void endRun(Collection<RunResult> results) {
        settle();
    }

    /** If the last scenario came to no end, says so. */
    void settle() {
        if (pending) {
            pending = false;
            failures++;
            out.println("FAILED");
            out.println(keptBack);
        }
        keptBack.setLength(0);
    }

    @Override
    public void print(String text) {
        keptBack.append(text);
    }

    @Override
    public void println(String text) {
        keptBack.append(text).append('\n');
    }

    @Override
    public void verbosePrintln(String text) {}

    @Override
    public void write(int b) {
        keptBack.append((char) b);
    }

    @Override
    public void write(byte[] bytes) {
        keptBack.append(new String(bytes, StandardCharsets.UTF_8));
    }

    @Override
    public void startRun() {}

    @Override
    public void iteration(BenchmarkParams params, IterationParams iteration, int number) {}

    @Override
    public void iterationResult(BenchmarkParams params, IterationParams iteration, int number, IterationResult data) {}

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
