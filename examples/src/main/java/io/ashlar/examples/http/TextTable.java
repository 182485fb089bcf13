// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import java.util.ArrayList;
import java.util.List;

/** Lines up labels on the left and cells on the right. */
final class TextTable {

    private record Row(String label, List<String> cells) {}

    private static final Row LINE = new Row("", List.of());

    private final List<Row> rows = new ArrayList<>();

    void row(String label, List<String> cells) {
        rows.add(new Row(label, cells));
    }

    /** A line across the table. */
    void line() {
        rows.add(LINE);
    }

    @Override
    public String toString() {
        int labelWidth =
                rows.stream().mapToInt(row -> row.label().length()).max().orElse(0);
        int cellWidth = rows.stream()
                .flatMap(row -> row.cells().stream())
                .mapToInt(String::length)
                .max()
                .orElse(0);
        int columns = rows.stream().mapToInt(row -> row.cells().size()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            if (row == LINE) {
                text.append("-".repeat(labelWidth));
                text.append(("-+-" + "-".repeat(cellWidth)).repeat(columns));
            } else {
                text.append(row.label())
                        .append(" ".repeat(labelWidth - row.label().length()));
                for (String cell : row.cells()) {
                    text.append(" | ")
                            .append(" ".repeat(cellWidth - cell.length()))
                            .append(cell);
                }
            }
            text.append('\n');
        }
        return text.toString();
    }
}
