// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a program printed that ran in a JVM of its own, of the JDK that runs the tests.
 *
 * @param exit the exit code
 * @param out the standard output
 * @param err the standard error
 */
public record ForkedJvm(int exit, String out, String err) {

    /**
     * Runs a main class of the tests.
     *
     * @param directory for the files of the output, and its temporary files
     * @param shell a command for {@code sh} to run before, such as {@code ulimit -n 100}; empty for none
     * @param main the class
     * @param jvmOptions for the JVM
     * @return what it printed
     * @throws Exception if it could not be run, or did not end
     */
    public static ForkedJvm run(Path directory, String shell, Class<?> main, String... jvmOptions) throws Exception {
        List<String> command = new ArrayList<>();
        if (!shell.isEmpty()) {
            command.addAll(List.of("sh", "-c", shell + " && exec \"$@\"", "sh"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Duser.language=en", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + directory));
        command.addAll(List.of(jvmOptions));
        command.addAll(List.of("-cp", classes(MemorySource.class) + java.io.File.pathSeparator + classes(main)));
        command.add(main.getName());
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        // A JVM says on its error output that it picked these up.
        List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS").forEach(builder.environment()::remove);
        Process process = builder.start();
        try {
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                throw new IOException("did not end: " + command);
            }
        } finally {
            process.destroyForcibly();
        }
        return new ForkedJvm(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static Path classes(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
