// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import java.util.ArrayList;
import java.util.List;

/** Lines of cells, lined up for a terminal or as Markdown: the first column on the left, the others on the right. */
public final class TextTable {

    private final List<List<String>> lines = new ArrayList<>();

    /**
     * Starts a table.
     *
     * @param titles what stands above the columns
     */
    public TextTable(List<String> titles) {
        lines.add(List.copyOf(titles));
    }

    /**
     * Adds a line.
     *
     * @param cells as many as there are titles
     */
    public void row(List<String> cells) {
        if (cells.size() != lines.get(0).size()) {
            throw new IllegalArgumentException(
                    "cells=" + cells.size() + " under titles=" + lines.get(0).size() + ": " + cells);
        }
        lines.add(List.copyOf(cells));
    }

    /**
     * For a terminal.
     *
     * @return lines, each with its line feed
     */
    public String text() {
        return render("", " | ", "", "-", "-+-");
    }

    /**
     * For a document.
     *
     * @return lines, each with its line feed
     */
    public String markdown() {
        return render("| ", " | ", " |", "-", " | ");
    }

    private String render(String left, String between, String right, String rule, String ruleBetween) {
        int columns = lines.get(0).size();
        int[] widths = new int[columns];
        for (List<String> line : lines) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], Math.max(2, line.get(i).length()));
            }
        }
        StringBuilder text = new StringBuilder();
        for (int n = 0; n < lines.size(); n++) {
            text.append(left);
            for (int i = 0; i < columns; i++) {
                String cell = lines.get(n).get(i);
                String padding = " ".repeat(widths[i] - cell.length());
                text.append(i == 0 ? "" : between).append(i == 0 ? cell + padding : padding + cell);
            }
            text.append(right).append('\n');
            if (n == 0) {
                text.append(left);
                for (int i = 0; i < columns; i++) {
                    String end = i == 0 || left.isEmpty() ? rule : ":";
                    text.append(i == 0 ? "" : ruleBetween)
                            .append(rule.repeat(widths[i] - 1))
                            .append(end);
                }
                text.append(right).append('\n');
            }
        }
        return text.toString();
    }
}
