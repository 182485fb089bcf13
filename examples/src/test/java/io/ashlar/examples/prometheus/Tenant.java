// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;

/** Somebody with an allocator within that of the server, who keeps more and less in waves. What is beyond the tenant's limit lies on the heap. */
final class Tenant implements AutoCloseable {

    private static final int BYTES = 4 << 10;

    private final AshlarByteBufAllocator allocator;
    private final int most;
    private final double waveNanos;
    private final long start = System.nanoTime();
    // Synchronization: guarded by this.
    private final Queue<ByteBuf> kept = new ArrayDeque<>();

    /**
     * A tenant.
     *
     * @param allocator made for it alone, with a fall-back to the heap; closed with the tenant
     * @param mostBytes what it keeps at the most
     * @param wave from one such time to the next
     */
    Tenant(AshlarByteBufAllocator allocator, int mostBytes, Duration wave) {
        this.allocator = allocator;
        this.most = mostBytes / BYTES;
        this.waveNanos = wave.toNanos();
    }

    /** Keeps what it needs by now, the newest. */
    synchronized void work() {
        double phase = 2 * Math.PI * (System.nanoTime() - start) / waveNanos;
        long wanted = Math.round(most * (1 - Math.cos(phase)) / 2);
        kept.add(allocator.buffer(BYTES));
        while (kept.size() < wanted) {
            kept.add(allocator.buffer(BYTES));
        }
        while (kept.size() > wanted) {
            kept.remove().release();
        }
    }

    @Override
    public synchronized void close() {
        kept.forEach(ByteBuf::release);
        kept.clear();
        allocator.close();
    }
}
