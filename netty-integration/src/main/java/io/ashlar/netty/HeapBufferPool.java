// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.memory.MemorySource;
import io.ashlar.pool.MemoryPool;
import io.ashlar.pool.MemoryPoolBuilder;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pool of heap buffers. Its limit is a part of the Java heap, and no promise to anybody: a buffer that has to grow where the pool is full
 * grows all the same, as Netty's do, over arrays that nobody else gets afterwards.
 */
final class HeapBufferPool extends BufferPool<AshlarHeapByteBuf> {

    private static final int REGION = 64 << 10;

    // Synchronization: volatile; made once, under the lock of this object.
    private volatile @Nullable MemoryPool<AshlarHeapByteBuf> beyond;

    HeapBufferPool(ByteBufAllocator alloc, Consumer<MemoryPoolBuilder<AshlarHeapByteBuf>> configuration) {
        super(alloc, AshlarHeapByteBuf::new, configuration);
    }

    @Override
    AshlarHeapByteBuf allocateToGrow(int size) {
        AshlarHeapByteBuf pooled = tryAllocate(size);
        if (pooled != null) {
            return pooled;
        }
        MemoryPool<AshlarHeapByteBuf> other = beyond();
        AshlarHeapByteBuf found = other == null ? null : other.tryAllocate(size);
        return found != null ? found : allocate(size); // which says why not
    }

    /** Bytes of the blocks to which buffers grew beyond the pool. */
    long beyondBytes() {
        MemoryPool<AshlarHeapByteBuf> made = beyond;
        return made == null ? 0 : made.stats().usedBytes();
    }

    /** Null if there is none and the pool is closed. */
    private @Nullable MemoryPool<AshlarHeapByteBuf> beyond() {
        MemoryPool<AshlarHeapByteBuf> made = beyond;
        return made != null ? made : makeBeyond();
    }

    private synchronized @Nullable MemoryPool<AshlarHeapByteBuf> makeBeyond() {
        MemoryPool<AshlarHeapByteBuf> made = beyond;
        if (made == null && !memory().isClosed()) {
            made = MemoryPool.builder(this::newView)
                    .name(memory().name() + " beyond its limit")
                    .source(MemorySource.heap())
                    .limit(Runtime.getRuntime().maxMemory())
                    .regionSize(REGION)
                    .stripes(1)
                    .build();
            beyond = made;
        }
        return made;
    }

    @Override
    void close() {
        super.close();
        synchronized (this) { // who makes it later sees that the pool is closed
            MemoryPool<AshlarHeapByteBuf> made = beyond;
            if (made != null) {
                made.close();
            }
        }
    }
}
