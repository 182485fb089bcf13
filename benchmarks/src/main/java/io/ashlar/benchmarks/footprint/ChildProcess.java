// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A program of this module in a JVM of its own, of the same JDK and with the same class path. */
final class ChildProcess {

    private final Process process;
    private final String command;

    private ChildProcess(Process process, String command) {
        this.process = process;
        this.command = command;
    }

    /**
     * Starts it.
     *
     * @param jvmArguments for the JVM
     * @param program its main class
     * @param arguments for the program
     * @throws IOException if it cannot be started
     */
    static ChildProcess start(List<String> jvmArguments, Class<?> program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(jvmArguments);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new ChildProcess(process, program.getSimpleName() + " " + String.join(" ", arguments));
    }

    /**
     * Waits for its end.
     *
     * @return what it printed
     * @throws IOException if it failed; the message has what it printed
     * @throws InterruptedException if the thread is interrupted
     */
    List<String> lines() throws IOException, InterruptedException {
        List<String> lines;
        try (BufferedReader reader = process.inputReader()) {
            lines = reader.lines().toList();
        }
        int code = process.waitFor();
        if (code != 0) {
            throw new IOException(command + " ended with code=" + code + "\n" + String.join("\n", lines));
        }
        return lines;
    }
}
