// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What was seen at one moment. A process hands its readings to the one that started it as lines of text.
 *
 * @param moment when
 * @param requested bytes that callers asked for and still hold
 * @param used bytes in buffers, if the allocator can tell
 * @param slabs bytes of the slabs that the buffers lie in, if the allocator can tell
 * @param reserved bytes of native memory that the allocator holds
 * @param resident bytes that the process has in memory, above what it had before the allocator was made
 * @param heap bytes of Java heap, above what they were before the allocator was made
 */
record Reading(
        String moment, long requested, OptionalLong used, OptionalLong slabs, long reserved, long resident, long heap) {

    private static final String PREFIX = "reading";
    private static final String UNKNOWN = "n/a";

    String line() {
        return String.join(
                "\t",
                PREFIX,
                moment,
                "requested=" + requested,
                "used=" + text(used),
                "slabs=" + text(slabs),
                "reserved=" + reserved,
                "resident=" + resident,
                "heap=" + heap);
    }

    private static String text(OptionalLong bytes) {
        return bytes.isPresent() ? Long.toString(bytes.getAsLong()) : UNKNOWN;
    }

    private static OptionalLong parseOptional(String bytes) {
        return bytes.equals(UNKNOWN) ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(bytes));
    }

    static boolean isReading(String line) {
        return line.startsWith(PREFIX + "\t");
    }

    static Reading parse(String line) {
        String[] parts = line.split("\t");
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 2; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            values.put(parts[i].substring(0, equals), parts[i].substring(equals + 1));
        }
        return new Reading(
                parts[1],
                Long.parseLong(values.get("requested")),
                parseOptional(values.get("used")),
                parseOptional(values.get("slabs")),
                Long.parseLong(values.get("reserved")),
                Long.parseLong(values.get("resident")),
                Long.parseLong(values.get("heap")));
    }
}
