// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.buffer.UnpooledUnsafeHeapByteBuf;
import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.atomic.LongAdder;

/**
 * What serves a heap buffer where the pool of heap buffers has no room: Netty's own, over an array each, that count the
 * bytes of their arrays while they live.
 *
 * <p>A heap buffer that is dropped without being released goes back with the
 * garbage collection, but stays counted.
 */
final class UnpooledHeapBuffers {

    // Synchronization: a LongAdder, changed by whoever allocates or releases, read by a scrape.
    private final LongAdder used = new LongAdder();

    /** Bytes of the arrays of all heap buffers that were not yet released. */
    long usedBytes() {
        return used.sum();
    }

    ByteBuf newBuffer(AshlarByteBufAllocator alloc, int initialCapacity, int maxCapacity) {
        return PlatformDependent.hasUnsafe()
                ? new CountedUnsafe(alloc, initialCapacity, maxCapacity)
                : new Counted(alloc, initialCapacity, maxCapacity);
    }

    // The super constructors allocate the array, before any field of a subclass is set; the allocator is set by then.
    private static LongAdder counterOf(ByteBuf buffer) {
        return ((AshlarByteBufAllocator) buffer.alloc()).unpooledHeap().used;
    }

    private static final class Counted extends UnpooledHeapByteBuf {

        Counted(AshlarByteBufAllocator alloc, int initialCapacity, int maxCapacity) {
            super(alloc, initialCapacity, maxCapacity);
        }

        @Override
        protected byte[] allocateArray(int initialCapacity) {
            byte[] array = super.allocateArray(initialCapacity);
            counterOf(this).add(array.length);
            return array;
        }

        @Override
        protected void freeArray(byte[] array) {
            counterOf(this).add(-array.length);
            super.freeArray(array);
        }
    }

    private static final class CountedUnsafe extends UnpooledUnsafeHeapByteBuf {

        CountedUnsafe(AshlarByteBufAllocator alloc, int initialCapacity, int maxCapacity) {
            super(alloc, initialCapacity, maxCapacity);
        }

        @Override
        protected byte[] allocateArray(int initialCapacity) {
            byte[] array = super.allocateArray(initialCapacity);
            counterOf(this).add(array.length);
            return array;
        }

        @Override
        protected void freeArray(byte[] array) {
            counterOf(this).add(-array.length);
            super.freeArray(array);
        }
    }
}
