// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * How figures change over time, as a part of an SVG picture. Each line has its name and its last figure at its right end,
 * so that nobody has to tell colours apart. Plots of the same time stand below one another.
 */
final class LinePlot {

    /**
     * A place on a line.
     *
     * @param x the time
     * @param y the figure then
     */
    record Point(double x, double y) {}

    private record Line(int number, String name, List<Point> points) {
        double last() {
            return points.get(points.size() - 1).y();
        }
    }

    private static final int LEFT = 52;
    private static final int RIGHT = 120;
    private static final int TOP = 54;
    private static final int FOOT = 46;
    private static final int WIDTH = 690;
    private static final int HEIGHT = 220;
    private static final int LABEL = 15;

    private static final String STYLE = """
            text { font: 13px sans-serif; fill: #333 }
            .title { font-weight: bold }
            .grid { stroke: #ddd }
            .mark { stroke: #b00020; stroke-width: 1.5; stroke-dasharray: 2 3 }
            polyline { fill: none; stroke-width: 2 }
            .line0 { stroke: #0072b2; stroke-width: 3.5 }
            .line1 { stroke: #d55e00; stroke-dasharray: 9 3 }
            .line2 { stroke: #009e73; stroke-dasharray: 3 2 }
            .line3 { stroke: #777; stroke-dasharray: 12 3 3 3 }
            """;

    private final String title;
    private final List<Line> lines = new ArrayList<>();
    private final StringBuilder svg = new StringBuilder();
    private double markFrom;
    private double mark = Double.NaN;

    LinePlot(String title) {
        this.title = title;
    }

    /** Adds a line, which needs at least one point. The first one is drawn thick. */
    void add(String name, List<Point> points) {
        lines.add(new Line(lines.size(), name, List.copyOf(points)));
    }

    /** Marks the height that a line should stay below from some time on. */
    void target(double fromX, double y) {
        markFrom = fromX;
        mark = y;
    }

    /**
     * Draws plots.
     *
     * @param time what the time is
     * @param plots the plots, from top to bottom
     * @return a picture that needs no other file
     */
    static String picture(String time, List<LinePlot> plots) {
        Scale x = Scale.of(plots.stream()
                .flatMap(plot -> plot.all(Point::x).stream())
                .mapToDouble(each -> each)
                .toArray());
        int width = LEFT + WIDTH + RIGHT;
        int height = plots.size() * (TOP + HEIGHT) + FOOT;
        StringBuilder svg = new StringBuilder(format(
                """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" role="img">
                <title>%3$s</title>
                <style>
                %4$s</style>
                <rect width="%1$d" height="%2$d" fill="white"/>
                """, width, height, plots.stream().map(plot -> plot.title).collect(Collectors.joining("; ")), STYLE));
        for (int i = 0; i < plots.size(); i++) {
            svg.append(format("<g transform=\"translate(%d %d)\">\n", LEFT, i * (TOP + HEIGHT) + TOP))
                    .append(plots.get(i).draw(x))
                    .append("</g>\n");
        }
        return svg.append(format(
                        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n</svg>\n",
                        LEFT + WIDTH / 2, height - 8, time))
                .toString();
    }

    private List<Double> all(ToDoubleFunction<Point> coordinate) {
        return lines.stream()
                .flatMap(line -> line.points().stream())
                .map(coordinate::applyAsDouble)
                .toList();
    }

    private String draw(Scale x) {
        Scale y = Scale.of(all(Point::y).stream().mapToDouble(each -> each).toArray());
        put("<text class=\"title\" x=\"0\" y=\"-12\">%s</text>", title);
        for (double tick : y.ticks()) {
            put("<line class=\"grid\" x1=\"0\" x2=\"%d\" y1=\"%2$.1f\" y2=\"%2$.1f\"/>", WIDTH, down(y, tick));
            put("<text x=\"-8\" y=\"%.1f\" text-anchor=\"end\">%.0f</text>", down(y, tick) + 4, tick);
        }
        for (double tick : x.ticks()) {
            put("<line class=\"grid\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"0\" y2=\"%2$d\"/>", right(x, tick), HEIGHT);
            put("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f</text>", right(x, tick), HEIGHT + 18, tick);
        }
        for (Line line : lines) {
            put(
                    "<polyline class=\"line%d\" points=\"%s\"/>",
                    line.number(),
                    line.points().stream()
                            .map(point -> format("%.1f,%.1f", right(x, point.x()), down(y, point.y())))
                            .collect(Collectors.joining(" ")));
        }
        if (!Double.isNaN(mark)) {
            double from = right(x, markFrom);
            put("<line class=\"mark\" x1=\"%.1f\" x2=\"%d\" y1=\"%3$.1f\" y2=\"%3$.1f\"/>", from, WIDTH, down(y, mark));
            put("<text x=\"%.1f\" y=\"%.1f\">target: at most %.0f</text>", from + 4, down(y, mark) - 5, mark);
        }
        putLabels(y);
        return svg.toString();
    }

    /** In the order of the lines' ends, moved apart where they would lie on one another. */
    private void putLabels(Scale y) {
        List<Line> ordered = lines.stream()
                .sorted(Comparator.comparingDouble(Line::last).reversed())
                .toList();
        double[] places = new double[ordered.size()];
        double free = 0;
        for (int i = 0; i < places.length; i++) {
            places[i] = Math.max(free, down(y, ordered.get(i).last()));
            free = places[i] + LABEL;
        }
        double limit = HEIGHT;
        for (int i = places.length - 1; i >= 0; i--) {
            places[i] = Math.min(limit, places[i]);
            limit = places[i] - LABEL;
            Line line = ordered.get(i);
            put("<text x=\"%d\" y=\"%.1f\">%s %.0f</text>", WIDTH + 8, places[i] + 4, line.name(), line.last());
        }
    }

    private static double right(Scale x, double value) {
        return x.part(value) * WIDTH;
    }

    private static double down(Scale y, double value) {
        return (1 - y.part(value)) * HEIGHT;
    }

    private void put(String text, Object... arguments) {
        svg.append(format(text, arguments)).append('\n');
    }

    private static String format(String text, Object... arguments) {
        return String.format(Locale.ROOT, text, arguments);
    }
}
