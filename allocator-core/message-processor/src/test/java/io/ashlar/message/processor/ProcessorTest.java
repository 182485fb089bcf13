// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.palantir.javapoet.JavaFile;
import io.ashlar.message.Schema;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.Filer;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.Processor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The processor among compilers, modules, other processors, and failures. */
class ProcessorTest {

    private static final String QUOTE = """
            package p;

            import io.ashlar.message.*;

            @Message public interface Quote {
                long id();

                Quote id(long value);
            }
            """;

    @TempDir
    Path directory;

    private Compilation compilation() {
        return new Compilation(directory);
    }

    private static String messages(Compilation compilation) {
        return compilation.findings().stream()
                .map(finding -> finding.getMessage(Locale.ROOT))
                .collect(Collectors.joining("\n"));
    }

    private static List<String> names(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString().replace(File.separatorChar, '/'))
                    .sorted()
                    .toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    // ---- how it is found

    /** Until JDK 22 without an option; since then, and since the updates of 17 and 21, with this one. */
    @Test
    void theCompilerFindsItOnTheClassPath() {
        Compilation compilation = compilation().processors().source("p/Quote.java", QUOTE);
        compilation.options("-cp", Compilation.core() + File.pathSeparator + processorPath());
        if (Runtime.version().feature() >= 23) {
            compilation.options("-proc:full");
        }
        assertTrue(compilation.run(), compilation::toString);
        assertEquals(List.of("p/Quote.class", "p/QuoteMessage.class"), names(compilation.classes()));
    }

    /** Where it cannot see the core. */
    @Test
    void theCompilerFindsItOnAProcessorPath() {
        Compilation compilation =
                compilation().processors().source("p/Quote.java", QUOTE).options("-processorpath", processorPath());
        assertTrue(compilation.run(), compilation::toString);
        assertEquals(List.of("p/Quote.class", "p/QuoteMessage.class"), names(compilation.classes()));
    }

    /** As with a dependency that a module does not require, while the core is on the module path. */
    @Test
    void theCompilerFindsItBesideAModule() {
        Compilation compilation = compilation()
                .processors()
                .source("module-info.java", "module user { requires io.ashlar.core; }")
                .source("p/Quote.java", QUOTE)
                .options("--module-path", Compilation.core().toString(), "-cp", processorPath())
                .options("-processor", MessageProcessor.class.getName());
        assertTrue(compilation.run(), compilation::toString);
        assertEquals(
                List.of("module-info.class", "p/Quote.class", "p/QuoteMessage.class"), names(compilation.classes()));
    }

    private static String processorPath() {
        return Compilation.pathOf(MessageProcessor.class) + File.pathSeparator + javaPoet();
    }

    private static Path javaPoet() {
        return Compilation.pathOf(JavaFile.class);
    }

    @Test
    void gradleIsToldThatEachClassIsOfOneInterface() throws IOException {
        String name = "META-INF/gradle/incremental.annotation.processors";
        try (var file = MessageProcessor.class.getClassLoader().getResourceAsStream(name)) {
            assertEquals(
                    MessageProcessor.class.getName() + ",isolating",
                    new String(file.readAllBytes(), StandardCharsets.UTF_8).strip());
        }
    }

    // ---- what is left of it

    @Test
    void nothingOfItIsInTheClasses() throws IOException {
        Path interfaces = Path.of("src/test/java/io/ashlar/message/processor/golden");
        Compilation compilation = compilation();
        for (String name : List.of("Quote", "Everything", "Options", "Outer")) {
            String moved = Files.readString(interfaces.resolve(name + ".java"))
                    .replace("package io.ashlar.message.processor.golden;", "package p;");
            compilation.source("p/" + name + ".java", moved);
        }
        assertTrue(compilation.run(), compilation::toString);
        List<String> classes = names(compilation.classes());
        assertTrue(classes.contains("p/EverythingMessage.class"), classes::toString);
        for (String name : classes) {
            String content = Files.readString(compilation.classes().resolve(name), StandardCharsets.ISO_8859_1);
            for (String trace : List.of(
                    "message/processor",
                    "message.processor",
                    "javapoet",
                    "io/ashlar/message/Message;",
                    "io/ashlar/message/Ascii",
                    "io/ashlar/message/Length",
                    "java/lang/reflect")) {
                assertFalse(content.contains(trace), name + " has " + trace);
            }
            assertEquals(name.endsWith("Message.class"), content.contains("io/ashlar/message/OffHeapObject"), name);
        }
    }

