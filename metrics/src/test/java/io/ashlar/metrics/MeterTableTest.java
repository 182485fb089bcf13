// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.common.docs.KeyName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of all meters in the README is what the code says. */
class MeterTableTest {

    private static final Path README = Path.of("README.md");
    private static final String HEAD = """
            | meter | type | unit | tags | what it says |
            | --- | --- | --- | --- | --- |
            """;

    private static String line(FigureMeter<?> meter) {
        String tags = Arrays.stream(meter.getKeyNames()).map(KeyName::asString).collect(Collectors.joining(", "));
        return "| `" + meter.getName() + "` | " + meter.getType().name().toLowerCase(Locale.ROOT) + " | "
                + (meter.getBaseUnit() == null ? "" : meter.getBaseUnit()) + " | " + tags + " | " + meter.description()
                + " |\n";
    }

    private static String table() {
        return HEAD
                + Stream.<FigureMeter<?>[]>of(
                                AllocatorMeters.values(),
                                MemoryMeters.values(),
                                PressureMeters.values(),
                                SizeClassMeters.values(),
                                ShardMeters.values(),
                                RequestArenaMeters.values(),
                                ObjectPoolMeters.values())
                        .flatMap(Arrays::stream)
                        .map(MeterTableTest::line)
                        .collect(Collectors.joining());
    }

    /** {@code -Dashlar.table.rewrite=true} writes it anew. */
    @Test
    void theTableIsThatOfTheCode() throws IOException {
        String readme = Files.readString(README);
        Matcher found = Pattern.compile("\\| meter \\| type .*?\\n(?!\\|)", Pattern.DOTALL)
                .matcher(readme + "\n");
        assertTrue(found.find(), "no table");
        if (Boolean.getBoolean("ashlar.table.rewrite")) {
            Files.writeString(README, readme.replace(found.group(), table()));
            return;
        }
        assertEquals(table(), found.group());
    }
}
