// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Programs of the machine that these tests need. */
enum Tool {
    PROMETHEUS("prometheus", "prometheus"),
    PROMTOOL("promtool", "prometheus"),
    CHROMIUM("chromium", "chromium"),
    CHROMEDRIVER("chromedriver", "chromium-driver");

    private final String command;
    private final String debianPackage;

    Tool(String command, String debianPackage) {
        this.command = command;
        this.debianPackage = debianPackage;
    }

    /** Where it is. Fails, and names the Debian package, if it is nowhere. */
    Path path() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, command))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError(
                        command + " is not in any folder of PATH: on Debian it is in the package " + debianPackage));
    }

    /**
     * A process of it.
     *
     * @param arguments the command line
     */
    ProcessBuilder process(String... arguments) {
        List<String> command = new ArrayList<>(List.of(path().toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    /** Runs it to its end in a folder; fails with what it printed unless it was content. */
    void run(Path folder, String... arguments) throws IOException, InterruptedException {
        Process process = process(arguments).directory(folder.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes());
        int code = process.waitFor();
        System.out.println(command + " " + String.join(" ", arguments) + "\n" + output);
        if (code != 0) {
            throw new AssertionError(
                    command + " " + String.join(" ", arguments) + " ended with code=" + code + ":\n" + output);
        }
    }
}
