// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Puts the results of the two servers side by side, in words and numbers that a person can read. */
final class Report {

    private static final String NOT_AVAILABLE = "n/a";
    /** Differences of less than this part are called "about as". */
    private static final double SAME = 0.02;

    private final List<Contender> contenders;
    private final List<Totals> totals;

    Report(List<Contender> contenders, List<Totals> totals) {
        this.contenders = contenders;
        this.totals = totals;
    }

    /** What was run, where, and how often. */
    static String header(Options options) {
        return """
                HTTP/1.1 over loopback: %d connections, %d requests in flight on each, seed %d
                %d rounds of %.2f s per server after a warm-up of %.2f s, both in this one JVM
                JDK %s, %d cores, Netty %s, its default allocator is %s
                """.formatted(
                        options.connections(),
                        options.pipeline(),
                        options.seed(),
                        Comparison.ROUNDS,
                        Comparison.round(options).toNanos() / 1e9,
                        Comparison.warmUp(options).toNanos() / 1e9,
                        Runtime.version(),
                        Runtime.getRuntime().availableProcessors(),
                        nettyVersion(),
                        ByteBufAllocator.DEFAULT.getClass().getSimpleName());
    }

    private static String nettyVersion() {
        Version version = Version.identify().get("netty-buffer");
        return version == null ? "of unknown version" : version.artifactVersion();
    }

    /** The table, and a sentence on what was seen. */
    @Override
    public String toString() {
        TextTable table = new TextTable();
        table.row("", contenders.stream().map(Contender::title).toList());
        table.line();
        row(table, "requests/s", t -> count(t.requestsPerSecond()));
        row(table, "  slowest - fastest round", t -> count(t.slowestRound()) + " - " + count(t.fastestRound()));
        row(table, "latency p50", t -> millis(t.latency(50)));
        row(table, "latency p90", t -> millis(t.latency(90)));
        row(table, "latency p99", t -> millis(t.latency(99)));
        row(table, "latency p99.9", t -> millis(t.latency(99.9)));
        row(table, "requested, peak seen", t -> bytes(t.peak().requested()));
        row(table, "used, peak seen", t -> bytes(t.peak().used()));
        row(table, "reserved, peak seen", t -> bytes(t.peak().reserved()));
        row(table, "buffers outstanding at the end", t -> known(t.end().outstanding()));
        row(table, "Java heap per request", t -> bytes(t.heapPerRequest()));
        row(table, "requests measured", t -> count(t.requests()));
        StringBuilder text = new StringBuilder().append(table).append('\n');
        contenders.stream()
                .map(Contender::remark)
                .filter(remark -> !remark.isEmpty())
                .forEach(remark -> text.append(remark).append('\n'));
        return text.append(sentence()).append('\n').toString();
    }

    private void row(TextTable table, String label, Function<Totals, String> cell) {
        table.row(label, totals.stream().map(cell).toList());
    }

    private String sentence() {
        Totals ours = totals.get(0);
        Totals theirs = totals.get(1);
        boolean overlap = ours.slowestRound() <= theirs.fastestRound() && theirs.slowestRound() <= ours.fastestRound();
        List<String> parts = new ArrayList<>();
        parts.add(versus(ours.requestsPerSecond(), theirs.requestsPerSecond(), "more", "fewer", "about as many")
                + " requests per second" + (overlap ? " (within the spread of the rounds)" : ""));
        parts.add(versus(ours.latency(99), theirs.latency(99), "more", "less", "about the same") + " latency at p99");
        if (ours.peak().reserved() > 0 && theirs.peak().reserved() > 0) {
            parts.add(bytes(ours.peak().reserved()) + " instead of "
                    + bytes(theirs.peak().reserved()) + " reserved");
        }
        if (ours.heapPerRequest() > 0 && theirs.heapPerRequest() > 0) {
            parts.add(versus(ours.heapPerRequest(), theirs.heapPerRequest(), "more", "less", "about as much")
                    + " Java heap per request");
        }
        return "Compared with Netty's default allocator, the server on Ashlar showed " + String.join(", ", parts) + ".";
    }

    private static String versus(double ours, double theirs, String more, String less, String same) {
        double part = ours / theirs - 1;
        if (Math.abs(part) < SAME) {
            return same;
        }
        return String.format(Locale.ROOT, "%.0f %% %s", Math.abs(part) * 100, part > 0 ? more : less);
    }

    private static String count(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    private static String known(long value) {
        return value < 0 ? NOT_AVAILABLE : count(value);
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%,.2f ms", nanos / 1e6);
    }

    private static String bytes(double bytes) {
        if (bytes < 0) {
            return NOT_AVAILABLE;
        }
        if (bytes < 10 << 10) {
            return count(bytes) + " B";
        }
        return bytes < 1 << 20
                ? String.format(Locale.ROOT, "%,.1f KiB", bytes / (1 << 10))
                : String.format(Locale.ROOT, "%,.1f MiB", bytes / (1 << 20));
    }
}
