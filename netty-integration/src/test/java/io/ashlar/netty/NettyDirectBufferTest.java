// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.AbstractPooledByteBufTest;
import io.netty.buffer.ByteBuf;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/**
 * Netty's suites {@code AbstractByteBufTest} and {@code AbstractPooledByteBufTest} on our direct buffers, big-endian.
 *
 * <p>Overrides:
 * <ul>
 *   <li>{@link #testMaxFastWritableBytes} and {@link #testEnsureWritableDoesntGrowTooMuch}: Netty's versions cast the
 *       buffer to its own {@code PooledByteBuf} to read how long its block is, and whether it was exchanged. These make
 *       the same assertions, with the block of ours.</li>
 * </ul>
 */
class NettyDirectBufferTest extends AbstractPooledByteBufTest {

    @Override
    protected ByteBuf alloc(int length, int maxCapacity) {
        ByteBuf buffer = NettySuiteAllocator.ALLOC.directBuffer(length, maxCapacity);
        assertSame(ByteOrder.BIG_ENDIAN, order(buffer));
        assertTrue(buffer.isDirect());
        return buffer;
    }

    @SuppressWarnings("deprecation")
    static ByteOrder order(ByteBuf buffer) {
        return buffer.order();
    }

    @Test
    @Override
    public void testMaxFastWritableBytes() {
        ByteBuf buffer = newBuffer(150, 500).writerIndex(100);
        AbstractPooledByteBuf<?> root = NettySuiteAllocator.rootOf(buffer);
        assertEquals(50, buffer.writableBytes());
        assertEquals(150, buffer.capacity());
        assertEquals(500, buffer.maxCapacity());
        assertEquals(400, buffer.maxWritableBytes());

        int blockSize = Place.of(root).size();
        assertTrue(blockSize >= 150);
        int left = Math.min(blockSize - 100, 400);
        assertEquals(left, buffer.maxFastWritableBytes());

        Object before = Place.of(root);
        buffer.writeBytes(new byte[left]);
        assertEquals(before, Place.of(root));

        assertEquals(0, buffer.maxFastWritableBytes());
        buffer.writeByte(7);
        assertNotEquals(before, Place.of(root), "one byte more takes another block");

        buffer.capacity(500);
        assertEquals(500 - buffer.writerIndex(), buffer.maxFastWritableBytes());
        buffer.release();
    }

    @Test
    @Override
    public void testEnsureWritableDoesntGrowTooMuch() {
        ByteBuf buffer = newBuffer(150, 500).writerIndex(100);
        AbstractPooledByteBuf<?> root = NettySuiteAllocator.rootOf(buffer);
        int fastWritable = buffer.maxFastWritableBytes();
        assertTrue(fastWritable > 50, "a block is somewhat longer than what was asked for");

        Object before = Place.of(root);
        buffer.ensureWritable(fastWritable);
        assertEquals(before, Place.of(root));
        assertEquals(100 + fastWritable, buffer.capacity());
        assertEquals(buffer.writableBytes(), buffer.maxFastWritableBytes());
        buffer.release();
    }
}
