// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import io.ashlar.benchmarks.Peer;
import io.ashlar.netty.AshlarByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.DefaultEventExecutorGroup;

/** Buffers of 64 KiB on an event loop, with one allocator and one size of the heap: the process that {@link SmallHeap} starts. */
public final class SmallHeapProcess {

    static final int[] OUT = {1, 16, 64};

    private static final int SIZE = 64 << 10;
    private static final int WARM_UP = 1 << 12;
    private static final int BUFFERS = 1 << 14;

    private final Peer peer;
    private final ByteBufAllocator alloc;
    private long growths;

    private SmallHeapProcess(Peer peer) {
        this.peer = peer;
        this.alloc = peer.create();
    }

    /**
     * Runs it and prints its readings.
     *
     * @param args the allocator
     * @throws Exception if anything fails
     */
    public static void main(String[] args) throws Exception {
        SmallHeapProcess process = new SmallHeapProcess(Peer.valueOf(args[0]));
        DefaultEventExecutorGroup loop = new DefaultEventExecutorGroup(1);
        for (int out : OUT) {
            PoolingReading reading = loop.submit(() -> process.read(out)).get();
            System.out.println(reading.line());
        }
        loop.shutdownGracefully();
    }

    private PoolingReading read(int out) {
        serve(out, WARM_UP);
        growths = 0;
        long fetchesBefore = fetches();
        serve(out, BUFFERS);
        return new PoolingReading(out, BUFFERS, growths, fetches() - fetchesBefore);
    }

    private void serve(int out, int count) {
        ByteBuf[] buffers = new ByteBuf[out];
        for (int served = 0; served < count; served += out) {
            for (int i = 0; i < out; i++) {
                long before = peer.reservedBytes(alloc);
                buffers[i] = alloc.directBuffer(SIZE);
                growths += peer.reservedBytes(alloc) > before ? 1 : 0;
            }
            for (ByteBuf buffer : buffers) {
                buffer.release();
            }
        }
    }

    private long fetches() {
        return alloc instanceof AshlarByteBufAllocator ashlar ? ashlar.stats().misses() : 0;
    }
}
