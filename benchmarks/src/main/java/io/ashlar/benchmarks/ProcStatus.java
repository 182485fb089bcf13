// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Figures of Linux's /proc, in KiB. */
public final class ProcStatus {

    private ProcStatus() {}

    /**
     * What of this process is in memory.
     *
     * @return KiB
     * @throws IOException if /proc cannot be read
     */
    public static long residentKib() throws IOException {
        return read("/proc/self/status", "VmRSS:");
    }

    /** What the whole machine keeps of files. */
    static long fileCacheKib() throws IOException {
        return read("/proc/meminfo", "Cached:");
    }

    private static long read(String file, String key) throws IOException {
        for (String line : Files.readAllLines(Path.of(file))) {
            if (line.startsWith(key)) {
                return Long.parseLong(line.replaceAll("\\D+", ""));
            }
        }
        throw new IOException("no " + key + " in " + file);
    }
}
