// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.function.Supplier;

/** The allocators that are measured side by side, each as a user gets it by default. */
public enum Peer {
    /** Ours. */
    ASHLAR(() -> AshlarByteBufAllocator.builder().name("benchmark").build()),
    /** Netty's default since 4.2. */
    ADAPTIVE(AdaptiveByteBufAllocator::new),
    /** Netty's default before. */
    POOLED(() -> new PooledByteBufAllocator(true)),
    /** No pool at all. */
    UNPOOLED(() -> new UnpooledByteBufAllocator(true));

    private final Supplier<ByteBufAllocator> factory;

    Peer(Supplier<ByteBufAllocator> factory) {
        this.factory = factory;
    }

    ByteBufAllocator create() {
        return factory.get();
    }
}
