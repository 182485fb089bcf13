// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.MemoryRegion;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What Linux says about how much of the regions is in the machine's memory. */
final class ResidentMemory {

    static final long UNKNOWN = -1;

    private static final Path SMAPS = Path.of("/proc/self/smaps");
    private static final String RSS = "Rss:";
    private static final int HEX = 16;

    /** The bytes of regions by their first address. */
    private final TreeMap<Long, Integer> regions = new TreeMap<>();

    private long resident;
    /** Bytes of regions in the mapping whose lines are being read. */
    private long overlap;

    private ResidentMemory(List<RegionStats> stats) {
        stats.stream()
                .filter(region -> region.address() != MemoryRegion.NO_ADDRESS)
                .forEach(region -> regions.put(region.address(), region.bytes()));
    }

    /** Bytes of the regions that are resident; {@link #UNKNOWN} if some have no address, or the system does not tell. */
    static long of(List<RegionStats> stats) {
        ResidentMemory sum = new ResidentMemory(stats);
        if (sum.regions.size() < stats.size()) {
            return UNKNOWN;
        }
        try (BufferedReader lines = Files.newBufferedReader(SMAPS, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                sum.add(line);
            }
            return sum.resident;
        } catch (IOException notLinux) {
            return UNKNOWN;
        }
    }

    /** A mapping has a line with its addresses, {@code from-to ...}, and further ones with figures, {@code name: value kB}. */
    private void add(String line) {
        if (line.startsWith(RSS)) {
            long bytes = Long.parseLong(
                            line.substring(RSS.length(), line.length() - 2).strip())
                    << 10;
            resident += Math.min(bytes, overlap);
        } else if (!Character.isUpperCase(line.charAt(0))) {
            int dash = line.indexOf('-');
            long from = Long.parseUnsignedLong(line.substring(0, dash), HEX);
            long to = Long.parseUnsignedLong(line.substring(dash + 1, line.indexOf(' ')), HEX);
            overlap = overlap(from, to);
        }
    }

    private long overlap(long from, long to) {
        long sum = 0;
        Map.Entry<Long, Integer> region = regions.lowerEntry(to);
        while (region != null && region.getKey() + region.getValue() > from) {
            long end = Math.min(to, region.getKey() + region.getValue());
            sum += end - Math.max(from, region.getKey());
            region = regions.lowerEntry(region.getKey());
        }
        return sum;
    }
}
