// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What does it cost to allocate a direct buffer on an event loop and to release it there at once? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {
            "-Xms1g",
            "-Xmx1g",
            "-Djmh.executor=CUSTOM",
            "-Djmh.executor.class=io.ashlar.benchmarks.EventLoopThreads"
        })
public class AllocateReleaseBenchmark {

    /** Whose buffers. */
    @Param
    public Peer allocator;

    /** How many bytes. */
    @Param({"256"})
    public int size;

    private ByteBufAllocator alloc;

    /** Makes the allocator. */
    @Setup
    public void create() {
        alloc = allocator.create();
    }

    /** Lets the pool's objects grow old, as they do in a server. */
    @Setup(Level.Iteration)
    public void collectGarbage() {
        System.gc();
    }

    /**
     * One buffer.
     *
     * @return something that depends on it
     */
    @Benchmark
    public boolean allocateAndRelease() {
        return alloc.directBuffer(size).release();
    }
}
