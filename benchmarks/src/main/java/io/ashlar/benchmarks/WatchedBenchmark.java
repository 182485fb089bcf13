// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.ashlar.netty.AshlarByteBufAllocator;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What does an event loop pay for being watched: for meters that are scraped, and a sample of its buffers whose ages are told? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {PeerBenchmark.MIN_HEAP, PeerBenchmark.MAX_HEAP, "-Djmh.executor=CUSTOM", PeerBenchmark.LOOPS})
public class WatchedBenchmark {

    /** Who looks. */
    @Param
    public Watched contestant;

    /** How many bytes. */
    @Param({"256", "4096", "65536"})
    public int size;

    private AshlarByteBufAllocator allocator;
    private AutoCloseable watch;

    /** Makes the allocator. */
    @Setup
    public void prepare() {
        allocator = AshlarByteBufAllocator.builder().name("watched").build();
        watch = contestant.watch(allocator);
    }

    /** Lets the pool's objects grow old, as they do in a server. */
    @Setup(Level.Iteration)
    public void collectGarbage() {
        System.gc();
    }

    /**
     * Ends it.
     *
     * @throws Exception if anything fails
     */
    @TearDown
    public void close() throws Exception {
        watch.close();
        allocator.close();
    }

    /**
     * One buffer.
     *
     * @return something that depends on it
     */
    @Benchmark
    public boolean allocateAndRelease() {
        return allocator.directBuffer(size).release();
    }
}
