// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A buffer that is watched for its age behaves as every other: the first of each size class is one. */
class WatchedBuffersTest {

    private final AshlarByteBufAllocator allocator = AshlarByteBufAllocator.builder()
            .name("watched")
            .limit(256 << 20)
            .stripes(1)
            .build();
    private final Random random = new Random(42);

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] content(ByteBuf buffer) {
        byte[] content = new byte[buffer.readableBytes()];
        buffer.getBytes(buffer.readerIndex(), content);
        return content;
    }

    private static void assertContent(byte[] expected, ByteBuf buffer) {
        assertArrayEquals(expected, content(buffer));
    }

    /** From one size class to the next, each for the first time, up to a large block, a region of its own, and back. */
    @Test
    void itGrowsAndShrinksThroughWatchedBlocks() {
        allocator.sampleBlocks(true);
        ByteBuf buffer = allocator.directBuffer(10);
        byte[] content = bytes(10);
        buffer.writeBytes(content);
        ByteBuf slice = buffer.retainedSlice(2, 5);
        for (int size = 20; size < 40 << 20; size += size / 3) {
            buffer.capacity(size);
            assertEquals(size, buffer.capacity());
            assertContent(content, buffer);
            assertEquals(content[4], slice.getByte(2));
            assertEquals(1, allocator.stats().outstanding());
            assertEquals(size, allocator.stats().requestedBytes());
            if (size <= 32 << 10) { // of large blocks, the first alone
                assertEquals(1, allocator.sampledBlocks().size(), "size=" + size);
            }
        }
        for (int size = 30 << 20; size > 10; size /= 3) {
            buffer.capacity(size);
            assertContent(content, buffer);
            assertEquals(1, allocator.stats().outstanding());
        }
        slice.release();
        buffer.release();
        assertThrows(IllegalReferenceCountException.class, buffer::release);
        assertEquals(0, allocator.stats().outstanding());
        assertEquals(0, allocator.stats().usedBytes());
        assertEquals(List.of(), allocator.sampledBlocks());
        allocator.close();
        assertEquals(0, allocator.stats().reservedBytes());
    }

    @Test
    void watchedAndOthersExchangeTheirBlocks() {
        allocator.sampleBlocks(true);
        List<ByteBuf> buffers = new ArrayList<>();
        List<byte[]> contents = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (buffers.size() < 100 || random.nextBoolean() && buffers.size() < 3000) {
                byte[] content = bytes(random.nextInt(2000));
                buffers.add(allocator.directBuffer(content.length).writeBytes(content));
                contents.add(content);
                continue;
            }
            int at = random.nextInt(buffers.size());
            assertContent(contents.get(at), buffers.get(at));
            if (random.nextBoolean()) {
                buffers.get(at).capacity(contents.get(at).length + random.nextInt(40_000));
                assertContent(contents.get(at), buffers.get(at));
            } else {
                buffers.remove(at).release();
                contents.remove(at);
            }
        }
        for (int i = 0; i < buffers.size(); i++) {
            assertContent(contents.get(i), buffers.get(i));
            buffers.get(i).release();
        }
        assertEquals(0, allocator.stats().outstanding());
        assertEquals(0, allocator.stats().requestedBytes());
        assertEquals(List.of(), allocator.sampledBlocks());
        allocator.close();
        assertEquals(0, allocator.stats().reservedBytes());
    }
}
