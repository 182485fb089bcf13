// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.SlicedByteBufTest;

/**
 * Netty's {@code SlicedByteBufTest} on retained slices of our buffers.
 *
 * <p>Overrides: none. {@link #newSlice} is the suite's own hook; it is given a heap buffer to slice, and slices one of
 * ours of the same length instead, without a leak detector, because the suite expects to find the sliced buffer right
 * behind the slice.
 */
class NettySlicedBufferTest extends SlicedByteBufTest {

    @Override
    protected ByteBuf newSlice(ByteBuf buffer, int offset, int length) {
        ByteBuf ours = NettySuiteAllocator.newBareBuffer(buffer.capacity(), Integer.MAX_VALUE);
        buffer.release();
        ByteBuf slice = ours.retainedSlice(offset, length);
        ours.release();
        assertEquals(1, slice.refCnt());
        return slice;
    }
}
