// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Where the bytes of a buffer lie. */
public enum BufferKind {
    /** In native memory. */
    DIRECT {
        @Override
        ByteBuf allocate(ByteBufAllocator alloc, int size) {
            return alloc.directBuffer(size, size);
        }
    },
    /** In a Java array. */
    HEAP {
        @Override
        ByteBuf allocate(ByteBufAllocator alloc, int size) {
            return alloc.heapBuffer(size, size);
        }
    };

    abstract ByteBuf allocate(ByteBufAllocator alloc, int size);
}
