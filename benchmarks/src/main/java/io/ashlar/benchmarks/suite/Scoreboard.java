// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import io.ashlar.benchmarks.Peer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.util.Statistics;

/** Collects what JMH says into the rows of the table. */
final class Scoreboard {

    private static final String ALLOCATED = "gc.alloc.rate.norm";
    private static final int KIB = 1024;

    /** What a question's title says already. */
    private static final Set<String> PLAIN_METHODS =
            Set.of("allocateAndRelease", "allocateThenRelease", "replaceOne", "handOver", "growByWriting", "baseline");

    private final Map<String, Row> rows = new LinkedHashMap<>();

    void add(Question question, RunResult result) {
        BenchmarkParams params = result.getParams();
        String scenario = scenario(question, params);
        rows.computeIfAbsent(scenario, name -> new Row(name, question, method(params)))
                .put(peer(params), cell(result));
    }

    /** The table, with a line of titles. */
    TextTable table() {
        List<String> titles = new ArrayList<>(List.of("ns per operation"));
        for (Peer peer : Peer.values()) {
            titles.add(peer.title());
        }
        titles.addAll(List.of("ratio to best", "target", "", "Ashlar's B/op"));
        TextTable table = new TextTable(titles);
        for (Row row : rows.values()) {
            List<String> cells = new ArrayList<>(List.of(row.scenario()));
            for (Peer peer : Peer.values()) {
                cells.add(row.nanos(peer));
            }
            cells.addAll(List.of(row.ratioText(), row.target(), row.mark(), row.bytes()));
            table.row(cells);
        }
        return table;
    }

    /** The rows that miss their target. */
    long missed() {
        return rows.values().stream().filter(row -> row.mark().equals("SHORT")).count();
    }

    /** One plot for each question that is to be plotted. */
    List<String> plots() {
        Map<Question, Plot> plots = new LinkedHashMap<>();
        for (Row row : rows.values()) {
            if (row.question().isPlotted()) {
                plots.computeIfAbsent(row.question(), question -> new Plot()).add(row);
            }
        }
        return plots.values().stream().map(Plot::text).toList();
    }

    /** How one combination of parameters is called, all but the allocator. */
    static String scenario(Question question, BenchmarkParams params) {
        StringBuilder text = new StringBuilder(question.title());
        String method = method(params);
        if (!PLAIN_METHODS.contains(method)) {
            text.append(' ').append(method);
        }
        if (question.threads().length > 1) {
            text.append(", ").append(params.getThreads());
        }
        for (String key : params.getParamsKeys()) {
            if (!key.equals("allocator")) {
                text.append(parameter(key, params.getParam(key)));
            }
        }
        return text.toString();
    }

    /** Whose figure it is; what knows no allocator is ours. */
    static Peer peer(BenchmarkParams params) {
        return params.getParamsKeys().contains("allocator") && !method(params).equals("baseline")
                ? Peer.valueOf(params.getParam("allocator"))
                : Peer.ASHLAR;
    }

    private static String method(BenchmarkParams params) {
        String name = params.getBenchmark();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static String parameter(String key, String value) {
        return switch (key) {
            case "size" -> ", " + (value.matches("\\d+") ? bytes(Integer.parseInt(value)) : value);
            case "consumer" -> " to " + value.toLowerCase(Locale.ROOT);
            case "kind" -> ", " + value.toLowerCase(Locale.ROOT);
            default -> ", " + key + " " + value;
        };
    }

    private static String bytes(int size) {
        if (size >= KIB * KIB) {
            return size / (KIB * KIB) + " MiB";
        }
        return size >= KIB ? size / KIB + " KiB" : size + " B";
    }

    static Row.Cell cell(RunResult result) {
        Result<?> primary = result.getPrimaryResult();
        Statistics iterations = primary.getStatistics();
        Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
        // A disturbed iteration moves a mean, but not a median.
        double median = iterations.getPercentile(50);
        double spread = (iterations.getPercentile(75) - iterations.getPercentile(25)) / median;
        return new Row.Cell(median, spread, allocated == null ? 0 : allocated.getScore());
    }
}