    // ---- modules

    @ParameterizedTest
    @ValueSource(strings = {"", "requires java.compiler;"})
    void aModuleHasTheMarkOfGeneratedClassesIfItCan(String requires) throws IOException {
        Compilation compilation = compilation()
                .source("module-info.java", "module user { requires io.ashlar.core; " + requires + " }")
                .source("p/Quote.java", QUOTE)
                .options("--module-path", Compilation.core().toString(), "--add-modules", "java.compiler");
        assertTrue(compilation.run(), compilation::toString);
        String source = Files.readString(compilation.generated().resolve("p/QuoteMessage.java"));
        assertEquals(!requires.isEmpty(), source.contains("@Generated"), source);
    }

    @Test
    void theUnnamedPackageWillDo() {
        Compilation compilation = compilation().source("Quote.java", QUOTE.replace("package p;", ""));
        assertTrue(compilation.run(), compilation::toString);
        assertEquals(List.of("Quote.class", "QuoteMessage.class"), names(compilation.classes()));
    }

    // ---- what its author wrote besides

    @Test
    void annotationsOfTypesAreNotLookedAt() {
        Compilation compilation = compilation().options("-Xlint:-processing").source("p/Quote.java", """
                package p;

                import io.ashlar.message.*;
                import java.lang.annotation.*;

                @Message interface Quote {
                    @Target(ElementType.TYPE_USE) @interface Known {}

                    enum Side { BUY }

                    @Known long id();
                    @Known Quote id(@Known long value);
                    @Ascii(4) @Known String symbol();
                    void symbol(@Known CharSequence value);
                    Side side();
                    void side(@Known Side value);
                    @Length(4) byte @Known [] hash();
                    void hash(byte[] value);
                }
                """);
        assertTrue(compilation.run(), compilation::toString);
    }

    /** As reference-counted messages do, and those of which one wants to see who is alive. */
    @Test
    void interfacesWhoseMethodsTheSuperclassHasCanBeExtended() {
        Compilation compilation = compilation()
                .source("p/Counted.java", """
                        package p;

                        interface Counted {
                            int count();
                            boolean release();
                            boolean release(int count);
                            String toString();
                        }
                        """)
                .source("p/CountedMessage.java", """
                        package p;

                        interface CountedMessage extends Counted {
                            boolean isAlive();

                            default int count() {
                                return isAlive() ? 1 : 0;
                            }

                            default boolean release(int count) {
                                return release();
                            }
                        }
                        """)
                .source("p/Quote.java", QUOTE.replace("Quote {", "Quote extends CountedMessage {"));
        assertTrue(compilation.run(), compilation::toString);
    }

    @Test
    void typesWithTheNamesOfTheJdksAreNotTakenForThem() {
        Compilation compilation = compilation()
                .source("p/String.java", "package p; class String {}")
                .source("p/Override.java", "package p; @interface Override {}")
                .source("p/Schema.java", """
                        package p;

                        import io.ashlar.message.*;

                        @Message interface Schema {
                            @Ascii(4) java.lang.String symbol();
                        }
                        """);
        assertTrue(compilation.run(), compilation::toString);
    }

