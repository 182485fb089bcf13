// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import io.ashlar.benchmarks.endtoend.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Asks all questions, or some of them, and writes the results down: JMH's own JSON per question, a description of the
 * machine, and the table. The script {@code benchmarks/run} starts it.
 */
public final class Suite {

    private static final String USAGE = """
            Usage: benchmarks/run [fast|steady|wide|full|smoke] [question ...]

              fast        one fork, short iterations, a part of the parameters: at most 8 minutes (the default)
              steady      the same in three forks: twenty minutes
              wide        as fast, but all parameters: an hour and more
              full        two forks, iterations of a second, all parameters: hours
              smoke       one iteration of a tenth of a second each: does everything run?
              question    runs only the questions whose name begins with it; 'list' shows them
            """;

    private final Mode mode;
    private final Path directory;
    private final Settings http;
    private final Scoreboard scoreboard = new Scoreboard();

    private Suite(Mode mode, Settings http, Path directory) {
        this.mode = mode;
        this.http = http;
        this.directory = directory;
    }

    /**
     * Runs it.
     *
     * @param args the mode and the names of questions
     * @throws Exception if anything but a benchmark fails
     */
    public static void main(String[] args) throws Exception {
        List<String> names = new ArrayList<>(Arrays.asList(args));
        Mode named = names.isEmpty() ? null : Mode.named(names.get(0));
        if (named != null) {
            names.remove(0);
        }
        if (names.contains("list")) {
            Questions.ALL.forEach(question -> System.out.println(question.id()));
            Programs.ALL.forEach(System.out::println);
            return;
        }
        for (String name : names) {
            if (Programs.ALL.stream().noneMatch(program -> program.startsWith(name))
                    && Questions.ALL.stream()
                            .noneMatch(question -> question.id().startsWith(name))) {
                System.err.print("There is no question '" + name + "'.\n\n" + USAGE);
                System.exit(2);
            }
        }
        Mode mode = named == null ? Mode.FAST : named;
        List<Question> questions = Questions.ALL.stream()
                .filter(question -> Runtime.version().feature() >= question.minimumJdk())
                .filter(question -> names.isEmpty()
                        ? mode.isComplete() || !question.isFullOnly()
                        : names.stream().anyMatch(question.id()::startsWith))
                .toList();
        List<String> programs = Programs.chosen(names, mode);
        try {
            System.exit(new Suite(mode, http(mode), directory(mode, names)).run(questions, programs) == 0 ? 0 : 1);
        } catch (RunnerException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static Settings http(Mode mode) {
        Settings settings = mode.http();
        try {
            return settings.with(System.getenv().getOrDefault("ASHLAR_HTTP", ""));
        } catch (IllegalArgumentException e) {
            System.err.println("ASHLAR_HTTP: " + e.getMessage());
            System.exit(2);
            return settings;
        }
    }

    /** Only whole runs are worth keeping. */
    private static Path directory(Mode mode, List<String> names) {
        Path module = Path.of(System.getenv().getOrDefault("ASHLAR_BENCHMARKS", "."));
        return module.resolve(names.isEmpty() && mode != Mode.SMOKE ? "results" : "target/results")
                .resolve("jdk" + Runtime.version().feature() + "-" + mode.title());
    }

    private int run(List<Question> questions, List<String> programs)
            throws IOException, RunnerException, InterruptedException {
        String machine = Machine.describe(mode.title());
        System.out.println(machine);
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("machine.txt"), machine);
        int failures = questions.isEmpty() ? 0 : ask(questions);
        StringBuilder markdown = new StringBuilder("```\n").append(machine).append("```\n\n");
        if (!questions.isEmpty()) {
            scoreboard
                    .tables()
                    .forEach(table -> markdown.append(table.markdown()).append('\n'));
            markdown.append(notes());
            scoreboard
                    .plots()
                    .forEach(plot -> markdown.append("\n```\n").append(plot).append("```\n"));
        }
        Programs others = new Programs(mode, http, directory);
        others.run(programs);
        markdown.append(others.markdown());
        Files.writeString(directory.resolve("table.md"), markdown);
        System.out.println();
        if (!questions.isEmpty()) {
            scoreboard.tables().forEach(table -> System.out.println(table.text()));
            System.out.print(notes());
            scoreboard.plots().forEach(plot -> System.out.print("\n" + plot));
        }
        System.out.print(others.text());
        return failures;
    }

    private int ask(List<Question> questions) throws IOException, RunnerException {
        Progress progress = new Progress(System.out, questions.get(0));
        for (int i = 0; i < questions.size(); i++) {
            Question question = questions.get(i);
            int forks = mode.forks(question);
            Rounds rounds = new Rounds();
            for (int fork = 1; fork <= forks; fork++) {
                progress.next(question, i + 1, questions.size(), fork, forks);
                for (int threads : question.threads()) {
                    rounds.add(new Runner(options(question).threads(threads).build(), progress).run());
                    progress.settle();
                }
            }
            List<RunResult> results = rounds.together();
            results.forEach(result -> scoreboard.add(question, result));
            Files.writeString(directory.resolve(question.id() + ".json"), json(results, forks));
        }
        return progress.failures();
    }

    private ChainedOptionsBuilder options(Question question) {
        boolean fast = !mode.isComplete();
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(question.include(fast))
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(false);
        question.overrides(fast).forEach((name, values) -> options.param(name, values.toArray(String[]::new)));
        return mode.applyTo(options, question);
    }

    /** JMH's JSON, with the forks of all rounds, and without the path of the JVM, which is nobody's business. */
    private static String json(Collection<RunResult> results, int forks) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ResultFormatFactory.getInstance(ResultFormatType.JSON, new PrintStream(bytes, true, StandardCharsets.UTF_8))
                .writeOut(results);
        return bytes.toString(StandardCharsets.UTF_8)
                .replaceAll("(\"jvm\" *: *\")[^\"]*\"", "$1java\"")
                .replaceAll("(\"forks\" *: *)1\\b", "$1" + forks);
    }

    private String notes() {
        return "Ratio: the best of the others that pool, divided by Ashlar; of the fields of messages, the ByteBuffer. "
                + "~ the iterations lie more than a fifth apart.\n"
                + "SHORT: misses its target (" + scoreboard.missed() + " rows). near: within 5 % of it.\n";
    }
}
