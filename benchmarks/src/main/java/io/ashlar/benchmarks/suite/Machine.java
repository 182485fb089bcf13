// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import io.netty.util.Version;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What figures depend on, in lines of text. It names no path of the machine, and no host. */
final class Machine {

    private Machine() {}

    static String describe(String mode) {
        return String.join(
                "\n",
                "mode:         " + mode,
                "date:         " + Instant.now().truncatedTo(ChronoUnit.MINUTES),
                "revision:     " + System.getenv().getOrDefault("ASHLAR_REVISION", "unknown"),
                "cores:        " + Runtime.getRuntime().availableProcessors(),
                "processor:    " + first("/proc/cpuinfo", "model name"),
                "memory:       " + first("/proc/meminfo", "MemTotal"),
                "system:       " + System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                "jdk:          " + System.getProperty("java.vm.name") + " "
                        + System.getProperty("java.runtime.version"),
                "collectors:   "
                        + ManagementFactory.getGarbageCollectorMXBeans().stream()
                                .map(GarbageCollectorMXBean::getName)
                                .collect(Collectors.joining(", ")),
                "netty:        " + Version.identify().get("netty-buffer").artifactVersion(),
                "load average: "
                        + String.format(
                                "%.2f at the start (1 minute)",
                                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()),
                "");
    }

    private static String first(String file, String key) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(key))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("unknown");
        } catch (IOException notLinux) {
            return "unknown";
        }
    }
}
