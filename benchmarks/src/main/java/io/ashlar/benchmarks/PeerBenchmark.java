// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.TimeUnit;
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

/**
 * What the benchmarks have in common: one allocator per fork, on event loop threads, nanoseconds per operation, and a
 * garbage collection before each iteration.
 *
 * <p>Who wants other threads repeats {@link Fork} with other arguments.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {PeerBenchmark.MIN_HEAP, PeerBenchmark.MAX_HEAP, "-Djmh.executor=CUSTOM", PeerBenchmark.LOOPS})
public abstract class PeerBenchmark {

    static final String MIN_HEAP = "-Xms1g";
    static final String MAX_HEAP = "-Xmx1g";
    static final String LOOPS = "-Djmh.executor.class=io.ashlar.benchmarks.EventLoopThreads";

    /** What everything random is drawn from. */
    static final long SEED = 20_240_229L;

    /** Whose buffers. */
    @Param
    public Peer allocator;

    /** The allocator. */
    protected ByteBufAllocator alloc;

    /**
     * Makes the allocator.
     *
     * @throws Exception if anything fails
     */
    @Setup
    public final void createAllocator() throws Exception {
        alloc = allocator.create();
        prepare();
    }

    /** Lets the pool's objects grow old, as they do in a server, so that the collector's barriers cost what they do there. */
    @Setup(Level.Iteration)
    public final void collectGarbage() {
        System.gc();
    }

    /**
     * Ends the allocator.
     *
     * @throws Exception if a buffer was forgotten: then the benchmark measured something else than it says
     */
    @TearDown
    public final void closeAllocator() throws Exception {
        releaseAll();
        if (alloc instanceof AshlarByteBufAllocator ashlar) {
            long outstanding = ashlar.stats().outstanding();
            if (outstanding != 0) {
                throw new IllegalStateException("outstanding=" + outstanding + " buffers were never released");
            }
            ashlar.close();
        }
    }

    /**
     * Prepares what the benchmark needs, once per fork, when the allocator is there.
     *
     * @throws Exception if anything fails
     */
    protected void prepare() throws Exception {}

    /**
     * Releases what the benchmark holds, at the end of a fork.
     *
     * @throws Exception if anything fails
     */
    protected void releaseAll() throws Exception {}
}
