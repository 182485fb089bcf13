// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many threads that touch our classes and Netty's for the first time at once do not block each other for ever. Class
 * initialisation happens once per JVM, so each try is a JVM of its own.
 */
class ClassInitializationTest {

    private static final int TRIES = 8;

    private static final List<String> CLASSES = List.of(
            "io.ashlar.netty.AshlarByteBufAllocator",
            "io.ashlar.netty.AshlarByteBuf",
            "io.ashlar.netty.OutOfPoolMemoryError",
            "io.ashlar.netty.EventLoopShards",
            "io.ashlar.pool.MemoryPool",
            "io.ashlar.pool.Block",
            "io.netty.buffer.AbstractByteBufAllocator",
            "io.netty.buffer.AbstractByteBuf",
            "io.netty.buffer.ByteBufUtil",
            "io.netty.buffer.Unpooled",
            "io.netty.buffer.EmptyByteBuf",
            "io.netty.util.ResourceLeakDetector",
            "io.netty.util.internal.PlatformDependent",
            "io.netty.util.internal.InternalThreadLocalMap",
            "io.netty.channel.ChannelOption");

    @Test
    void concurrentFirstUseDoesNotDeadlock(@TempDir Path dir) throws Exception {
        long seed = Seed.of(ClassInitializationTest.class);
        for (int i = 0; i < TRIES; i++) {
            Path output = dir.resolve("output" + i);
            Process jvm = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            FirstUse.class.getName(),
                            "" + (seed + i))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = jvm.waitFor(2, TimeUnit.MINUTES);
            if (!ended) {
                jvm.destroyForcibly();
            }
            String said = Files.readString(output, StandardCharsets.UTF_8);
            assertTrue(ended, "seed=" + (seed + i) + ": blocked after: " + said);
            assertEquals("done", said.trim(), "seed=" + (seed + i));
            assertEquals(0, jvm.exitValue());
        }
    }

    /** One JVM's try. */
    static final class FirstUse {

        private FirstUse() {}

        public static void main(String[] args) throws Exception {
            List<String> order = new ArrayList<>(CLASSES);
            Collections.shuffle(order, new Random(Long.parseLong(args[0])));
            CountDownLatch start = new CountDownLatch(1);
            List<Thread> threads = new ArrayList<>();
            for (String name : order) {
                Thread thread = new Thread(() -> {
                    try {
                        start.await();
                        Class.forName(name);
                    } catch (ReflectiveOperationException | InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
                threads.add(thread);
                thread.start();
            }
            start.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            ByteBuf buf = AshlarByteBufAllocator.DEFAULT.directBuffer().writeLong(1);
            buf.release();
            System.out.println("done");
        }
    }
}
