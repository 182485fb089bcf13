// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.ashlar.message.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.annotation.processing.Processor;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** A run of the compiler of this JDK, with the processor and with all lint, where warnings are errors. */
final class Compilation {

    private final Path directory;
    private final List<Path> sources = new ArrayList<>();
    private final List<String> options = new ArrayList<>(
            List.of("--release", "17", "-Xlint:all", "-Xdoclint:all,-missing", "-Werror", "-encoding", "UTF-8"));
    private List<? extends Processor> processors = List.of(new MessageProcessor());
    private List<Diagnostic<? extends JavaFileObject>> findings = List.of();

    /** Everything is written into a directory. On the class path is the core, and nothing else. */
    Compilation(Path directory) {
        this.directory = directory;
        options.addAll(List.of("-d", classes().toString(), "-s", generated().toString()));
    }

    Compilation source(Path file) {
        sources.add(file);
        return this;
    }

    /** A source file of some name, such as {@code p/Quote.java}. */
    Compilation source(String name, String text) {
        Path file = directory.resolve("src").resolve(name);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return source(file);
    }

    Compilation options(String... more) {
        options.addAll(List.of(more));
        return this;
    }

    /** Without any, the compiler looks for processors itself. */
    Compilation processors(Processor... others) {
        processors = List.of(others);
        return this;
    }

    /** Whether there was no error, and no warning. */
    boolean run() {
        if (!options.contains("--module-path") && !options.contains("-cp")) {
            options("-cp", core().toString());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertNotNull(compiler, "the tests need a JDK");
        DiagnosticCollector<JavaFileObject> collector = new DiagnosticCollector<>();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(collector, Locale.ROOT, StandardCharsets.UTF_8)) {
            Files.createDirectories(classes());
            Files.createDirectories(generated());
            JavaCompiler.CompilationTask task =
                    compiler.getTask(null, files, collector, options, null, files.getJavaFileObjectsFromPaths(sources));
            task.setLocale(Locale.ROOT);
            if (!processors.isEmpty()) {
                task.setProcessors(processors);
            }
            return task.call();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } finally {
            findings = collector.getDiagnostics();
        }
    }

    /** What the compiler and the processor said, but for notes. */
    List<Diagnostic<? extends JavaFileObject>> findings() {
        return findings.stream()
                .filter(finding -> finding.getKind() != Diagnostic.Kind.NOTE)
                .toList();
    }

    Path classes() {
        return directory.resolve("classes");
    }

    Path generated() {
        return directory.resolve("generated");
    }

    /** The classes of the core. */
    static Path core() {
        return pathOf(Schema.class);
    }

    static Path pathOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Override
    public String toString() {
        return findings.toString();
    }
}
