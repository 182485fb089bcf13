// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.DuplicatedByteBufTest;

/**
 * Netty's {@code DuplicatedByteBufTest} on retained duplicates of our buffers.
 *
 * <p>Overrides: none. {@link #newBuffer} is the suite's own hook; it duplicates a buffer without a leak
 * detector, because the suite expects to find the duplicated buffer right behind the duplicate.
 */
class NettyDuplicatedBufferTest extends DuplicatedByteBufTest {

    @Override
    protected ByteBuf newBuffer(int length, int maxCapacity) {
        ByteBuf ours = NettySuiteAllocator.newBareBuffer(length, maxCapacity);
        ByteBuf duplicate = ours.retainedDuplicate();
        ours.release();
        assertEquals(1, duplicate.refCnt());
        return duplicate;
    }
}
