// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import io.ashlar.benchmarks.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How cost grows: a bar per row and allocator, all on one linear scale. What exceeds the scale ends in an arrow. */
final class Plot {

    private static final int WIDTH = 60;

    private final List<Row> rows = new ArrayList<>();

    void add(Row row) {
        rows.add(row);
    }

    String text() {
        double longest = rows.stream()
                .flatMapToDouble(row -> toScale(row.question()).mapToDouble(row::nanosOf))
                .max()
                .orElse(0);
        int label = rows.stream().mapToInt(row -> row.scenario().length()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            String title = row.scenario();
            for (Column peer : row.question().columns()) {
                double nanos = row.nanosOf(peer);
                if (nanos > 0) {
                    text.append(String.format("%-" + label + "s  %-8s |", title, peer.title()))
                            .append(bar(nanos / longest))
                            .append(' ')
                            .append(row.nanos(peer))
                            .append('\n');
                    title = "";
                }
            }
        }
        return text.toString();
    }

    /** The scale is chosen for the pooling allocators; the unpooled one may leave it. */
    private static Stream<? extends Column> toScale(Question question) {
        return Stream.concat(question.columns().stream().limit(1), question.rivals().stream());
    }

    private static String bar(double part) {
        return part > 1 ? "#".repeat(WIDTH) + ">" : "#".repeat((int) Math.round(part * WIDTH));
    }
}
