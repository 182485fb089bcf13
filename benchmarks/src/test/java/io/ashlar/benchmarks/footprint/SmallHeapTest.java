// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ashlar.benchmarks.Peer;
import io.ashlar.benchmarks.suite.TextTable;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether it is noticed that a buffer was not pooled. */
class SmallHeapTest {

    private static List<String> cells(TextTable table, int line) {
        String[] lines = table.text().split("\n");
        return List.of(lines[2 + line].split("\\|", -1)).stream()
                .map(String::strip)
                .toList();
    }

    @Test
    void aReadingSurvivesItsLine() {
        PoolingReading reading = new PoolingReading(16, 1 << 14, 3, 1L << 33);
        assertEquals(List.of(reading), PoolingReading.parse(List.of("", "a warning", reading.line())));
    }

    @Test
    void whatIsNotPooledIsMarked() {
        TextTable table = SmallHeap.newTable();
        List<PoolingReading> good = List.of(reading(1, 0, 0), reading(16, 9, 0), reading(64, 0, 750));
        List<PoolingReading> bad = List.of(reading(1, 0, 0), reading(16, 0, 0), reading(64, 500, 500));
        SmallHeap.row(table, 64, Peer.ASHLAR, good);
        SmallHeap.row(table, 128, Peer.ASHLAR, bad);
        SmallHeap.row(table, 128, Peer.ADAPTIVE, bad);
        String target = "native memory <= 0.01";
        assertEquals(
                List.of("-Xmx64m", "Ashlar", "0.00", "0.01", "0.00", "0.00", "0.00", "0.75", target, ""),
                cells(table, 0));
        assertEquals(
                List.of("0.50", "0.00", "0.00", "0.50", target, "SHORT"),
                cells(table, 1).subList(4, 10));
        assertEquals(List.of("", "adaptive", "0.00", "0.00", "0.50", "", "", "", "", ""), cells(table, 2));
    }

    /** The control: if it were not seen that the unpooled allocator gets memory for each buffer, nothing would be. */
    @Test
    void unpooledGetsMemoryForEachBuffer(@TempDir Path directory) throws Exception {
        TextTable table = new SmallHeap(64).run(directory);
        assertEquals(
                List.of("unpooled", "1.00", "1.00", "1.00"), cells(table, 3).subList(1, 5));
        assertEquals("pooled", cells(table, 2).get(1));
        assertEquals("0.00", cells(table, 2).get(2));
    }

    private static PoolingReading reading(int out, long growths, long fetches) {
        return new PoolingReading(out, 1000, growths, fetches);
    }
}
