// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.endtoend;

import io.ashlar.benchmarks.suite.TextTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How much of a server is its allocator? The example HTTP server runs with each allocator in a process of its own. This
 * process loads them in short rounds, one server at a time, while the others are idle.
 *
 * <p>Alone: {@code benchmarks/run fast http}.
 */
public final class EndToEnd {

    private static final int WARM_UP_TURNS = 3;

    private final Settings settings;
    private final Results results = new Results();
    private final List<String> raw = new ArrayList<>();

    /**
     * Prepares it.
     *
     * @param settings how the servers are loaded
     */
    public EndToEnd(Settings settings) {
        this.settings = settings;
    }

    /**
     * Runs everything.
     *
     * @param directory where the figures of each round are written to, as lines of text
     * @return the table
     * @throws IOException if a process cannot be started, or a server does not answer as it must
     * @throws InterruptedException if the thread is interrupted
     */
    public TextTable run(Path directory) throws IOException, InterruptedException {
        for (int fork = 1; fork <= settings.forks(); fork++) {
            run("fork " + fork + " of " + settings.forks() + ", ");
        }
        Files.write(directory.resolve("http.txt"), raw);
        return results.table(settings);
    }

    private void run(String title) throws IOException, InterruptedException {
        List<RunningServer> servers = new ArrayList<>();
        try {
            for (Contestant contestant : Contestant.values()) {
                servers.add(new RunningServer(contestant, settings.heap()));
            }
            System.out.println("  " + title + "warm-up");
            warmUp(servers);
            for (int round = 0; round < settings.rounds(); round++) {
                for (RunningServer server : order(servers, round)) {
                    measure(server, title + "round " + (round + 1) + " of " + settings.rounds());
                }
            }
        } finally {
            servers.forEach(RunningServer::close);
        }
    }

    /**
     * What a reader of the table has to know.
     *
     * @return lines, each with its line feed
     */
    public String notes() {
        return results.notes();
    }

    /** In several turns, so that no server's compiler has to work through the whole of it beside the load. */
    private void warmUp(List<RunningServer> servers) throws IOException, InterruptedException {
        for (int turn = 0; turn < WARM_UP_TURNS; turn++) {
            for (RunningServer server : servers) {
                Load.run(server.address(), settings, settings.warmUp() / WARM_UP_TURNS);
                server.collect();
            }
        }
    }

    /**
     * Who is loaded when: in as many rounds as there are servers everybody is once the first, second and so on, and in the next as many
     * the neighbours change sides too.
     */
    static <T> List<T> order(List<T> servers, int round) {
        List<T> order = new ArrayList<>(servers);
        if (round / servers.size() % 2 == 1) {
            Collections.reverse(order);
        }
        Collections.rotate(order, -round);
        return order;
    }

    private void measure(RunningServer server, String title) throws IOException, InterruptedException {
        ServerReading before = server.read();
        Load load = Load.run(server.address(), settings, settings.seconds());
        Round round = Round.of(load, before, server.read());
        String contestant = server.contestant().title();
        results.add(server.contestant(), round);
        raw.add(title + "\t" + contestant + "\t" + round.line());
        System.out.printf(
                "  %s  %-22s %,9.0f requests/s, p99 %.2f ms%n", title, contestant, round.rate(), round.p99() / 1e6);
    }
}
