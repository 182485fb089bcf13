// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import io.ashlar.benchmarks.Column;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** One line of the table: a scenario, and what it costs with each contestant. */
final class Row {

    /**
     * One measurement.
     *
     * @param nanos nanoseconds per operation, the median of the iterations
     * @param spread how far the quartiles of the iterations lie apart, as a part of the median: with three iterations, the extremes
     * @param bytes bytes of Java heap allocated per operation
     */
    record Cell(double nanos, double spread, double bytes) {}

    private static final double NOISY = 0.2;
    private static final double LITTLE = 0.5;

    private final String scenario;
    private final Question question;
    private final Question.Reference reference;
    private final Map<Column, Cell> cells = new HashMap<>();

    Row(String scenario, Question question, String method) {
        this.scenario = scenario;
        this.question = question;
        this.reference = question.reference(method);
    }

    void put(Column column, Cell cell) {
        cells.put(column, cell);
    }

    String scenario() {
        return reference.nanos() > 0 ? scenario + " (acid_alloc: " + number(reference.nanos()) + ")" : scenario;
    }

    String nanos(Column column) {
        Cell cell = cells.get(column);
        return cell == null ? "" : number(cell.nanos()) + (cell.spread() > NOISY ? " ~" : "");
    }

    /** Java heap per operation on Ashlar. */
    String bytes() {
        Cell cell = ours();
        return cell == null ? "" : cell.bytes() < LITTLE ? "0" : String.format("%,.0f", cell.bytes());
    }

    /** How many times faster than the best Ashlar is. */
    OptionalDouble ratio() {
        Cell ours = ours();
        if (ours == null || ours.nanos() <= 0) {
            return OptionalDouble.empty();
        }
        OptionalDouble best = reference.nanos() > 0
                ? OptionalDouble.of(reference.nanos())
                : question.rivals().stream()
                        .mapToDouble(this::nanosOf)
                        .filter(nanos -> nanos > 0)
                        .min();
        return best.isPresent() ? OptionalDouble.of(best.getAsDouble() / ours.nanos()) : best;
    }

    String ratioText() {
        OptionalDouble ratio = ratio();
        return ratio.isEmpty() ? "" : String.format("%.2f", ratio.getAsDouble());
    }

    String target() {
        return reference.target() == 0 ? "" : String.format(">= %.2f", reference.target());
    }

    /** Nothing if the target is reached. */
    String mark() {
        OptionalDouble ratio = ratio();
        if (ratio.isEmpty() || reference.target() == 0 || ratio.getAsDouble() >= reference.target()) {
            return "";
        }
        return reference.nanos() == 0 && ratio.getAsDouble() >= question.floor() ? "near" : "SHORT";
    }

    Question question() {
        return question;
    }

    /** Nanoseconds per operation, 0 if they were not measured. */
    double nanosOf(Column column) {
        Cell cell = cells.get(column);
        return cell == null ? 0 : cell.nanos();
    }

    private @Nullable Cell ours() {
        return cells.get(question.columns().get(0));
    }

    private static String number(double nanos) {
        return nanos < 100 ? String.format("%.1f", nanos) : String.format("%,.0f", nanos);
    }
}
