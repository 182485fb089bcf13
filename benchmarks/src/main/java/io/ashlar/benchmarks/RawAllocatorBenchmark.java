// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.ashlar.alloc.Buddy;
import io.ashlar.alloc.Bump;
import io.ashlar.alloc.Slab;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemorySource;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What do the three allocators cost by themselves, without a pool or a buffer object? They are compared with the Rust
 * crate that they descend from; its figures were measured outside this suite.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {PeerBenchmark.MIN_HEAP, PeerBenchmark.MAX_HEAP})
public class RawAllocatorBenchmark {

    private static final int BATCH = 1000;
    private static final int STEPS = 1 << 16;
    private static final int LIVE = 1024;
    private static final int SMALLEST = 64;
    private static final int SMALLEST_OF_EMPTY = 512;

    private final Slab slab = Slab.create(MemorySource.direct(), 1024, LIVE);
    private final Bump bump = Bump.create(MemorySource.direct(), Layout.ofSize(1 << 20));
    private final Buddy buddy = Buddy.create(MemorySource.direct(), 1 << 20, 15, 16);
    private final Buddy emptyBuddy = Buddy.create(MemorySource.direct(), 1 << 20, 12, 16);
    private final int[] sizes = new int[STEPS];
    private final int[] slots = new int[STEPS];
    private final int[] live = new int[LIVE];
    private int step;

    /** Draws the sizes and the slots. */
    @Setup
    public void prepare() {
        SplittableRandom random = new SplittableRandom(PeerBenchmark.SEED);
        for (int i = 0; i < STEPS; i++) {
            sizes[i] = SMALLEST << random.nextInt(8);
            slots[i] = random.nextInt(LIVE);
        }
        for (int i = 0; i < LIVE; i++) {
            live[i] = buddy.tryAllocate(sizes[i], 8);
        }
    }

    /** Lets the metadata grow old, as it does in a server. */
    @Setup(Level.Iteration)
    public void collectGarbage() {
        System.gc();
    }

    /** Ends the allocators. */
    @TearDown
    public void close() {
        slab.close();
        bump.close();
        buddy.close();
        emptyBuddy.close();
    }

    /**
     * Slab: a block, released at once.
     *
     * @return its offset
     */
    @Benchmark
    public int slabPair() {
        int offset = slab.tryAllocateBlock();
        slab.deallocate(offset);
        return offset;
    }

    /**
     * Bump: a thousand blocks of 100 bytes, then all memory back. Nanoseconds are per block.
     *
     * @return something that depends on them
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int bumpThenReset() {
        int sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += bump.tryAllocate(100, 8);
        }
        bump.reset();
        return sum;
    }

    /**
     * Buddy: releases a random one of 1,024 live blocks, and allocates another of 64 B to 8 KiB.
     *
     * @return its offset
     */
    @Benchmark
    public int buddyRandom() {
        int i = step++ & STEPS - 1;
        int slot = slots[i];
        buddy.deallocate(live[slot]);
        int offset = buddy.tryAllocate(sizes[i], 8);
        live[slot] = offset;
        return offset;
    }

    /**
     * Buddy: a block of 512 bytes out of an empty allocator, released at once, so that a block of 1 MiB is split 11 times
     * and merged again.
     *
     * @return its offset
     */
    @Benchmark
    public int buddySplitAndMerge() {
        int offset = emptyBuddy.tryAllocate(SMALLEST_OF_EMPTY, 8);
        emptyBuddy.deallocate(offset);
        return offset;
    }

    /**
     * The harness of {@link #buddyRandom()} alone.
     *
     * @return something that depends on it
     */
    @Benchmark
    public int baseline() {
        int i = step++ & STEPS - 1;
        int slot = slots[i];
        live[slot] = -live[slot];
        return sizes[i];
    }
}
