// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.buffer.ByteBuf;

/** The allocator that Netty's buffer suites take their buffers from, and what they need to look behind a buffer. */
final class NettySuiteAllocator {

    /** The largest buffer that the suites ask for is 128 MiB. */
    static final AshlarByteBufAllocator ALLOC = AshlarByteBufAllocator.builder()
            .name("netty-suites")
            .limit(256 << 20)
            .build();

    private NettySuiteAllocator() {}

    /** A buffer without a leak detector, whatever the level. */
    static ByteBuf newBareBuffer(int length, int maxCapacity) {
        return ALLOC.direct().allocate(length).handOut(length, maxCapacity);
    }

    /** The buffer behind a byte order, a leak detector, a slice or a duplicate. */
    static AbstractPooledByteBuf<?> rootOf(ByteBuf buf) {
        ByteBuf root = buf;
        while (root.unwrap() != null) {
            root = root.unwrap();
        }
        return (AbstractPooledByteBuf<?>) root;
    }
}
