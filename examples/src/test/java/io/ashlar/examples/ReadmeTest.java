// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example of message objects compiles as it stands there, and does what it seems to. */
class ReadmeTest {

    private static final int MOST_LINES = 20;
    private static final String IMPORTS = """
            import io.ashlar.message.*;
            import io.ashlar.netty.*;
            """;

    private static String example() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        Matcher blocks = Pattern.compile("```java\\R(public final class .*?)```", Pattern.DOTALL)
                .matcher(readme);
        assertTrue(blocks.find(), "no example");
        return blocks.group(1);
    }

    @Test
    void theExampleRuns(@TempDir Path folder) throws Exception {
        String example = example();
        assertTrue(example.lines().count() <= MOST_LINES, example);
        Path source = Files.writeString(folder.resolve("Order.java"), IMPORTS + example);
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        int result = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        errors,
                        errors,
                        "-Xlint:all",
                        "-Werror",
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        folder.toString(),
                        source.toString());
        assertEquals(0, result, errors::toString);
        assertEquals("Order[id=42, symbol=ASHL]", run(folder));
    }

    private static String run(Path folder) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            loader.loadClass("Order").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8).strip();
    }
}
