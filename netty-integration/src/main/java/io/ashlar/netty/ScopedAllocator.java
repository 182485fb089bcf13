// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.CompositeByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The allocator of a channel with request arenas: while a handler is at work for a request, that request's arena; otherwise the
 * arenas' parent.
 */
final class ScopedAllocator implements ByteBufAllocator, ByteBufAllocatorMetricProvider {

    private final AshlarByteBufAllocator outside;
    private final boolean strict;

    // Synchronization: written by the channel's event loop only. Another thread that reads it gets an arena or null. An
    // arena sends a
    // thread that does not own it to the same parent; a strict one would refuse it, and so is not asked.
    private @Nullable RequestArena arena;

    ScopedAllocator(RequestArenas arenas) {
        this.outside = arenas.parent();
        this.strict = arenas.isStrict();
    }

    /** Enters an arena, or goes outside with null; returns what to {@link #leaveTo} afterwards. */
    @Nullable
    RequestArena enter(@Nullable RequestArena entered) {
        RequestArena before = arena;
        if (before != entered) { // a collector's barrier can cost a fence per store
            arena = entered;
        }
        return before;
    }

    void leaveTo(@Nullable RequestArena before) {
        if (arena != before) {
            arena = before;
        }
    }

    @Nullable
    RequestArena arena() {
        return arena;
    }

    private ByteBufAllocator now() {
        RequestArena entered = arena;
        return entered == null || strict && !entered.isOfCaller() ? outside : entered;
    }

    /** What can never have a byte is Netty's empty buffer, which would know the arena beyond its request. */
    private ByteBufAllocator now(int maxCapacity) {
        return maxCapacity == 0 ? outside : now();
    }

    @Override
    public ByteBuf buffer() {
        return now().buffer();
    }

    @Override
    public ByteBuf buffer(int initialCapacity) {
        return now().buffer(initialCapacity);
    }

    @Override
    public ByteBuf buffer(int initialCapacity, int maxCapacity) {
        return now(maxCapacity).buffer(initialCapacity, maxCapacity);
    }

    @Override
    public ByteBuf ioBuffer() {
        return now().ioBuffer();
    }

    @Override
    public ByteBuf ioBuffer(int initialCapacity) {
        return now().ioBuffer(initialCapacity);
    }

    @Override
    public ByteBuf ioBuffer(int initialCapacity, int maxCapacity) {
        return now(maxCapacity).ioBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public ByteBuf heapBuffer() {
        return now().heapBuffer();
    }

    @Override
    public ByteBuf heapBuffer(int initialCapacity) {
        return now().heapBuffer(initialCapacity);
    }

    @Override
    public ByteBuf heapBuffer(int initialCapacity, int maxCapacity) {
        return now(maxCapacity).heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public ByteBuf directBuffer() {
        return now().directBuffer();
    }

    @Override
    public ByteBuf directBuffer(int initialCapacity) {
        return now().directBuffer(initialCapacity);
    }

    @Override
    public ByteBuf directBuffer(int initialCapacity, int maxCapacity) {
        return now(maxCapacity).directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public CompositeByteBuf compositeBuffer() {
        return now().compositeBuffer();
    }

    @Override
    public CompositeByteBuf compositeBuffer(int maxNumComponents) {
        return now().compositeBuffer(maxNumComponents);
    }

    @Override
    public CompositeByteBuf compositeHeapBuffer() {
        return now().compositeHeapBuffer();
    }

    @Override
    public CompositeByteBuf compositeHeapBuffer(int maxNumComponents) {
        return now().compositeHeapBuffer(maxNumComponents);
    }

    @Override
    public CompositeByteBuf compositeDirectBuffer() {
        return now().compositeDirectBuffer();
    }

    @Override
    public CompositeByteBuf compositeDirectBuffer(int maxNumComponents) {
        return now().compositeDirectBuffer(maxNumComponents);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return true;
    }

    @Override
    public int calculateNewCapacity(int minNewCapacity, int maxCapacity) {
        return outside.calculateNewCapacity(minNewCapacity, maxCapacity);
    }

    @Override
    public ByteBufAllocatorMetric metric() {
        return outside.metric();
    }

    @Override
    public String toString() {
        return "ScopedAllocator[" + (arena == null ? "outside of a request" : arena) + ", parent=" + outside.name()
                + "]";
    }
}
