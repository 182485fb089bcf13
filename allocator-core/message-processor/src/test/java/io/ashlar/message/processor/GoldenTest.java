// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The generated sources are, byte for byte, those in {@code src/test/resources/golden}, and they compile with all lint. With {@code
 * -Dashlar.golden.rewrite=true} the files are written anew; what has changed is then for a reader to judge.
 */
class GoldenTest {

    private static final Path INTERFACES = Path.of("src/test/java/io/ashlar/message/processor/golden");
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final boolean REWRITE = Boolean.getBoolean("ashlar.golden.rewrite");

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "Quote, QuoteMessage",
        "Everything, EverythingMessage",
        "Options, OptionsMessage",
        "Outer, Outer_Middle_InnerMessage"
    })
    void theGeneratedSourceIsAsBefore(String source, String generated) throws IOException {
        Compilation compilation = new Compilation(directory).source(INTERFACES.resolve(source + ".java"));
        assertTrue(compilation.run(), compilation::toString);
        Path found = compilation.generated().resolve("io/ashlar/message/processor/golden/" + generated + ".java");
        Path golden = GOLDEN.resolve(generated + ".java");
        if (REWRITE) {
            Files.createDirectories(GOLDEN);
            Files.write(golden, Files.readAllBytes(found));
        }
        assertEquals(Files.readString(golden), Files.readString(found));
    }
}
