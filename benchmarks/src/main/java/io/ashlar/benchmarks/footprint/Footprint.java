// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import io.ashlar.benchmarks.Peer;
import io.ashlar.benchmarks.suite.TextTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How much memory does each allocator hold, and what of it is left when it is not needed any more? Each scenario runs
 * with each allocator in a process of its own. Resident memory is known on Linux only.
 *
 * <p>Alone: {@code benchmarks/run fast footprint}.
 */
public final class Footprint {

    private static final double MIB = 1 << 20;
    private static final int IDLE_SECONDS = 15;
    private static final double RESERVED_TARGET = 1.35;
    private static final double BURST_TARGET = 32 * MIB;

    private final int idleSeconds;
    private final List<String> raw = new ArrayList<>();
    private final TextTable table = new TextTable(List.of(
            "footprint (MiB)",
            "allocator",
            "requested",
            "used",
            "reserved",
            "reserved / requested",
            "RSS above start",
            "Java heap",
            "target",
            ""));

    /**
     * Prepares it.
     *
     * @param hurried whether to wait for a second only where a server would be idle
     */
    public Footprint(boolean hurried) {
        idleSeconds = hurried ? 1 : IDLE_SECONDS;
    }

    /**
     * Runs everything.
     *
     * @param directory where the readings are written to, as lines of text
     * @return the table
     * @throws IOException if a process cannot be started
     * @throws InterruptedException if the thread is interrupted
     */
    public TextTable run(Path directory) throws IOException, InterruptedException {
        for (Scenario scenario : Scenario.values()) {
            System.out.println("  " + scenario.title());
            run(scenario);
        }
        Files.write(directory.resolve("footprint.txt"), raw);
        return table;
    }

    private void run(Scenario scenario) throws IOException, InterruptedException {
        Map<Peer, List<Reading>> readings = new LinkedHashMap<>();
        Map<Peer, ChildProcess> running = new LinkedHashMap<>();
        for (Peer peer : Peer.values()) {
            ChildProcess process = start(scenario, peer);
            if (scenario.waits()) {
                running.put(peer, process);
            } else {
                readings.put(peer, read(scenario, peer, process));
            }
        }
        for (Map.Entry<Peer, ChildProcess> each : running.entrySet()) {
            readings.put(each.getKey(), read(scenario, each.getKey(), each.getValue()));
        }
        int moments = readings.get(Peer.ASHLAR).size();
        for (int i = 0; i < moments; i++) {
            for (Peer peer : Peer.values()) {
                row(scenario, peer, readings, i);
            }
        }
    }

    private ChildProcess start(Scenario scenario, Peer peer) throws IOException {
        return ChildProcess.start(
                scenario.jvmArguments(),
                FootprintProcess.class,
                scenario.name(),
                peer.name(),
                Integer.toString(idleSeconds));
    }

    private List<Reading> read(Scenario scenario, Peer peer, ChildProcess process)
            throws IOException, InterruptedException {
        List<String> lines = process.lines().stream().filter(Reading::isReading).toList();
        lines.forEach(line -> raw.add(scenario.option() + "\t" + peer.title() + "\t" + line));
        return lines.stream().map(Reading::parse).toList();
    }

    private void row(Scenario scenario, Peer peer, Map<Peer, List<Reading>> readings, int moment) {
        Reading reading = readings.get(peer).get(moment);
        Target target = peer == Peer.ASHLAR ? target(scenario, readings, moment) : Target.NONE;
        boolean first = peer == Peer.ASHLAR;
        String title = reading.moment().isEmpty() ? scenario.title() : scenario.title() + ": " + reading.moment();
        table.row(List.of(
                first ? title : "",
                peer.title(),
                mib(reading.requested()),
                mib(reading.used()),
                mib(reading.reserved()),
                reading.requested() < MIB
                        ? ""
                        : String.format("%.2f", (double) reading.reserved() / reading.requested()),
                mib(reading.resident()),
                mib(reading.heap()),
                target.text(),
                target.missed() ? "SHORT" : ""));
    }

    private record Target(String text, boolean missed) {
        static final Target NONE = new Target("", false);
    }

    private static Target target(Scenario scenario, Map<Peer, List<Reading>> readings, int moment) {
        Reading ours = readings.get(Peer.ASHLAR).get(moment);
        return switch (scenario) {
            case START_UP -> {
                long adaptive = readings.get(Peer.ADAPTIVE).get(moment).resident();
                yield new Target("RSS <= " + mib(adaptive), ours.resident() > adaptive);
            }
            case STEADY, STEADY_MANY ->
                new Target(
                        "reserved / requested <= " + RESERVED_TARGET,
                        ours.reserved() > RESERVED_TARGET * ours.requested());
            case BURST ->
                ours.moment().startsWith("idle")
                        ? new Target("RSS <= " + mib((long) BURST_TARGET), ours.resident() > BURST_TARGET)
                        : Target.NONE;
            case SURVIVORS, SURVIVORS_ALIKE -> {
                long slabs = ours.slabs().orElse(0);
                yield new Target(
                        "reserved <= 2 x the survivors' slabs: " + mib(2 * slabs), ours.reserved() > 2 * slabs);
            }
            case SMALL_HEAP, PINNING -> Target.NONE;
        };
    }

    private static String mib(OptionalLong bytes) {
        return bytes.isPresent() ? mib(bytes.getAsLong()) : "n/a";
    }

    private static String mib(long bytes) {
        return String.format("%,.1f", bytes / MIB);
    }
}
