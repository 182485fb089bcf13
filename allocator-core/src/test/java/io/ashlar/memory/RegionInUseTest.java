// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.file.Path;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Closing a region while the operating system writes into it. */
final class RegionInUseTest {

    private static final int FIRST_JDK_THAT_NOTICES = 25;

    @TempDir
    Path directory;

    @Test
    void aMappedRegionWithARunningReadStaysOpen() throws Exception {
        closeDuringRead(MemorySource.mapped(directory));
    }

    @Test
    void aDirectRegionWithARunningReadStaysOpen() throws Exception {
        closeDuringRead(MemorySource.direct());
    }

    private static void closeDuringRead(MemorySource source) throws Exception {
        try (AsynchronousServerSocketChannel server = AsynchronousServerSocketChannel.open()
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                AsynchronousSocketChannel writer = AsynchronousSocketChannel.open()) {
            Future<AsynchronousSocketChannel> accepted = server.accept();
            writer.connect(server.getLocalAddress()).get(10, TimeUnit.SECONDS);
            MemoryRegion region = source.acquire(Layout.ofSize(4096));
            try (AsynchronousSocketChannel reader = accepted.get(10, TimeUnit.SECONDS)) {
                Future<Integer> read = reader.read(region.buffer().duplicate());
                if (Runtime.version().feature() >= FIRST_JDK_THAT_NOTICES) {
                    IllegalStateException refused = assertThrows(IllegalStateException.class, region::close);
                    assertTrue(refused.getMessage().contains("stays open"), refused::getMessage);
                    assertTrue(refused.getMessage().contains("size=4096"), refused::getMessage);
                }
                assertFalse(region.isClosed());
                assertEquals(4096, source.reserved());
                writer.write(ByteBuffer.wrap(new byte[] {1, 2, 3})).get(10, TimeUnit.SECONDS);
                assertEquals(3, read.get(10, TimeUnit.SECONDS));
                assertEquals(3, region.buffer().get(2));
            }
            closeWhenTheReadHasLetGo(region);
            assertTrue(region.isClosed());
            assertEquals(0, source.reserved());
        }
    }

    /** A read has its result a moment before it lets go of its buffer. */
    private static void closeWhenTheReadHasLetGo(MemoryRegion region) throws InterruptedException {
        for (int attempt = 0; attempt < 1000; attempt++) {
            try {
                region.close();
                return;
            } catch (IllegalStateException notYet) {
                Thread.sleep(5);
            }
        }
    }
}
