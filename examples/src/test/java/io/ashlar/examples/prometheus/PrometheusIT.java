// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ashlar.examples.prometheus.Board.Panel;
import io.ashlar.examples.prometheus.Board.Target;
import io.ashlar.examples.prometheus.Rules.Alert;
import io.ashlar.examples.prometheus.Rules.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The board and the rules, asked of a real Prometheus that looks at a real server under load. */
class PrometheusIT {

    private static final String RATE_INTERVAL = "10s";
    private static final String RANGE = "1m";
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration PICTURE = Duration.ofMinutes(4);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(3);

    @TempDir
    static Path folder;

    private static Board board;
    private static Rules rules;
    private static ObservedServer server;
    private static Prometheus prometheus;

    @BeforeAll
    static void start() throws Exception {
        board = Board.read();
        rules = Rules.read();
        server = new ObservedServer();
        prometheus = new Prometheus(folder, server.port());
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            if (prometheus != null) {
                prometheus.stop();
            }
        } finally {
            if (server != null) {
                server.stop();
            }
        }
    }

    @Test
    void eachExpressionOfTheBoardHasData() throws Exception {
        Map<String, String> questions = new LinkedHashMap<>();
        for (Map.Entry<Target, Panel> target : board.targets().entrySet()) {
            questions.put(
                    target.getValue() + " " + target.getKey().refId(),
                    board.fill(target.getKey().expression(), RATE_INTERVAL, RANGE));
        }
        assertAnswered(questions);
        for (String annotation : board.annotations()) {
            prometheus.query(board.fill(annotation, RATE_INTERVAL, RANGE)); // no answer is a good one, an error is not
        }
    }

    @Test
    void eachFigureHasData() throws Exception {
        Map<String, String> questions = new LinkedHashMap<>();
        for (Figure figure : rules.figures()) {
            questions.put("the expression of " + figure.name(), figure.expression());
            questions.put("the record of " + figure.name(), figure.name());
        }
        assertAnswered(questions);
    }

    /** An alert that does not fire is empty: so what it compares with its thresholds is asked for. */
    @Test
    void whatEachAlertMeasuresHasData() throws Exception {
        Map<String, String> questions = new LinkedHashMap<>();
        for (Alert alert : rules.alerts()) {
            prometheus.query(alert.expression());
            for (String measured : Expressions.measured(alert.expression())) {
                questions.put(alert.name() + " measures " + measured, measured);
            }
        }
        assertAnswered(questions);
    }

    @Test
    void eachRuleIsHealthy() throws Exception {
        int expected = rules.figures().size() + rules.alerts().size();
        Map<String, String> unhealthy = new TreeMap<>();
        for (long start = System.nanoTime(); ; Thread.sleep(BETWEEN_LOOKS.toMillis())) {
            int found = 0;
            unhealthy.clear();
            for (JsonNode group : prometheus.rules()) {
                for (JsonNode rule : group.path("rules")) {
                    found++;
                    if (!rule.path("health").asText().equals("ok")) {
                        unhealthy.put(
                                rule.path("name").asText(),
                                rule.path("health").asText() + " "
                                        + rule.path("lastError").asText());
                    }
                }
            }
            assertEquals(expected, found);
            if (unhealthy.isEmpty() || System.nanoTime() - start > PATIENCE.toNanos()) {
                break;
            }
        }
        assertTrue(unhealthy.isEmpty(), () -> "rules that Prometheus cannot evaluate: " + unhealthy);
    }

    @Test
    void promtoolFindsNothingWrongWithTheRules() throws Exception {
        Tool.PROMTOOL.run(Board.FOLDER, "check", "rules", "ashlar-rules.yml");
    }

    @Test
    void promtoolFindsNothingWrongWithTheConfiguration() throws Exception {
        Tool.PROMTOOL.run(Board.FOLDER, "check", "config", "prometheus.yml");
    }

    @Test
    void alertsFireWhenTheyShouldAndOnlyThen() throws Exception {
        Tool.PROMTOOL.run(Board.FOLDER, "test", "rules", "ashlar-rules-test.yml");
    }

    /** {@code -Dashlar.pictures=true} lets it run for longer, and puts the picture beside the board. */
    @Test
    void aBrowserDrawsTheBoard() throws Exception {
        boolean keep = Boolean.getBoolean("ashlar.pictures");
        long seconds = keep ? PICTURE.toSeconds() : 30;
        System.out.println("Looking for " + seconds + " s at the server before its board is drawn");
        long from = Instant.now().getEpochSecond() + 10;
        Thread.sleep((seconds + 10) * 1_000);
        byte[] png = new BoardPicture(board, prometheus, RATE_INTERVAL)
                .draw(folder.resolve("picture"), from, from + seconds);
        Files.write((keep ? Board.FOLDER : Path.of("target")).resolve("board.png"), png);
        System.out.println("The picture has " + png.length + " bytes");
        assertTrue(png.length > 50_000, "bytes=" + png.length);
    }

    /** Asks until each question has an answer with a number in it. Fails with those that have none in the end. */
    private static void assertAnswered(Map<String, String> questions) throws IOException, InterruptedException {
        Map<String, String> open = new LinkedHashMap<>(questions);
        for (long start = System.nanoTime(); ; Thread.sleep(BETWEEN_LOOKS.toMillis())) {
            for (Map.Entry<String, String> question : Map.copyOf(open).entrySet()) {
                if (hasNumber(question)) {
                    open.remove(question.getKey());
                }
            }
            System.out.println(open.size() + " of " + questions.size() + " questions have no answer yet");
            if (open.isEmpty()) {
                return;
            }
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                StringBuilder message = new StringBuilder(
                        open.size() + " expressions have no data after " + PATIENCE.toSeconds() + " s:");
                open.forEach((where, expression) ->
                        message.append("\n  ").append(where).append(": ").append(expression));
                throw new AssertionError(message);
            }
        }
    }

    private static boolean hasNumber(Map.Entry<String, String> question) throws IOException, InterruptedException {
        try {
            for (JsonNode series : prometheus.query(question.getValue())) {
                if (!series.path("value").path(1).asText().equals("NaN")) {
                    return true;
                }
            }
            return false;
        } catch (IllegalArgumentException e) {
            throw new AssertionError(question.getKey() + ": " + question.getValue() + ": " + e.getMessage(), e);
        }
    }
}
