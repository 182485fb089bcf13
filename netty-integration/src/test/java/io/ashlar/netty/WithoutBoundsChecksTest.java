// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With {@code -Dio.netty.buffer.checkBounds=false} a buffer trusts its caller as to its own bytes, but nothing is written or read beyond the
 * other side of a copy: an array of somebody's, another buffer.
 */
class WithoutBoundsChecksTest {

    @Test
    void theOtherSideOfACopyIsChecked(@TempDir Path dir) throws Exception {
        Path output = dir.resolve("output");
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dio.netty.buffer.checkBounds=false",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Copies.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int exit = jvm.waitFor();
        String said = Files.readString(output, StandardCharsets.UTF_8);
        assertEquals(0, exit, said);
        assertEquals(8, said.lines().filter("refused"::equals).count(), said);
    }

    /** Copies too much, in all ways. */
    static final class Copies {

        private Copies() {}

        public static void main(String[] args) {
            AshlarByteBufAllocator alloc = AshlarByteBufAllocator.DEFAULT;
            ByteBuf buf = alloc.directBuffer(16).writeZero(16);
            ByteBuf direct = alloc.directBuffer(4);
            ByteBuf heap = alloc.heapBuffer(4);
            byte[] array = new byte[4];
            List.<Runnable>of(
                            () -> buf.getBytes(0, array, 2, 8),
                            () -> buf.setBytes(0, array, 2, 8),
                            () -> buf.getBytes(0, direct, 2, 8),
                            () -> buf.setBytes(0, direct, 2, 8),
                            () -> buf.getBytes(0, heap, 2, 8),
                            () -> buf.setBytes(0, heap, 2, 8),
                            () -> buf.getBytes(0, array, -1, 1),
                            () -> buf.setBytes(0, array, 0, -1))
                    .forEach(copy -> {
                        try {
                            copy.run();
                            System.out.println("done");
                        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
                            System.out.println("refused");
                        }
                    });
            buf.release();
            direct.release();
            heap.release();
        }
    }
}
