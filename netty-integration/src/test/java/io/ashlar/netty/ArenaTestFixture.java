// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;

/** An allocator and an arena on it; in the end neither holds anything. */
abstract class ArenaTestFixture {

    static final int KIB = 1 << 10;
    static final int MIB = 1 << 20;

    final AshlarByteBufAllocator parent = AshlarByteBufAllocator.builder()
            .name("arena-test")
            .regionSize(MIB)
            .limit(16 * MIB)
            .build();
    RequestArenas arenas = RequestArenas.builder(parent).build();
    RequestArena arena = arenas.newArena();

    final void configure(RequestArenas.Builder builder) {
        arenas = builder.build();
        arena = arenas.newArena();
    }

    @AfterEach
    final void nothingIsLeft() {
        arena.close();
        assertEquals(0, parent.stats().outstanding());
        assertEquals(0, arenas.stats().open());
        parent.close();
        assertEquals(0, parent.stats().reservedBytes());
    }

    static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static byte[] content(ByteBuf buf) {
        byte[] found = new byte[buf.readableBytes()];
        buf.getBytes(buf.readerIndex(), found);
        return found;
    }

    /** Runs something on another thread, and passes on what it throws. */
    static <T> T elsewhere(Supplier<T> what) {
        return CompletableFuture.supplyAsync(what, task -> new Thread(task).start())
                .join();
    }
}
