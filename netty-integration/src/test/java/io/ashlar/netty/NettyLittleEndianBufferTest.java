// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.nio.ByteOrder;

/**
 * The suites of {@link NettyDirectBufferTest} on our buffers, little-endian.
 *
 * <p>Overrides: none but the two of {@link NettyDirectBufferTest}.
 */
class NettyLittleEndianBufferTest extends NettyDirectBufferTest {

    @Override
    @SuppressWarnings("deprecation")
    protected ByteBuf alloc(int length, int maxCapacity) {
        ByteBuf buffer =
                NettySuiteAllocator.ALLOC.directBuffer(length, maxCapacity).order(ByteOrder.LITTLE_ENDIAN);
        assertSame(ByteOrder.LITTLE_ENDIAN, order(buffer));
        assertTrue(buffer.isDirect());
        return buffer;
    }
}
