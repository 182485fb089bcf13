// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import io.ashlar.benchmarks.Peer;
import io.ashlar.benchmarks.suite.TextTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Does an allocator still pool where the Java heap is small, as in a sidecar? Buffers of 64 KiB are allocated and released on
 * an event loop, one at a time and several out at once; what is counted is for how many of them the allocator had to get
 * native memory. Each allocator and each size of the heap has a process of its own. What a buffer costs there is a question
 * of JMH's, {@link io.ashlar.benchmarks.SmallHeapBenchmark}.
 *
 * <p>With those: {@code benchmarks/run fast small-heap}.
 */
public final class SmallHeap {

    /** What may be gotten while it starts, or because somebody trims. */
    private static final double TARGET = 0.01;

    private final int[] heapsMib;

    /** Prepares it, with heaps of 64 to 512 MiB. */
    public SmallHeap() {
        this(64, 128, 256, 512);
    }

    SmallHeap(int... heapsMib) {
        this.heapsMib = heapsMib.clone();
    }

    /**
     * Runs it.
     *
     * @param directory where the readings are written to, as lines of text
     * @return the table
     * @throws IOException if a process cannot be started, or fails
     * @throws InterruptedException if the thread is interrupted
     */
    public TextTable run(Path directory) throws IOException, InterruptedException {
        List<String> raw = new ArrayList<>();
        TextTable table = newTable();
        for (int heap : heapsMib) {
            for (Peer peer : Peer.values()) {
                List<String> lines = ChildProcess.start(
                                List.of("-Xmx" + heap + "m"), SmallHeapProcess.class, peer.name())
                        .lines();
                List<PoolingReading> readings = PoolingReading.parse(lines);
                readings.forEach(reading -> raw.add(heap + "\t" + peer.title() + "\t" + reading.line()));
                row(table, heap, peer, readings);
            }
        }
        Files.write(directory.resolve("small-heap-native.txt"), raw);
        return table;
    }

    static TextTable newTable() {
        List<String> titles = new ArrayList<>(List.of("64 KiB on an event loop, of each buffer", "allocator"));
        for (String figure : List.of("native memory", "a run")) {
            for (int out : SmallHeapProcess.OUT) {
                titles.add(figure + ", " + out + " out");
            }
        }
        titles.addAll(List.of("target", ""));
        return new TextTable(titles);
    }

    static void row(TextTable table, int heapMib, Peer peer, List<PoolingReading> readings) {
        boolean ours = peer == Peer.ASHLAR;
        List<String> cells = new ArrayList<>(List.of(ours ? "-Xmx" + heapMib + "m" : "", peer.title()));
        cells.addAll(figures(readings, PoolingReading::growthsPerBuffer));
        cells.addAll(ours ? figures(readings, PoolingReading::fetchesPerBuffer) : List.of("", "", ""));
        boolean missed = ours && readings.stream().anyMatch(reading -> reading.growthsPerBuffer() > TARGET);
        cells.addAll(List.of(ours ? "native memory <= " + TARGET : "", missed ? "SHORT" : ""));
        table.row(cells);
    }

    private static List<String> figures(List<PoolingReading> readings, ToDoubleFunction<PoolingReading> figure) {
        return readings.stream()
                .map(reading -> String.format("%.2f", figure.applyAsDouble(reading)))
                .toList();
    }
}
