// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The Grafana board, as far as the tests care.
 *
 * @param panels all panels, rows too, in the order of the file
 * @param variables what each of the board's variables stands for when nobody has chosen anything
 * @param annotations the expressions of the annotations
 */
record Board(List<Panel> panels, Map<String, String> variables, List<String> annotations) {

    /** Where everything about Prometheus and Grafana lies; tests run in the module's folder. */
    static final Path FOLDER = Path.of("..", "metrics", "dashboards");

    private static final Path FILE = FOLDER.resolve("ashlar-grafana.json");

    /**
     * One panel.
     *
     * @param id its number
     * @param type such as {@code timeseries}
     * @param title what stands above it
     * @param description what it says about itself
     * @param place where it is
     * @param targets what it asks for
     * @param json all of it
     */
    record Panel(
            int id, String type, String title, String description, Place place, List<Target> targets, JsonNode json) {

        boolean isRow() {
            return type.equals("row");
        }

        boolean hasFigures() {
            return !isRow() && !type.equals("text");
        }

        JsonNode defaults() {
            return json.path("fieldConfig").path("defaults");
        }

        @Override
        public String toString() {
            return "panel " + id + " '" + title + "'";
        }
    }

    /** Where a panel is, in units of Grafana's grid of 24 columns. */
    record Place(int x, int y, int width, int height) {

        static final int COLUMNS = 24;

        boolean overlaps(Place other) {
            return x < other.x + other.width
                    && other.x < x + width
                    && y < other.y + other.height
                    && other.y < y + height;
        }
    }

    /**
     * One expression of a panel.
     *
     * @param refId its letter
     * @param expression PromQL, with variables
     * @param legend what the series are called, with labels
     * @param instant whether it is asked for one moment only
     */
    record Target(String refId, String expression, String legend, boolean instant) {}

    static Board read() throws IOException {
        JsonNode json = new ObjectMapper().readTree(FILE.toFile());
        List<Panel> panels = new ArrayList<>();
        json.path("panels").forEach(panel -> panels.add(panel(panel)));
        List<String> annotations = new ArrayList<>();
        json.path("annotations")
                .path("list")
                .forEach(annotation -> annotations.add(annotation.path("expr").asText()));
        return new Board(panels, variables(json.path("templating").path("list")), annotations);
    }

    private static Panel panel(JsonNode json) {
        JsonNode grid = json.path("gridPos");
        List<Target> targets = new ArrayList<>();
        json.path("targets")
                .forEach(target -> targets.add(new Target(
                        target.path("refId").asText(),
                        target.path("expr").asText(),
                        target.path("legendFormat").asText(),
                        target.path("instant").asBoolean())));
        return new Panel(
                json.path("id").asInt(),
                json.path("type").asText(),
                json.path("title").asText(),
                json.path("description").asText(),
                new Place(
                        grid.path("x").asInt(),
                        grid.path("y").asInt(),
                        grid.path("w").asInt(),
                        grid.path("h").asInt()),
                targets,
                json);
    }

    private static Map<String, String> variables(JsonNode list) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (JsonNode variable : list) {
            boolean all = variable.path("includeAll").asBoolean();
            variables.put(
                    variable.path("name").asText(),
                    all
                            ? variable.path("allValue").asText()
                            : variable.path("current").path("value").asText());
        }
        return variables;
    }

    /** All expressions with the panel that asks for them. */
    Map<Target, Panel> targets() {
        Map<Target, Panel> targets = new LinkedHashMap<>();
        panels.forEach(panel -> panel.targets().forEach(target -> targets.put(target, panel)));
        return targets;
    }

    /**
     * An expression as Grafana would send it.
     *
     * @param expression with variables
     * @param rateInterval the time that rates are taken over, such as {@code 10s}
     * @param range the time that the board shows
     */
    String fill(String expression, String rateInterval, String range) {
        String filled = expression.replace("$__rate_interval", rateInterval).replace("$__range", range);
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            filled = filled.replace("$" + variable.getKey() + "\"", variable.getValue() + "\"");
        }
        return filled;
    }
}
