// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.PoolStats;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What is resident before, during and after 512 MiB of buffers on one event loop, and after the allocator was closed.
 * Linux only. Run it with
 * {@code java -Xmx256m -cp benchmarks/target/ashlar-benchmarks.jar io.ashlar.benchmarks.ResidentAfterClose}.
 */
public final class ResidentAfterClose {

    private static final long BURST = 512L << 20;
    private static final int[] SIZES = {256, 1500, 4096, 16 << 10, 64 << 10, 1 << 20};

    private ResidentAfterClose() {}

    /**
     * Runs it.
     *
     * @param args none
     * @throws Exception if anything fails
     */
    public static void main(String[] args) throws Exception {
        AshlarByteBufAllocator alloc =
                AshlarByteBufAllocator.builder().name("burst").limit(1L << 30).build();
        DefaultEventExecutorGroup loop = new DefaultEventExecutorGroup(1);
        loop.submit(() -> alloc.directBuffer(256).release()).get();
        System.out.printf("%-32s %12s %14s %14s%n", "", "VmRSS KiB", "reserved KiB", "outstanding");
        print("one buffer served", alloc);
        List<ByteBuf> buffers = loop.submit(() -> allocateAndTouch(alloc)).get();
        print("512 MiB written", alloc);
        loop.submit(() -> buffers.forEach(ByteBuf::release)).get();
        print("all released", alloc);
        alloc.close();
        loop.submit(() -> {}).get();
        buffers.clear();
        System.gc();
        print("closed", alloc);
        loop.shutdownGracefully().get();
    }

    private static List<ByteBuf> allocateAndTouch(AshlarByteBufAllocator alloc) {
        List<ByteBuf> buffers = new ArrayList<>();
        long total = 0;
        for (int i = 0; total < BURST; i++) {
            int size = SIZES[i % SIZES.length];
            buffers.add(alloc.directBuffer(size, size).writeZero(size));
            total += size;
        }
        return buffers;
    }

    private static void print(String moment, AshlarByteBufAllocator alloc) throws IOException {
        PoolStats stats = alloc.stats();
        System.out.printf(
                "%-32s %,12d %,14d %,14d%n",
                moment, ProcStatus.residentKib(), stats.reservedBytes() >> 10, stats.outstanding());
    }
}
