// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.endtoend;

import io.ashlar.benchmarks.Peer;
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

    private final Map<Peer, List<Round>> rounds = new EnumMap<>(Peer.class);

    Results() {
        for (Peer peer : Peer.values()) {
            rounds.put(peer, new ArrayList<>());
        }
    }

    /** Adds a round. Rounds of the same number are compared with each other. */
    void add(Peer peer, Round round) {
        rounds.get(peer).add(round);
    }

    /** Ashlar's rate divided by that of the better of Netty's two pools, round by round: the median of that. */
    double rateRatio() {
        double adaptive = median(Peer.ADAPTIVE, Round::rate);
        double pooled = median(Peer.POOLED, Round::rate);
        return ratio(adaptive >= pooled ? Peer.ADAPTIVE : Peer.POOLED, Round::rate);
    }

    /** The same for the latency; here less is better. */
    double p99Ratio() {
        double adaptive = median(Peer.ADAPTIVE, Round::p99);
        double pooled = median(Peer.POOLED, Round::p99);
        return ratio(adaptive <= pooled ? Peer.ADAPTIVE : Peer.POOLED, Round::p99);
    }

    /** Nothing if both targets are reached. */
    String mark() {
        if (rateRatio() < RATE_TARGET || p99Ratio() > P99_NEAR) {
            return "SHORT";
        }
        return p99Ratio() > P99_TARGET ? "near" : "";
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
                "RSS above start MiB",
                "requests/s to best",
                "p99 to best",
                "target",
                ""));
        for (Peer peer : Peer.values()) {
            table.row(row(peer));
        }
        return table;
    }

    private List<String> row(Peer peer) {
        List<String> cells = new ArrayList<>(List.of(
                peer.title(),
                String.format("%,.0f", median(peer, Round::rate)) + (isNoisy(peer) ? " ~" : ""),
                String.format("%,.0f - %,.0f", least(peer, Round::rate), -least(peer, round -> -round.rate())),
                String.format("%.2f", median(peer, Round::p50) / MILLIS),
                String.format("%.2f", median(peer, Round::p99) / MILLIS),
                String.format("%.2f", median(peer, Round::cpu) / MICROS),
                String.format("%.0f, %,.0f ms", sum(peer, Round::collections), sum(peer, Round::collectionMillis)),
                String.format("%,.0f", median(peer, Round::heap)),
                String.format("%,.1f", median(peer, Round::resident) / MIB)));
        cells.addAll(
                peer == Peer.ASHLAR
                        ? List.of(
                                String.format("%.2f", rateRatio()),
                                String.format("%.2f", p99Ratio()),
                                String.format(">= %.2f, p99 <= %.2f", RATE_TARGET, P99_TARGET),
                                mark())
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

    private double ratio(Peer peer, ToDoubleFunction<Round> figure) {
        List<Round> ours = rounds.get(Peer.ASHLAR);
        List<Round> theirs = rounds.get(peer);
        double[] ratios = new double[ours.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = figure.applyAsDouble(ours.get(i)) / figure.applyAsDouble(theirs.get(i));
        }
        return median(ratios);
    }

    private double median(Peer peer, ToDoubleFunction<Round> figure) {
        return median(rounds.get(peer).stream().mapToDouble(figure).toArray());
    }

    private double least(Peer peer, ToDoubleFunction<Round> figure) {
        return rounds.get(peer).stream().mapToDouble(figure).min().orElse(Double.NaN);
    }

    private boolean isNoisy(Peer peer) {
        double spread = -least(peer, round -> -round.rate()) - least(peer, Round::rate);
        return spread > NOISY * median(peer, Round::rate);
    }

    private double sum(Peer peer, ToDoubleFunction<Round> figure) {
        return rounds.get(peer).stream().mapToDouble(figure).sum();
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
