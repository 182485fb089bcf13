// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.PoolStats;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What stays resident when one buffer in each of eight regions is not released, and what it costs to discard the rest and to
 * use it again. Linux only. Run it with {@code java --enable-native-access=ALL-UNNAMED -cp benchmarks/target/ashlar-benchmarks.jar
 * io.ashlar.benchmarks.ResidentAroundLive}, and without the flag to see what it changes.
 */
public final class ResidentAroundLive {

    private static final int REGIONS = 8;
    private static final int PER_REGION = 16;
    private static final int BUFFER = 1 << 20;

    private ResidentAroundLive() {}

    /**
     * Runs it.
     *
     * @param args none
     * @throws IOException if the figures cannot be read
     */
    public static void main(String[] args) throws IOException {
        AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder()
                .name("pinned")
                .limit(256L << 20)
                .trimAfter(Duration.ZERO)
                .discardFreeRuns(true)
                .build();
        System.out.printf(
                "%-24s %12s %14s %14s %15s %15s %8s%n",
                "", "VmRSS KiB", "resident KiB", "reserved KiB", "discarded KiB", "file cache KiB", "ms");
        print("started", alloc, 0);
        List<ByteBuf> live = new ArrayList<>();
        List<ByteBuf> others = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            long start = System.nanoTime();
            for (int i = live.size() + others.size(); i < REGIONS * PER_REGION; i++) {
                ByteBuf buffer = alloc.directBuffer(BUFFER, BUFFER).writeZero(BUFFER);
                (i % PER_REGION == 0 && round == 0 ? live : others).add(buffer);
            }
            print("all written", alloc, start);
            others.forEach(ByteBuf::release);
            others.clear();
            start = System.nanoTime();
            alloc.trim();
            print("one in each, trimmed", alloc, start);
        }
        live.forEach(ByteBuf::release);
        alloc.trim();
        print("all released, trimmed", alloc, 0);
        alloc.close();
    }

    private static void print(String moment, AshlarByteBufAllocator alloc, long start) throws IOException {
        double ms = start == 0 ? 0 : (System.nanoTime() - start) / 1e6;
        PoolStats stats = alloc.stats();
        System.out.printf(
                "%-24s %,12d %,14d %,14d %,15d %,15d %8.1f%n",
                moment,
                ProcStatus.residentKib(),
                alloc.residentBytes() >> 10,
                stats.reservedBytes() >> 10,
                stats.discardedBytes() >> 10,
                ProcStatus.fileCacheKib(),
                ms);
    }
}
