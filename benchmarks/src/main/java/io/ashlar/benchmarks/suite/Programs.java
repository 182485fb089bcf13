// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import io.ashlar.benchmarks.endtoend.EndToEnd;
import io.ashlar.benchmarks.endtoend.Settings;
import io.ashlar.benchmarks.footprint.Footprint;
import io.ashlar.benchmarks.footprint.Idle;
import io.ashlar.benchmarks.footprint.SmallHeap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The questions that are not JMH's: programs that start processes of their own. */
final class Programs {

    private static final String HTTP = "http";
    private static final String FOOTPRINT = "footprint";
    private static final String IDLE = "idle";
    private static final String SMALL_HEAP = "small-heap-native";

    /** The names of all of them. */
    static final List<String> ALL = List.of(HTTP, FOOTPRINT, IDLE, SMALL_HEAP);

    /** Those that the fast mode leaves out. */
    private static final List<String> FULL_ONLY = List.of(IDLE, SMALL_HEAP);

    private final Mode mode;
    private final Settings http;
    private final Path directory;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder markdown = new StringBuilder();

    Programs(Mode mode, Settings http, Path directory) {
        this.mode = mode;
        this.http = http;
        this.directory = directory;
    }

    /** Those whose name begins with one of the names; without a name, those that belong to the mode. */
    static List<String> chosen(List<String> names, Mode mode) {
        return ALL.stream()
                .filter(program -> names.isEmpty()
                        ? mode.isComplete() || !FULL_ONLY.contains(program)
                        : names.stream().anyMatch(program::startsWith))
                .toList();
    }

    void run(List<String> programs) throws IOException, InterruptedException {
        boolean hurried = mode == Mode.SMOKE;
        if (programs.contains(HTTP)) {
            System.out.println("End to end: each allocator in a server of its own");
            EndToEnd endToEnd = new EndToEnd(http);
            add(endToEnd.run(directory));
            text.append(endToEnd.notes());
            markdown.append(endToEnd.notes());
        }
        if (programs.contains(FOOTPRINT)) {
            System.out.println("Footprint: each allocator in processes of its own");
            add(new Footprint(hurried).run(directory));
        }
        if (programs.contains(IDLE)) {
            System.out.println("Idle: what becomes of a burst's memory, each allocator in a process of its own");
            add(new Idle(hurried).run(directory));
            markdown.append("\n![RSS and reserved bytes over time](")
                    .append(Idle.PLOT)
                    .append(")\n");
        }
        if (programs.contains(SMALL_HEAP)) {
            System.out.println("Small heaps: is it still pooled? Each allocator in processes of its own");
            add(new SmallHeap().run(directory));
        }
    }

    private void add(TextTable table) {
        text.append('\n').append(table.text());
        markdown.append('\n').append(table.markdown());
    }

    /** All tables, for a terminal. */
    String text() {
        return text.toString();
    }

    /** All tables and plots, for a document. */
    String markdown() {
        return markdown.toString();
    }
}
