// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ashlar.examples.prometheus.Board.Panel;
import io.ashlar.examples.prometheus.Board.Place;
import io.ashlar.examples.prometheus.Board.Target;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Grafana board is well-formed, says what it shows, and asks for nothing that does not exist. */
class BoardTest {

    /** Meters that the board has no use for. */
    private static final Map<String, String> NOT_SHOWN = new TreeMap<>(Map.of(
            "ashlar_allocator_fragmentation_internal", "a mean of ratios would be wrong: it is computed from the sums",
            "ashlar_allocator_size_class_frees_total", "allocations and outstanding say the same",
            "ashlar_allocator_free_bytes", "reserved, used and cached tell it on the level SUMMARY too"));

    private Board board;

    @BeforeEach
    void read() throws IOException {
        board = Board.read();
        assertTrue(board.panels().size() > 30, "panels=" + board.panels().size());
    }

    @Test
    void eachPanelHasANumberOfItsOwn() {
        Set<Integer> ids = new HashSet<>();
        for (Panel panel : board.panels()) {
            assertTrue(panel.id() > 0 && ids.add(panel.id()), panel + " has the number of another");
        }
    }

    @Test
    void noPanelLiesOnAnother() {
        List<Panel> panels = board.panels();
        for (Panel panel : panels) {
            Place place = panel.place();
            assertTrue(place.width() > 0 && place.height() > 0, panel + " is empty");
            assertTrue(
                    place.x() >= 0 && place.x() + place.width() <= Place.COLUMNS,
                    panel + " leaves the board: " + place);
            for (Panel other : panels) {
                assertTrue(panel == other || !place.overlaps(other.place()), panel + " lies on " + other);
            }
        }
    }

    @Test
    void noPlaceIsLeftEmpty() {
        int height = 0;
        int area = 0;
        for (Panel panel : board.panels()) {
            Place place = panel.place();
            height = Math.max(height, place.y() + place.height());
            area += place.width() * place.height();
        }
        assertEquals(height * Place.COLUMNS, area);
    }

    @Test
    void aRowStandsOverEachPanel() {
        assertTrue(board.panels().get(0).isRow());
        board.panels().stream().filter(Panel::isRow).forEach(row -> {
            assertEquals(0, row.place().x(), row::toString);
            assertEquals(Place.COLUMNS, row.place().width(), row::toString);
        });
    }

    @Test
    void eachPanelSaysWhatItShows() {
        Set<String> titles = new HashSet<>();
        for (Panel panel : board.panels()) {
            assertFalse(panel.title().isBlank(), panel::toString);
            assertTrue(titles.add(panel.title()), panel + " is called as another");
            if (!panel.isRow()) {
                assertTrue(
                        panel.description().length() > 20 && panel.description().endsWith("."),
                        panel + ": " + panel.description());
            }
        }
    }

    @Test
    void eachPanelHasUnitsAndAScale() {
        for (Panel panel : board.panels()) {
            if (panel.hasFigures()) {
                JsonNode defaults = panel.defaults();
                assertFalse(defaults.path("unit").asText().isEmpty(), panel + " has no unit");
                boolean logarithmic = defaults.path("custom")
                        .path("scaleDistribution")
                        .path("type")
                        .asText()
                        .equals("log");
                boolean slope = panel.targets().stream()
                        .anyMatch(target -> target.expression().contains("deriv("));
                assertEquals(logarithmic || slope, !defaults.has("min"), panel + ": a scale begins at zero");
                if (defaults.path("unit").asText().equals("percentunit")) {
                    assertEquals(1, defaults.path("max").asInt(), panel + ": a ratio ends at one");
                }
            }
        }
    }

    @Test
    void eachExpressionHasALegendAndTheBoardsDataSource() {
        for (Panel panel : board.panels()) {
            assertEquals(panel.hasFigures(), !panel.targets().isEmpty(), panel + ": targets=" + panel.targets());
            Set<String> refIds = new HashSet<>();
            for (Target target : panel.targets()) {
                assertTrue(refIds.add(target.refId()), panel + " has two of refId=" + target.refId());
                assertFalse(target.expression().isBlank(), panel + " has a target without an expression");
                assertFalse(target.legend().isBlank(), panel + " has no legend for " + target.expression());
            }
            panel.json()
                    .findValues("datasource")
                    .forEach(source ->
                            assertEquals("${datasource}", source.path("uid").asText(), panel::toString));
        }
    }

    @Test
    void ratesAreTakenOverTheIntervalThatGrafanaChooses() {
        Pattern rate = Pattern.compile("\\b(rate|irate|increase)\\([a-z_]+\\{[^}]*}\\[([^]]*)]");
        int rates = 0;
        for (Target target : board.targets().keySet()) {
            Matcher matcher = rate.matcher(target.expression());
            while (matcher.find()) {
                rates++;
                String window = matcher.group(1).equals("increase") ? "$__range" : "$__rate_interval";
                assertEquals(window, matcher.group(2), target.expression());
            }
        }
        assertTrue(rates > 20, "rates=" + rates);
    }

    @Test
    void eachSelectionFollowsTheVariables() {
        Pattern selector = Pattern.compile("(ashlar_[a-z_]+)(\\{[^}]*})?");
        Set<String> used = new TreeSet<>(Set.of("datasource"));
        for (Target target : board.targets().keySet()) {
            Matcher matcher = selector.matcher(target.expression());
            while (matcher.find()) {
                String labels = matcher.group(2) == null ? "" : matcher.group(2);
                String pools = matcher.group(1).startsWith("ashlar_object_pool") ? "$pool" : "$name";
                for (String variable : List.of("$application", "$instance", pools)) {
                    assertTrue(labels.contains("=~\"" + variable + "\""), variable + " is not in " + matcher.group());
                    used.add(variable.substring(1));
                }
                if (labels.contains("$kind")) {
                    used.add("kind");
                }
            }
        }
        assertEquals(board.variables().keySet(), used, "variables");
        for (Target target : board.targets().keySet()) {
            assertFalse(board.fill(target.expression(), "1m", "1h").contains("$"), target.expression());
        }
    }

    @Test
    void itAsksForMetersThatExistAndForAllOfThem() {
        Set<String> all = MeterNames.all();
        Set<String> shown = new TreeSet<>(NOT_SHOWN.keySet());
        for (Map.Entry<Target, Panel> target : board.targets().entrySet()) {
            for (String name : Expressions.names(target.getKey().expression())) {
                assertTrue(all.contains(name), target.getValue() + " asks for " + name + ", which is none of " + all);
                assertFalse(NOT_SHOWN.containsKey(name), name + " is shown");
                shown.add(name);
            }
        }
        assertEquals(all, shown);
    }
}
