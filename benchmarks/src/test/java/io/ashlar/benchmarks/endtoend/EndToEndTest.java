// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How rounds become a verdict, and that the servers really serve. */
class EndToEndTest {

    private static Round round(double rate, double p99) {
        return new Round(rate, 1, p99, 1, 0, 0, 1, 1, 1, 0.5);
    }

    private static Results results(double ourP99, double... ourRates) {
        Results results = new Results();
        double drift = 1;
        for (double rate : ourRates) {
            results.add(Contestant.ASHLAR, round(rate * drift, ourP99));
            results.add(Contestant.ADAPTIVE, round(80 * drift, 12));
            results.add(Contestant.POOLED, round(100 * drift, 10));
            results.add(Contestant.UNPOOLED, round(500 * drift, 1));
            drift *= 3;
        }
        return results;
    }

    @Test
    void theMedianIsTheMiddleOrTheMeanOfTwo() {
        assertEquals(2, Results.median(9, 1, 2));
        assertEquals(3, Results.median(9, 1, 2, 4));
        assertTrue(Double.isNaN(Results.median()));
    }

    @Test
    void roundsAreComparedWithTheirNeighboursAndWithTheBetterPool() {
        Results results = results(9, 107, 110, 105, 106);
        assertEquals(1.065, results.rateRatio(Contestant.ASHLAR), 1e-9);
        assertEquals(0.9, results.p99Ratio(Contestant.ASHLAR), 1e-9);
        assertEquals("", results.mark(Contestant.ASHLAR));
    }

    @Test
    void whatMissesATargetIsMarked() {
        assertEquals("SHORT", results(9, 104).mark(Contestant.ASHLAR));
        assertEquals("", results(10, 105).mark(Contestant.ASHLAR));
        assertEquals("near", results(10.4, 106).mark(Contestant.ASHLAR));
        assertEquals("SHORT", results(10.6, 106).mark(Contestant.ASHLAR));
    }

    @Test
    void roundsThatLieFarApartAreMarkedToo() {
        assertFalse(results(9, 107).table(Settings.SMOKE).text().contains("~"));
        assertTrue(results(9, 107, 108).table(Settings.SMOKE).text().contains("~"));
    }

    @Test
    void inFourRoundsEverybodyHasEachPlaceOnce() {
        List<Integer> servers = List.of(0, 1, 2, 3);
        for (int first = 0; first < 8; first += 4) {
            for (int place = 0; place < 4; place++) {
                int sum = 0;
                for (int round = first; round < first + 4; round++) {
                    sum += 1 << EndToEnd.order(servers, round).get(place);
                }
                assertEquals(0b1111, sum, "place=" + place + " first=" + first);
            }
        }
        assertEquals(List.of(1, 2, 3, 0), EndToEnd.order(servers, 1));
        assertEquals(List.of(3, 2, 1, 0), EndToEnd.order(servers, 4));
    }

    @Test
    void settingsAreReplacedByName() {
        Settings settings = Settings.FAST.with(" body=1000  seconds=0.5 ");
        assertEquals(1000, settings.body());
        assertEquals(0.5, settings.seconds());
        assertEquals(Settings.FAST.pipeline(), settings.pipeline());
        assertEquals(Settings.FAST, Settings.FAST.with(""));
        for (String wrong : List.of("nothing=1", "body", "body=", "body=0", "body=-1", "rounds=0.5", "body=NaN")) {
            assertThrows(IllegalArgumentException.class, () -> Settings.FAST.with(wrong), wrong);
        }
    }

    @Test
    void aReadingSurvivesItsLine() {
        ServerReading reading = new ServerReading(1, 2, 3, 1L << 40, 1L << 30, -5);
        assertEquals(reading, ServerReading.parse(reading.line()));
    }

    @Test
    void everyAllocatorServes(@TempDir Path directory) throws Exception {
        EndToEnd endToEnd =
                new EndToEnd(Settings.SMOKE.with("seconds=0.1 warmUp=0.1 connections=3 pipeline=5 body=70000"));
        String table = endToEnd.run(directory).text();
        for (Contestant one : Contestant.values()) {
            assertTrue(table.contains(one.title()), table);
        }
        assertEquals(
                Contestant.values().length,
                Files.readAllLines(directory.resolve("http.txt")).size());
    }
}
