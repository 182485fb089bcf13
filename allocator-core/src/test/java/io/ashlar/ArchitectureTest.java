// SPDX-License-Identifier: Apache-2.0
package io.ashlar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.MemorySource;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rules of the module's structure, read from its compiled classes: every type, member and string that a class
 * refers to stands as text in its constant pool.
 */
final class ArchitectureTest {

    /** The packages from the lowest to the highest; each uses only those before it. */
    private static final List<String> LAYERS = List.of("memory", "alloc", "pool", "message");

    private static final List<String> JDK_INTERNALS =
            List.of("sun/misc", "sun.misc", "jdk/internal", "jdk.internal", "java/lang/foreign", "java.lang.foreign");

    @TempDir
    Path planted;

    @Test
    void oneClassKnowsTheInternalsOfTheJdk() {
        assertEquals(Set.of("io/ashlar/memory/JdkInternals"), topLevel(naming(classes(), JDK_INTERNALS)));
    }

    @Test
    void aLayerUsesOnlyThoseBelow() {
        assertEquals(Set.of(), upwardUses(classes()));
    }

    @Test
    void theScannersSeeTheClasses() {
        Set<String> seen = naming(classes(), List.of("io/ashlar/memory/MemoryRegion"));
        assertTrue(seen.contains("io/ashlar/memory/MemorySource"), seen::toString);
        assertTrue(seen.size() > 5, seen::toString);
    }

    /** Negative control. */
    @Test
    void plantedInternalsAreFound() throws IOException {
        plant("io/ashlar/pool/Innocent", "java/lang/Object");
        assertEquals(Set.of(), naming(planted, JDK_INTERNALS));
        for (String internal : JDK_INTERNALS) {
            plant("io/ashlar/pool/Guilty$Inner", internal + "/Thing");
            assertEquals(Set.of("io/ashlar/pool/Guilty"), topLevel(naming(planted, JDK_INTERNALS)), internal);
        }
    }

    /** Negative control. */
    @Test
    void plantedUpwardUsesAreFound() throws IOException {
        plant("io/ashlar/pool/Fine", "io/ashlar/memory/MemorySource");
        plant("io/ashlar/alloc/AlsoFine", "Lio/ashlar/memory/MemorySource;");
        assertEquals(Set.of(), upwardUses(planted));
        plant("io/ashlar/memory/Guilty", "Lio/ashlar/pool/MemoryPool;");
        plant("io/ashlar/alloc/Guilty", "io.ashlar.pool.MemoryPool");
        assertEquals(
                Set.of("io/ashlar/memory/Guilty uses pool", "io/ashlar/alloc/Guilty uses pool"), upwardUses(planted));
    }

    @Test
    void theModuleExportsItsLayersAndNeedsNothing() {
        ModuleDescriptor module =
                ModuleFinder.of(classes()).find("io.ashlar.core").orElseThrow().descriptor();
        assertEquals(
                Set.of("io.ashlar.memory", "io.ashlar.alloc", "io.ashlar.pool", "io.ashlar.message"),
                module.exports().stream().map(ModuleDescriptor.Exports::source).collect(Collectors.toSet()));
        assertTrue(module.exports().stream().noneMatch(ModuleDescriptor.Exports::isQualified));
        Map<String, Set<Requires.Modifier>> requires =
                module.requires().stream().collect(Collectors.toMap(Requires::name, Requires::modifiers));
        assertEquals(
                Map.of(
                        "java.base", Set.of(Requires.Modifier.MANDATED),
                        "jdk.unsupported", Set.of(),
                        "jdk.jfr", Set.of(Requires.Modifier.STATIC),
                        "org.jspecify", Set.of(Requires.Modifier.STATIC)),
                requires);
        assertEquals(Set.of(), module.opens());
        assertEquals(Set.of(), module.uses());
        assertFalse(module.isOpen());
    }

    /** A dependency on JSpecify that were transitive would be asked of every module that uses this one. */
    @Test
    void aModuleCompilesAgainstThisOneAlone() throws IOException {
        Path module = Files.writeString(
                planted.resolve("module-info.java"),
                "module user { requires io.ashlar.core; }",
                StandardCharsets.UTF_8);
        Path user = Files.writeString(
                Files.createDirectory(planted.resolve("user")).resolve("User.java"), """
                package user;

                class User {
                    long reserved() {
                        var source = io.ashlar.memory.MemorySource.heap();
                        var region = source.tryAcquire(io.ashlar.memory.Layout.ofSize(8));
                        return region == null ? 0 : source.reserved();
                    }
                }
                """, StandardCharsets.UTF_8);
        StringWriter output = new StringWriter();
        PrintWriter printer = new PrintWriter(output);
        List<String> arguments =
                List.of("-proc:none", "-d", planted.toString(), "-p", classes().toString());
        int exit = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        printer,
                        printer,
                        Stream.concat(
                                        arguments.stream(),
                                        Stream.of(module, user).map(Path::toString))
                                .toArray(String[]::new));
        assertEquals(0, exit, output::toString);
        assertTrue(Files.exists(planted.resolve("user/User.class")), output::toString);
    }

    private static Set<String> upwardUses(Path root) {
        Set<String> uses = new TreeSet<>();
        for (int layer = 0; layer < LAYERS.size(); layer++) {
            String below = LAYERS.get(layer);
            for (String above : LAYERS.subList(layer + 1, LAYERS.size())) {
                naming(root, List.of("io/ashlar/" + above + "/", "io.ashlar." + above + ".")).stream()
                        .filter(name -> name.startsWith("io/ashlar/" + below + "/"))
                        .forEach(name -> uses.add(name + " uses " + above));
            }
        }
        return uses;
    }

    /** The classes under a folder in whose constant pool one of some texts stands. */
    private static Set<String> naming(Path root, List<String> texts) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".class"))
                    .filter(file -> texts.stream().anyMatch(content(file)::contains))
                    .map(file -> root.relativize(file).toString().replace('\\', '/'))
                    .map(name -> name.substring(0, name.length() - ".class".length()))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static String content(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Set<String> topLevel(Set<String> classes) {
        return classes.stream()
                .map(name -> name.contains("$") ? name.substring(0, name.indexOf('$')) : name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void plant(String name, String constant) throws IOException {
        Path file = planted.resolve(name + ".class");
        Files.createDirectories(file.getParent());
        Files.write(file, ("\u00ca\u00fe\u00ba\u00be " + constant).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Path classes() {
        try {
            return Path.of(MemorySource.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (java.net.URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
