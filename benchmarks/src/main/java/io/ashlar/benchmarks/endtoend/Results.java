// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.endtoend;

import io.ashlar.benchmarks.suite.TextTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What all rounds together say. */
final class Results {

    private static final double RATE_TARGET = 1.05;
    private static final double P99_TARGET = 1;
    private static final double P99_NEAR = 1.05;
    private static final double NOISY = 0.2;

    private static final double MICROS = 1e3;
    private static final double MILLIS = 1e6;
    private static final double MIB = 1 << 20;

    private final Map<Contestant, List<Round>> rounds = new EnumMap<>(Contestant.class);

    Results() {
        for (Contestant one : Contestant.values()) {
            rounds.put(one, new ArrayList<>());
        }
    }

    /** Adds a round. Rounds of the same number are compared with each other. */
    void add(Contestant one, Round round) {
        rounds.get(one).add(round);
    }

    /** The rate of one of ours divided by that of the better of Netty's two pools, round by round: the median of that. */
    double rateRatio(Contestant ours) {
        double adaptive = median(Contestant.ADAPTIVE, Round::rate);
        double pooled = median(Contestant.POOLED, Round::rate);
        return ratio(ours, adaptive >= pooled ? Contestant.ADAPTIVE : Contestant.POOLED, Round::rate);
    }

    /** The same for the latency; here less is better. */
    double p99Ratio(Contestant ours) {
        double adaptive = median(Contestant.ADAPTIVE, Round::p99);
        double pooled = median(Contestant.POOLED, Round::p99);
        return ratio(ours, adaptive <= pooled ? Contestant.ADAPTIVE : Contestant.POOLED, Round::p99);
    }

    /** Nothing if both targets are reached. */
    String mark(Contestant ours) {
        if (rateRatio(ours) < RATE_TARGET || p99Ratio(ours) > P99_NEAR) {
            return "SHORT";
        }
        return p99Ratio(ours) > P99_TARGET ? "near" : "";
    }

    TextTable table(Settings settings) {
        TextTable table = new TextTable(List.of(
                settings.title(),
                "requests/s",
                "slowest - fastest round",
                "p50 ms",
                "p99 ms",
                "server CPU us/request",
                "GC",
                "Java heap B/request",
                "reserved MiB",
                "RSS above start MiB",
                "requests/s to best",
                "p99 to best",
                "target",
                ""));
        for (Contestant one : Contestant.values()) {
            table.row(row(one));
        }
        return table;
    }

    private List<String> row(Contestant one) {
        List<String> cells = new ArrayList<>(List.of(
                one.title(),
                String.format("%,.0f", median(one, Round::rate)) + (isNoisy(one) ? " ~" : ""),
                String.format("%,.0f - %,.0f", least(one, Round::rate), -least(one, round -> -round.rate())),
                String.format("%.2f", median(one, Round::p50) / MILLIS),
                String.format("%.2f", median(one, Round::p99) / MILLIS),
                String.format("%.2f", median(one, Round::cpu) / MICROS),
                String.format("%.0f, %,.0f ms", sum(one, Round::collections), sum(one, Round::collectionMillis)),
                String.format("%,.0f", median(one, Round::heap)),
                String.format("%,.1f", median(one, Round::reserved) / MIB),
                String.format("%,.1f", median(one, Round::resident) / MIB)));
        cells.addAll(
                one.isOurs()
                        ? List.of(
                                String.format("%.2f", rateRatio(one)),
                                String.format("%.2f", p99Ratio(one)),
                                String.format(">= %.2f, p99 <= %.2f", RATE_TARGET, P99_TARGET),
                                mark(one))
                        : List.of("", "", "", ""));
        return cells;
    }

    /** What a reader of the table has to know. */
    String notes() {
        double busiest = rounds.values().stream()
                .flatMap(List::stream)
                .mapToDouble(Round::loadBusy)
                .max()
                .orElse(0);
        return "Medians of the rounds; GC: how often and how long in all rounds together. To best: the median of the\n"
                + "rounds' ratios to the better of adaptive and pooled. ~ the rounds lie more than a fifth apart.\n"
                + "The load took up to " + String.format("%.2f", busiest) + " of " + Load.THREADS + " processors.\n";
    }

    private double ratio(Contestant ours, Contestant peer, ToDoubleFunction<Round> figure) {
        List<Round> mine = rounds.get(ours);
        List<Round> theirs = rounds.get(peer);
        double[] ratios = new double[mine.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = figure.applyAsDouble(mine.get(i)) / figure.applyAsDouble(theirs.get(i));
        }
        return median(ratios);
    }

    private double median(Contestant one, ToDoubleFunction<Round> figure) {
        return median(rounds.get(one).stream().mapToDouble(figure).toArray());
    }

    private double least(Contestant one, ToDoubleFunction<Round> figure) {
        return rounds.get(one).stream().mapToDouble(figure).min().orElse(Double.NaN);
    }

    private boolean isNoisy(Contestant one) {
        double spread = -least(one, round -> -round.rate()) - least(one, Round::rate);
        return spread > NOISY * median(one, Round::rate);
    }

    private double sum(Contestant one, ToDoubleFunction<Round> figure) {
        return rounds.get(one).stream().mapToDouble(figure).sum();
    }

    /** The one in the middle, or the mean of the two in the middle. */
    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
