// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The recording rules and alerts.
 *
 * @param figures what is recorded
 * @param alerts what somebody is told
 */
record Rules(List<Figure> figures, List<Alert> alerts) {

    static final Path FILE = Board.FOLDER.resolve("ashlar-rules.yml");

    /**
     * A recording rule.
     *
     * @param name under which the result is recorded
     * @param expression PromQL
     */
    record Figure(String name, String expression) {}

    /**
     * An alert.
     *
     * @param name its name
     * @param expression PromQL
     * @param duration how long that has to hold
     * @param severity how bad it is
     * @param summary what has happened
     * @param description what to do
     */
    record Alert(
            String name, String expression, String duration, String severity, String summary, String description) {}

    static Rules read() throws IOException {
        List<Figure> figures = new ArrayList<>();
        List<Alert> alerts = new ArrayList<>();
        for (JsonNode group : new YAMLMapper().readTree(FILE.toFile()).path("groups")) {
            for (JsonNode rule : group.path("rules")) {
                if (rule.has("record")) {
                    figures.add(new Figure(
                            rule.path("record").asText(), rule.path("expr").asText()));
                } else {
                    alerts.add(alert(rule));
                }
            }
        }
        return new Rules(figures, alerts);
    }

    private static Alert alert(JsonNode rule) {
        return new Alert(
                rule.path("alert").asText(),
                rule.path("expr").asText(),
                rule.path("for").asText(),
                rule.path("labels").path("severity").asText(),
                rule.path("annotations").path("summary").asText(),
                rule.path("annotations").path("description").asText());
    }
}
