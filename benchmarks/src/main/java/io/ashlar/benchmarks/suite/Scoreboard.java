// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import io.ashlar.benchmarks.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.util.Statistics;

/** Collects what JMH says into the rows of the tables. */
final class Scoreboard {

    private static final String ALLOCATED = "gc.alloc.rate.norm";
    private static final int KIB = 1024;

    /** What a question's title says already. */
    private static final Set<String> PLAIN_METHODS = Set.of(
            "allocateAndRelease",
            "allocateThenRelease",
            "replaceOne",
            "handOver",
            "growByWriting",
            "message",
            "fields",
            "severalOut",
            "withoutChecks",
            "baseline");

    private final Map<String, Row> rows = new LinkedHashMap<>();

    void add(Question question, RunResult result) {
        BenchmarkParams params = result.getParams();
        String scenario = scenario(question, params);
        if (question.isInTurns()) {
            List<? extends Column> columns = question.columns();
            for (int i = 0; i < columns.size(); i++) {
                put(question, scenario, method(params), columns.get(i), cell(turnsOf(i, columns.size(), result)));
            }
            return;
        }
        put(question, scenario, method(params), column(question, params), cell(result));
    }

    /** What JMH says of one contestant's iterations of all forks. */
    private static RunResult turnsOf(int first, int turns, RunResult result) {
        List<BenchmarkResult> forks = new ArrayList<>();
        for (BenchmarkResult fork : result.getBenchmarkResults()) {
            List<IterationResult> all = List.copyOf(fork.getIterationResults());
            forks.add(new BenchmarkResult(
                    fork.getParams(),
                    IntStream.iterate(first, i -> i < all.size(), i -> i + turns)
                            .mapToObj(all::get)
                            .toList()));
        }
        return new RunResult(result.getParams(), forks);
    }

    void put(Question question, String scenario, String method, Column column, Row.Cell cell) {
        rows.computeIfAbsent(scenario, name -> new Row(name, question, method)).put(column, cell);
    }

    /** A table for each set of columns, with a line of titles. */
    List<TextTable> tables() {
        Map<List<? extends Column>, TextTable> tables = new LinkedHashMap<>();
        for (Row row : rows.values()) {
            List<? extends Column> columns = row.question().columns();
            List<String> cells = new ArrayList<>(List.of(row.scenario()));
            for (Column column : columns) {
                cells.add(row.nanos(column));
            }
            cells.addAll(List.of(row.ratioText(), row.target(), row.mark(), row.bytes()));
            tables.computeIfAbsent(columns, Scoreboard::table).row(cells);
        }
        return List.copyOf(tables.values());
    }

    private static TextTable table(List<? extends Column> columns) {
        List<String> titles = new ArrayList<>(List.of("ns per operation"));
        for (Column column : columns) {
            titles.add(column.title());
        }
        titles.addAll(List.of("ratio to best", "target", "", "Ashlar's B/op"));
        return new TextTable(titles);
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

    /** How one combination of parameters is called, all but whose it is. */
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
            if (!key.equals(question.contestants())) {
                text.append(parameter(key, params.getParam(key)));
            }
        }
        return text.toString();
    }

    /** Whose figures they are. */
    static String contestant(Question question, BenchmarkParams params) {
        return question.isInTurns() ? "in turns" : column(question, params).title();
    }

    /** Whose figure it is; what knows no contestants is ours. */
    private static Column column(Question question, BenchmarkParams params) {
        Column ours = question.columns().get(0);
        if (!params.getParamsKeys().contains(question.contestants())
                || method(params).equals("baseline")) {
            return ours;
        }
        String name = params.getParam(question.contestants());
        return question.columns().stream()
                .filter(column -> column.name().equals(name))
                .findFirst()
                .orElseThrow();
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
