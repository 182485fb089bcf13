// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;

/** Netty's suites on our heap buffers, with the overrides that {@link NettyDirectBufferTest} explains. */
class NettyHeapBufferTest extends NettyDirectBufferTest {

    @Override
    protected ByteBuf alloc(int length, int maxCapacity) {
        ByteBuf buffer = NettySuiteAllocator.ALLOC.heapBuffer(length, maxCapacity);
        assertInstanceOf(AshlarHeapByteBuf.class, NettySuiteAllocator.rootOf(buffer));
        assertFalse(buffer.isDirect());
        assertTrue(buffer.hasArray());
        return buffer;
    }
}
