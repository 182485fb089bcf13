// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import io.ashlar.benchmarks.Peer;
import io.ashlar.benchmarks.suite.TextTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/**
 * What happens to the memory of a burst when nobody needs it any more? Two event loops and four plain threads write
 * buffers of the sizes of {@link io.ashlar.benchmarks.SizePattern}, hold them for a second and release them; from before
 * that until long after it, resident memory and what the allocator says it holds are noted four times a second. Each
 * allocator has a process of its own. Linux only.
 *
 * <p>Alone: {@code benchmarks/run fast idle}.
 */
public final class Idle {

    /** The name of the file with the plot. */
    public static final String PLOT = "idle.svg";

    private static final double MIB = 1 << 20;
    private static final int[] SECONDS = {0, 5, 15, 30};
    /** On a busy machine the writing takes longer than is worth showing. */
    private static final int PLOTTED_FROM = -5;

    private static final int TARGET_SECONDS = 15;
    private static final long TARGET = 32L << 20;

    private final int burstMib;
    private final int heapMib;
    private final int idleSeconds;

    /**
     * Prepares it, with a burst of 512 MiB.
     *
     * @param hurried whether to wait for a second only
     */
    public Idle(boolean hurried) {
        this(512, 544, hurried ? 1 : SECONDS[SECONDS.length - 1]);
    }

    Idle(int burstMib, int heapMib, int idleSeconds) {
        this.burstMib = burstMib;
        this.heapMib = heapMib;
        this.idleSeconds = idleSeconds;
    }

    /**
     * Runs it.
     *
     * @param directory gets all samples, {@code idle.csv}, and the plot, {@link #PLOT}
     * @return the table
     * @throws IOException if a process cannot be started, or fails
     * @throws InterruptedException if the thread is interrupted
     */
    public TextTable run(Path directory) throws IOException, InterruptedException {
        Map<Peer, ChildProcess> running = new EnumMap<>(Peer.class);
        for (Peer peer : Peer.values()) {
            running.put(
                    peer,
                    ChildProcess.start(
                            Scenario.jvmArguments(heapMib),
                            IdleProcess.class,
                            peer.name(),
                            Integer.toString(burstMib),
                            Integer.toString(idleSeconds)));
        }
        Map<Peer, Timeline> timelines = new EnumMap<>(Peer.class);
        for (Peer peer : Peer.values()) {
            timelines.put(peer, Timeline.parse(running.get(peer).lines()));
        }
        Files.write(directory.resolve("idle.csv"), csv(timelines));
        Files.writeString(directory.resolve(PLOT), plot(timelines));
        return table(timelines);
    }

    static List<String> csv(Map<Peer, Timeline> timelines) {
        List<String> lines = new ArrayList<>(List.of("allocator,seconds since release,RSS above start,reserved"));
        timelines.forEach((peer, timeline) -> timeline.samples()
                .forEach(sample -> lines.add(String.format(
                        Locale.ROOT,
                        "%s,%.3f,%d,%d",
                        peer.title(),
                        sample.seconds(),
                        sample.resident(),
                        sample.reserved()))));
        return lines;
    }

    static TextTable table(Map<Peer, Timeline> timelines) {
        List<String> titles = new ArrayList<>(List.of("after a burst (MiB)"));
        for (String figure : List.of("RSS", "reserved")) {
            titles.add(figure + ": peak");
            for (int second : SECONDS) {
                titles.add(second == 0 ? "released" : second + " s");
            }
        }
        titles.addAll(List.of("target", ""));
        TextTable table = new TextTable(titles);
        timelines.forEach((peer, timeline) -> {
            List<String> cells = new ArrayList<>(List.of(peer.title()));
            cells.addAll(figures(timeline, Sample::resident));
            cells.addAll(figures(timeline, Sample::reserved));
            cells.addAll(peer == Peer.ASHLAR ? target(timeline) : List.of("", ""));
            table.row(cells);
        });
        return table;
    }

    private static List<String> figures(Timeline timeline, ToLongFunction<Sample> figure) {
        List<String> figures = new ArrayList<>(List.of(mib(timeline.peak(figure))));
        for (int second : SECONDS) {
            figures.add(mib(timeline.at(second, figure)));
        }
        return figures;
    }

    private static List<String> target(Timeline timeline) {
        OptionalLong resident = timeline.at(TARGET_SECONDS, Sample::resident);
        boolean missed = resident.isPresent() && resident.getAsLong() > TARGET;
        return List.of(
                "RSS <= " + mib(OptionalLong.of(TARGET)) + " after " + TARGET_SECONDS + " s", missed ? "SHORT" : "");
    }

    private static String mib(OptionalLong bytes) {
        return bytes.isPresent() ? String.format("%,.1f", bytes.getAsLong() / MIB) : "";
    }

    static String plot(Map<Peer, Timeline> timelines) {
        LinePlot resident = new LinePlot("RSS above the start (MiB)");
        LinePlot reserved = new LinePlot("what the allocator says it holds (MiB)");
        timelines.forEach((peer, timeline) -> {
            resident.add(peer.title(), points(timeline, Sample::resident));
            reserved.add(peer.title(), points(timeline, Sample::reserved));
        });
        resident.target(TARGET_SECONDS, TARGET / MIB);
        return LinePlot.picture("seconds since all buffers of the burst were released", List.of(resident, reserved));
    }

    private static List<LinePlot.Point> points(Timeline timeline, ToLongFunction<Sample> figure) {
        return timeline.samples().stream()
                .filter(sample -> sample.seconds() >= PLOTTED_FROM)
                .map(sample -> new LinePlot.Point(sample.seconds(), figure.applyAsLong(sample) / MIB))
                .toList();
    }
}
