// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What Linux says about the regions of this process: mappings of deleted files whose names begin as Ashlar's do.
 *
 * @param count how many there are
 * @param bytes their lengths
 * @param residentBytes how much of them is in the machine's memory
 */
record Mappings(int count, long bytes, long residentBytes) {

    private static final Path SMAPS = Path.of("/proc/self/smaps");

    static boolean areKnown() {
        return Files.exists(SMAPS);
    }

    static Mappings now() throws IOException {
        int count = 0;
        long bytes = 0;
        long resident = 0;
        boolean ours = false;
        for (String line : Files.readAllLines(SMAPS, StandardCharsets.ISO_8859_1)) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                ours = line.matches(".*/ashlar-[0-9a-f]+ \\(deleted\\)");
                if (ours) {
                    String[] ends = line.substring(0, line.indexOf(' ')).split("-");
                    bytes += Long.parseLong(ends[1], 16) - Long.parseLong(ends[0], 16);
                    count++;
                }
            } else if (ours && line.startsWith("Rss:")) {
                resident += 1024 * Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return new Mappings(count, bytes, resident);
    }

    Mappings minus(Mappings before) {
        return new Mappings(count - before.count, bytes - before.bytes, residentBytes - before.residentBytes);
    }
}
