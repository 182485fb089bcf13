// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.examples.prometheus.Rules.Alert;
import io.ashlar.examples.prometheus.Rules.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rules use what exists, and each alert tells what to do. What they compute is tested by promtool: see {@link PrometheusIT}. */
class RulesTest {

    private Rules rules;

    @BeforeEach
    void read() throws IOException {
        rules = Rules.read();
        assertTrue(rules.figures().size() > 10, "figures=" + rules.figures());
        assertTrue(rules.alerts().size() > 10, "alerts=" + rules.alerts());
    }

    @Test
    void theyUseMetersThatExistAndFiguresThatAreRecorded() {
        Set<String> known = new HashSet<>(MeterNames.all());
        for (Figure figure : rules.figures()) {
            assertTrue(known.containsAll(Expressions.names(figure.expression())), figure::toString);
        }
        rules.figures().forEach(figure -> assertTrue(known.add(figure.name()), figure + " is recorded twice"));
        for (Alert alert : rules.alerts()) {
            Set<String> names = Expressions.names(alert.expression());
            assertFalse(names.isEmpty(), alert::toString);
            assertTrue(known.containsAll(names), alert::toString);
        }
    }

    @Test
    void eachAlertSaysHowBadItIsAndWhatToDo() {
        for (Alert alert : rules.alerts()) {
            assertTrue(alert.name().startsWith("Ashlar"), alert::toString);
            assertFalse(alert.duration().isEmpty(), alert::toString);
            assertTrue(Set.of("info", "warning", "critical").contains(alert.severity()), alert::toString);
            assertTrue(alert.summary().contains("$labels.name"), alert::toString);
            assertTrue(alert.summary().contains("$labels.instance"), alert::toString);
            assertTrue(alert.description().length() > 80, alert::toString);
        }
    }

    @Test
    void whatAnAlertPointsToIsOnTheBoard() throws IOException {
        Set<String> titles =
                Board.read().panels().stream().map(Board.Panel::title).collect(Collectors.toSet());
        Pattern quoted = Pattern.compile("\"([^\"]+)\"");
        for (Alert alert : rules.alerts()) {
            Matcher matcher = quoted.matcher(alert.description());
            while (matcher.find()) {
                assertTrue(titles.contains(matcher.group(1)), alert.name() + ": no panel is called " + matcher.group());
            }
        }
    }

    @Test
    void eachAlertIsTestedToFireAndIsInTheReadme() throws IOException {
        String tests = Files.readString(Board.FOLDER.resolve("ashlar-rules-test.yml"));
        List<String> readme = Files.readAllLines(Board.FOLDER.resolve("README.md"));
        for (Alert alert : rules.alerts()) {
            assertTrue(tests.contains("alertname=\"" + alert.name() + "\""), alert.name() + " never fires in a test");
            assertEquals(
                    1,
                    readme.stream()
                            .filter(line -> line.startsWith("| `" + alert.name() + "` | " + alert.severity() + " | "))
                            .count(),
                    alert.name() + " has no line in the README's table");
        }
        for (Figure figure : rules.figures()) {
            assertTrue(tests.contains("expr: " + figure.name()) || tests.contains("(" + figure.name()), figure.name());
        }
    }

    @Test
    void measuredIsWhatIsComparedWithAThreshold() {
        assertEquals(
                List.of("a - b", "rate(c[5m])", "d / (e > 0)"),
                Expressions.measured(
                        "a - b offset 30m > 20 and rate(c[5m]) <= 1.1 * x offset 1h and d / (e > 0) > 0.25"));
    }
}
