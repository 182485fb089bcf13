// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.benchmarks.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** How samples over time become a table and a file, and that every allocator is really sampled. */
class IdleTest {

    private static final long MIB = 1 << 20;

    private static Sample sample(long millis, long residentMib, long reservedMib) {
        return new Sample(millis, residentMib * MIB, reservedMib * MIB);
    }

    /** A burst of 500 MiB, of which so many stay resident. */
    private static Timeline timeline(long staysMib) {
        return new Timeline(List.of(
                sample(-2000, 0, 0),
                sample(-1000, 500, 512),
                sample(0, 400, 256),
                sample(4999, 200, 64),
                sample(5001, 100, 32),
                sample(15_000, staysMib, 16),
                sample(30_000, 7, 0)));
    }

    private static List<String> row(Peer peer, Timeline timeline) {
        String[] lines = Idle.table(Map.of(peer, timeline)).text().split("\n");
        return List.of(lines[2].split("\\|", -1)).stream().map(String::strip).toList();
    }

    @Test
    void aSampleSurvivesItsLineAmongOthers() {
        Sample sample = new Sample(-1234, -5, 1L << 40);
        List<String> lines = List.of("sample of what a JVM says", sample.line(), "");
        assertEquals(List.of(sample), Timeline.parse(lines).samples());
    }

    @Test
    void aFigureIsOfItsMomentOrJustLater() {
        Timeline timeline = timeline(20);
        assertEquals(OptionalLong.of(400 * MIB), timeline.at(0, Sample::resident));
        assertEquals(OptionalLong.of(100 * MIB), timeline.at(5, Sample::resident));
        assertEquals(OptionalLong.of(32 * MIB), timeline.at(5, Sample::reserved));
        assertEquals(OptionalLong.empty(), timeline.at(31, Sample::resident));
        assertEquals(OptionalLong.of(512 * MIB), timeline.peak(Sample::reserved));
    }

    @Test
    void theTableHasPeakAndWhatIsLeft() {
        assertEquals(
                List.of("500.0", "400.0", "100.0", "32.0", "7.0", "512.0", "256.0", "32.0", "16.0", "0.0"),
                row(Peer.ASHLAR, timeline(32)).subList(1, 11));
    }

    @Test
    void whatIsResidentAboveTheTargetIsMarked() {
        assertEquals(
                List.of("RSS <= 32.0 after 15 s", ""),
                row(Peer.ASHLAR, timeline(32)).subList(11, 13));
        assertEquals("SHORT", row(Peer.ASHLAR, timeline(33)).get(12));
        assertEquals(List.of("", ""), row(Peer.POOLED, timeline(33)).subList(11, 13));
    }

    @Test
    void whatWasNotWaitedForIsLeftOut() {
        Timeline brief = new Timeline(List.of(sample(0, 3, 4), sample(1000, 1, 2)));
        List<String> row = row(Peer.ASHLAR, brief);
        assertEquals(List.of("3.0", "3.0", "", "", "", "4.0", "4.0", "", "", ""), row.subList(1, 11));
        assertFalse(row.contains("SHORT"));
    }

    @Test
    void theFileHasEverySampleInBytes() {
        List<String> lines = Idle.csv(Map.of(Peer.ADAPTIVE, timeline(20)));
        assertEquals(8, lines.size());
        assertEquals("allocator,seconds since release,RSS above start,reserved", lines.get(0));
        assertEquals("adaptive,-1.000,524288000,536870912", lines.get(2));
    }

    @Test
    void thePlotHasTwoLinesForEachAllocator() {
        Map<Peer, Timeline> timelines = new EnumMap<>(Peer.class);
        for (Peer peer : Peer.values()) {
            timelines.put(peer, timeline(20));
        }
        String plot = Idle.plot(timelines);
        for (Peer peer : Peer.values()) {
            assertEquals(2, plot.split("<polyline class=\"line" + peer.ordinal() + "\"", -1).length - 1, peer.title());
            assertTrue(plot.contains(">" + peer.title() + " 7</text>"), plot); // the last figures
            assertTrue(plot.contains(">" + peer.title() + " 0</text>"), plot);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void everyAllocatorIsSampled(@TempDir Path directory) throws Exception {
        String table = new Idle(8, 64, 1).run(directory).text();
        List<String> lines = Files.readAllLines(directory.resolve("idle.csv"));
        for (Peer peer : Peer.values()) {
            assertTrue(table.contains(peer.title()), table);
            Sample[] samples = lines.stream()
                    .map(line -> line.split(","))
                    .filter(cells -> cells[0].equals(peer.title()))
                    .map(cells -> new Sample(0, Long.parseLong(cells[2]), Long.parseLong(cells[3])))
                    .toArray(Sample[]::new);
            assertEquals(0, samples[0].reserved(), peer.title());
            Timeline all = new Timeline(List.of(samples));
            assertTrue(all.peak(Sample::reserved).orElseThrow() >= 8 * MIB, peer + "\n" + lines);
            assertTrue(all.peak(Sample::resident).orElseThrow() >= 8 * MIB, peer + "\n" + lines);
        }
        assertTrue(Files.readString(directory.resolve("idle.svg")).startsWith("<svg"), "no plot");
    }
}
