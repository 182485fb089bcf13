// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires.Modifier;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The module descriptor, and that the module keeps out of Netty's packages and the JDK's internals. */
class ModuleTest {

    private static Path classes() throws URISyntaxException {
        return Path.of(AshlarByteBufAllocator.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    private static ModuleDescriptor descriptor() throws URISyntaxException {
        return ModuleFinder.of(classes()).find("io.ashlar.netty").orElseThrow().descriptor();
    }

    @Test
    void exportsItsOnePackageAndReadsWhatItsApiShows() throws URISyntaxException {
        ModuleDescriptor module = descriptor();
        assertEquals(Set.of("io.ashlar.netty"), module.packages());
        assertEquals(
                Set.of("io.ashlar.netty"),
                module.exports().stream().map(ModuleDescriptor.Exports::source).collect(Collectors.toSet()));
        assertTrue(module.exports().stream().noneMatch(ModuleDescriptor.Exports::isQualified));
        assertEquals(
                Set.of("io.ashlar.core", "io.netty.buffer", "io.netty.transport"),
                module.requires().stream()
                        .filter(r -> r.modifiers().contains(Modifier.TRANSITIVE))
                        .map(ModuleDescriptor.Requires::name)
                        .collect(Collectors.toSet()));
        assertEquals(
                Set.of("java.base", "io.ashlar.core", "io.netty.buffer", "io.netty.common", "io.netty.transport"),
                module.requires().stream()
                        .filter(r -> !r.modifiers().contains(Modifier.STATIC))
                        .map(ModuleDescriptor.Requires::name)
                        .collect(Collectors.toSet()));
    }

    @Test
    void nothingReachesIntoTheJdk() throws Exception {
        List<Path> files;
        try (Stream<Path> all = Files.walk(classes())) {
            files = all.filter(p -> p.toString().endsWith(".class")).toList();
        }
        assertTrue(files.size() >= 8, "files=" + files);
        for (Path file : files) {
            String name = classes().relativize(file).toString().replace(File.separatorChar, '/');
            assertFalse(name.startsWith("io/netty/"), name);
            String constants = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            for (String internal : List.of("sun/misc", "sun.misc", "jdk/internal", "jdk.internal", "sun/nio")) {
                assertFalse(constants.contains(internal), name + " mentions " + internal);
            }
        }
    }

    /** Runs the allocator as a named module among named modules, in a layer of its own. */
    @Test
    void worksAsANamedModule() throws Exception {
        Path[] path = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("test"))
                .map(Path::of)
                .filter(ModuleTest::isNamedModule)
                .toArray(Path[]::new);
        Configuration configuration = ModuleLayer.boot()
                .configuration()
                .resolve(ModuleFinder.of(path), ModuleFinder.of(), Set.of("io.ashlar.netty"));
        ModuleLayer layer = ModuleLayer.boot().defineModulesWithOneLoader(configuration, null);
        Class<?> allocator = layer.findLoader("io.ashlar.netty").loadClass(AshlarByteBufAllocator.class.getName());
        assertEquals("io.ashlar.netty", allocator.getModule().getName());
        Object shared = allocator.getField("DEFAULT").get(null);
        Object buf = allocator.getMethod("directBuffer", int.class).invoke(shared, 100);
        Class<?> byteBuf = layer.findLoader("io.netty.buffer").loadClass("io.netty.buffer.ByteBuf");
        byteBuf.getMethod("writeLong", long.class).invoke(buf, 42L);
        assertEquals(42L, byteBuf.getMethod("readLong").invoke(buf));
        assertEquals(true, byteBuf.getMethod("release").invoke(buf));
    }

    private static boolean isNamedModule(Path entry) {
        try {
            return ModuleFinder.of(entry).findAll().stream()
                    .anyMatch(m -> !m.descriptor().isAutomatic());
        } catch (FindException notAModule) {
            return false;
        }
    }
}
