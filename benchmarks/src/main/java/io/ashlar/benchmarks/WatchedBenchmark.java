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
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;

/**
 * What does an event loop pay for being watched: for meters that are scraped, and a sample of its buffers whose ages are told?
 *
 * <p>What is asked for is smaller than what two JVMs differ by that do the same, because the JIT compiles differently in each. So the
 * contestants take turns in one JVM: the first iteration is the first one's, and so on. JMH's own mean is one of all of them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 24, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {PeerBenchmark.MIN_HEAP, PeerBenchmark.MAX_HEAP, "-Djmh.executor=CUSTOM", PeerBenchmark.LOOPS})
public class WatchedBenchmark {

    /** How many bytes. */
    @Param({"256", "4096", "65536"})
    public int size;

    private AshlarByteBufAllocator allocator;
    private Scraper scraper;
    private IterationType phase;
    private int turn;

    /** Makes the allocator. */
    @Setup
    public void prepare() {
        allocator = AshlarByteBufAllocator.builder().name("watched").build();
        scraper = new Scraper(allocator);
    }

    /**
     * Whose turn it is, from the first one on in each phase. Lets the pool's objects grow old, as they do in a server.
     *
     * @param iteration tells the phase
     * @throws Exception if anything fails
     */
    @Setup(Level.Iteration)
    public void nextTurn(IterationParams iteration) throws Exception {
        if (phase != iteration.getType()) {
            phase = iteration.getType();
            turn = 0;
        }
        Watched now = Watched.values()[turn++ % Watched.values().length];
        allocator.sampleBlocks(now.samples);
        scraper.turnTo(now.level);
        System.gc();
    }

    /**
     * Ends it.
     *
     * @throws Exception if anything fails
     */
    @TearDown
    public void close() throws Exception {
        scraper.close();
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
