// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The example in the Javadoc of each allocator compiles and runs as it stands there. */
class JavadocExamplesTest {

    private static final Pattern EXAMPLE =
            Pattern.compile("<p><b>Example\\.</b>\\R \\* <pre>\\{@code\\R(.*?)\\R \\* }</pre>", Pattern.DOTALL);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"Slab", "Buddy", "Bump"})
    void compilesAndRuns(String allocator) throws Exception {
        Path source = Path.of("src/main/java/io/ashlar/alloc", allocator + ".java");
        Matcher matcher = EXAMPLE.matcher(Files.readString(source));
        assertTrue(matcher.find(), () -> "no example in " + source);
        String example = matcher.group(1).replaceAll("(?m)^ \\* ?", "");
        Path file = directory.resolve("Example.java");
        Files.writeString(
                file,
                "import io.ashlar.alloc.*; import io.ashlar.memory.*;\n"
                        + "public class Example { public static void run() throws Exception {\n" + example + "\n}}\n");

        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertNotNull(compiler, "the tests need a JDK");
        StringWriter errors = new StringWriter();
        List<String> options = List.of("-d", directory.toString(), "-cp", System.getProperty("java.class.path"));
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(errors, files, null, options, null, files.getJavaFileObjects(file))
                    .call();
            assertTrue(compiled, errors::toString);
        }
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
            loader.setDefaultAssertionStatus(true);
            Method run = loader.loadClass("Example").getMethod("run");
            assertDoesNotThrow(() -> run.invoke(null));
        }
    }
}