    @ParameterizedTest
    @CsvSource({"@Deprecated, '', ''", "'', @Deprecated, ''", "'', '', @Deprecated(forRemoval = true)"})
    void whatIsDeprecatedCompilesWithoutWarning(String outer, String type, String method) {
        Compilation compilation = compilation().source("p/Market.java", """
                package p;

                import io.ashlar.message.*;

                %s class Market {
                    %s @Message interface Quote {
                        %s long id();
                    }
                }
                """.formatted(outer, type, method));
        assertTrue(compilation.run(), compilation::toString);
    }

    /** The limit is that of the schema, gaps and all. */
    @ParameterizedTest
    @CsvSource({"@Message, 2047, 0", "@Message(packed = true), 2047, 7"})
    void aMessageMayBeAsLongAsASchemaAllows(String annotation, int longs, int rest) throws Exception {
        String source = """
                package p;

                import io.ashlar.message.*;

                %s public interface Quote {
                    byte first();
                    @Length(%d) long levels(int index);
                    %s
                }
                """;
        String last = rest == 0 ? "" : "@Length(" + rest + ") byte[] rest();";
        Compilation fits = compilation().source("p/Quote.java", source.formatted(annotation, longs, last));
        assertTrue(fits.run(), fits::toString);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {fits.classes().toUri().toURL()})) {
            Schema schema = (Schema)
                    loader.loadClass("p.QuoteMessage").getField("SCHEMA").get(null);
            assertEquals(Schema.MOST_BYTES, schema.bytes());
        }
        Compilation tooLong = compilation()
                .source(
                        "p/Quote.java",
                        source.formatted(annotation, longs, "@Length(" + (rest + 1) + ") byte[] rest();"));
        assertFalse(tooLong.run());
    }

    // ---- several errors, several interfaces

    @Test
    void allErrorsAreToldAtOnceAndOtherInterfacesGetTheirClass() {
        Compilation compilation = compilation().source("p/Quote.java", QUOTE).source("p/Bad.java", """
                        package p;

                        import io.ashlar.message.*;

                        @Message interface Bad {
                            String symbol();
                            void reset();
                            @Ascii(4) long id();
                        }
                        """);
        assertFalse(compilation.run());
        assertEquals(3, compilation.findings().size(), compilation::toString);
        assertEquals(List.of("p/QuoteMessage.java"), names(compilation.generated()));
    }

    /** The compiler's own errors are enough. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Missing side();",
                "void id(Missing value);",
                "long id() throws Missing;",
                "Missing[] sides();",
                "@Ascii(MISSING) String symbol();",
                "@Ascii(\"4\") String symbol();",
                "@Ascii String symbol();",
                "long id(); @Message void id(long value);"
            })
    void whatTheCompilerDoesNotUnderstandIsLeftToIt(String accessor) {
        Compilation compilation = compilation().source("p/Quote.java", """
                package p;

                import io.ashlar.message.*;

                @Message interface Quote {
                    %s
                }
                """.formatted(accessor));
        assertFalse(compilation.run());
        assertEquals(1, compilation.findings().size(), compilation::toString);
        assertTrue(
                compilation.findings().get(0).getCode().startsWith("compiler.err.")
                        && !compilation.findings().get(0).getCode().startsWith("compiler.err.proc."),
                compilation::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"@Message(name = MISSING)", "@Message(packed = 1)", "@Message(unknown = 1)", "@Message @Ascii(1)"
            })
    void optionsThatTheCompilerDoesNotUnderstandAreLeftToIt(String annotation) {
        Compilation compilation = compilation().source("p/Quote.java", QUOTE.replace("@Message", annotation));
        assertFalse(compilation.run());
        assertEquals(1, compilation.findings().size(), compilation::toString);
    }

    // ---- other processors

    /** Makes a type in the first round, as other processors do. */
    private static final class Maker extends AbstractProcessor {

        private final String source;
        private boolean done;

        Maker(String source) {
            this.source = source;
        }

        @Override
        public Set<String> getSupportedAnnotationTypes() {
            return Set.of("*");
        }

        @Override
        public SourceVersion getSupportedSourceVersion() {
            return SourceVersion.latestSupported();
        }

        @Override
        public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
            if (!done) {
                done = true;
                try (var writer =
                        processingEnv.getFiler().createSourceFile("p.Made").openWriter()) {
                    writer.write(source);
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            }
            return false;
        }
    }

    /** The compiler calls a second processor only for annotations that the first has left: here, one of the JDK. */
    @Test
    void aTypeOfAnotherProcessorIsWaitedFor() throws IOException {
        Compilation compilation = compilation()
                .processors(new MessageProcessor(), new Maker("package p; enum Made { A }"))
                .source("p/Quote.java", QUOTE.replace("long id();", "@Deprecated long id(); Made made();"));
        assertTrue(compilation.run(), compilation::toString);
        String source = Files.readString(compilation.generated().resolve("p/QuoteMessage.java"));
        assertTrue(source.contains(".enumeration(\"made\", Made.class)"), source);
    }

    @Test
    void anInterfaceOfAnotherProcessorIsWaitedFor() {
        Compilation compilation = compilation()
                .processors(new MessageProcessor(), new Maker("package p; interface Made { int made(); }"))
                .source("p/Quote.java", QUOTE.replace("Quote {", "Quote extends Made { @Deprecated int OLD = 1;"));
        assertFalse(compilation.run());
        assertEquals(
                "Quote inherits the abstract 'int made()' of Made: an accessor has to be declared in Quote itself",
                messages(compilation));
    }

    @Test
    void anInterfaceOfAnotherProcessorIsFound() {
        Compilation compilation = compilation()
                .processors(new MessageProcessor(), new Maker(QUOTE.replace("Quote", "Made")))
                .source("p/Quote.java", QUOTE);
        assertTrue(compilation.run(), compilation::toString);
        assertEquals(
                List.of("p/Made.java", "p/MadeMessage.java", "p/QuoteMessage.java"), names(compilation.generated()));
    }

    // ---- failures

    /** The processor, with files that fail. */
    private static Processor failing(Exception failure) {
        Filer filer = (Filer) Proxy.newProxyInstance(
                ProcessorTest.class.getClassLoader(), new Class<?>[] {Filer.class}, (proxy, method, arguments) -> {
                    throw failure;
                });
        MessageProcessor processor = new MessageProcessor();
        return (Processor) Proxy.newProxyInstance(
                ProcessorTest.class.getClassLoader(), new Class<?>[] {Processor.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("init")) {
                        return method.invoke(processor, arguments);
                    }
                    ProcessingEnvironment real = (ProcessingEnvironment) arguments[0];
                    processor.init((ProcessingEnvironment) Proxy.newProxyInstance(
                            ProcessorTest.class.getClassLoader(),
                            new Class<?>[] {ProcessingEnvironment.class},
                            (environment, asked, none) ->
                                    asked.getName().equals("getFiler") ? filer : asked.invoke(real, none)));
                    return null;
                });
    }

    @Test
    void aFileThatCannotBeWrittenIsAnErrorAtTheInterface() {
        Compilation compilation =
                compilation().processors(failing(new IOException("disk full"))).source("p/Quote.java", QUOTE);
        assertFalse(compilation.run());
        assertEquals("p.QuoteMessage cannot be written: java.io.IOException: disk full", messages(compilation));
        assertEquals(5, compilation.findings().get(0).getLineNumber());
    }

    @Test
    void aMistakeOfTheProcessorIsAnErrorAtTheInterface() {
        Compilation compilation = compilation()
                .processors(failing(new IllegalStateException("a bug")))
                .source("p/Quote.java", QUOTE);
        assertFalse(compilation.run());
        assertEquals(
                "there is no class for Quote, because its annotation processor failed: java.lang.IllegalStateException:"
                        + " a bug; please report it, with the interface",
                messages(compilation));
        assertEquals(5, compilation.findings().get(0).getLineNumber());
    }
}
