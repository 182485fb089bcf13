// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.buffer.BigEndianCompositeByteBufTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Assumptions;

/**
 * Netty's {@code BigEndianCompositeByteBufTest} on composites of our buffers.
 *
 * <p>Overrides: none. {@link #newBuffer} and {@link #newCompositeBuffer} are the suite's own hooks: a composite of many
 * short components with empty ones in between, as the suite builds it, but of our buffers. The components have no leak
 * detector of their own; the composite has one.
 */
class NettyCompositeBufferTest extends BigEndianCompositeByteBufTest {

    @Override
    protected ByteBuf newBuffer(int length, int maxCapacity) {
        // As in the suite: a composite does not limit its capacity.
        Assumptions.assumeTrue(maxCapacity == Integer.MAX_VALUE, "a composite has no maximum capacity");
        CompositeByteBuf buffer = NettySuiteAllocator.ALLOC.compositeDirectBuffer(Integer.MAX_VALUE);
        for (int size = 1, sum = 0; sum < length; sum += size, size = size % 9 + 1) {
            buffer.addComponent(true, Unpooled.EMPTY_BUFFER);
            buffer.addComponent(
                    true, NettySuiteAllocator.newBareBuffer(size, size).writeZero(size));
        }
        buffer.capacity(length);
        return buffer.writerIndex(0);
    }

    @Override
    protected CompositeByteBuf newCompositeBuffer() {
        return NettySuiteAllocator.ALLOC.compositeDirectBuffer();
    }
}
