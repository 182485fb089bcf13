// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.SizeClassStats;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** The allocators that are measured side by side, each as a user gets it by default. */
public enum Peer implements Column {
    /** Ours. */
    ASHLAR("Ashlar", () -> AshlarByteBufAllocator.builder().name("benchmark").build()),
    /** Netty's default since 4.2. */
    ADAPTIVE("adaptive", AdaptiveByteBufAllocator::new),
    /** Netty's default before. */
    POOLED("pooled", () -> new PooledByteBufAllocator(true)),
    /** No pool at all. */
    UNPOOLED("unpooled", () -> new UnpooledByteBufAllocator(true));

    private final String title;
    private final Supplier<ByteBufAllocator> factory;

    Peer(String title, Supplier<ByteBufAllocator> factory) {
        this.title = title;
        this.factory = factory;
    }

    @Override
    public String title() {
        return title;
    }

    /**
     * Makes an allocator that nobody else uses.
     *
     * @return a new allocator
     */
    public ByteBufAllocator create() {
        return factory.get();
    }

    /**
     * The native memory that an allocator of this kind holds, in buffers or ready for them.
     *
     * @param alloc what {@link #create()} made
     * @return bytes
     */
    public long reservedBytes(ByteBufAllocator alloc) {
        return ((ByteBufAllocatorMetricProvider) alloc).metric().usedDirectMemory();
    }

    /**
     * The native memory that is in buffers.
     *
     * @param alloc what {@link #create()} made
     * @return bytes, or empty if this kind of allocator cannot tell
     */
    public OptionalLong usedBytes(ByteBufAllocator alloc) {
        return switch (this) {
            case ASHLAR ->
                OptionalLong.of(((AshlarByteBufAllocator) alloc).stats().usedBytes());
            case ADAPTIVE -> OptionalLong.empty();
            case POOLED -> OptionalLong.of(((PooledByteBufAllocator) alloc).pinnedDirectMemory());
            case UNPOOLED -> OptionalLong.of(reservedBytes(alloc));
        };
    }

    /**
     * The native memory of the slabs that small buffers lie in, whether in use or not.
     *
     * @param alloc what {@link #create()} made
     * @return bytes, or empty if this kind of allocator cannot tell
     */
    public OptionalLong slabBytes(ByteBufAllocator alloc) {
        return this == ASHLAR
                ? OptionalLong.of(((AshlarByteBufAllocator) alloc)
                        .sizeClassStats().stream()
                                .mapToLong(SizeClassStats::slabBytes)
                                .sum())
                : OptionalLong.empty();
    }
}
