// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.ashlar.benchmarks.message.MessagePeer;
import io.ashlar.benchmarks.message.MessageSource;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What does a message cost on an event loop: to acquire it, to set its five fields, to read them and to release it?
 *
 * <p>Between writing and reading the message is shown to somebody whom the JIT does not know, and nothing that was written is still in a register:
 * in a server these are two places. Without that, a new Java object would not even be made.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {PeerBenchmark.MIN_HEAP, PeerBenchmark.MAX_HEAP, "-Djmh.executor=CUSTOM", PeerBenchmark.LOOPS})
public class MessageBenchmark {

    private static final int OUT = 16;

    static final String UNCHECKED = "-Dashlar.message.checks=false";

    /** Whose messages. From JDK 22 on there is also FFM. */
    @Param({"ASHLAR", "COMMONS_POOL2", "STORMPOT", "NETTY_RECYCLER", "JAVA_OBJECT"})
    public MessagePeer contestant;

    private MessageSource<?> messages;
    private long number;
    private final Object[] out = new Object[OUT];

    /** Makes the pool. */
    @Setup
    public void createPool() {
        messages = contestant.create();
    }

    /** Lets the pool's objects grow old, as they do in a server, so that the collector's barriers cost what they do there. */
    @Setup(Level.Iteration)
    public void collectGarbage() {
        System.gc();
    }

    /**
     * Ends the pool.
     *
     * @throws Exception if a message was forgotten
     */
    @TearDown
    public void closePool() throws Exception {
        messages.close();
    }

    /**
     * One message.
     *
     * @param somebody sees the message
     * @return the sum of the fields
     * @throws Exception if the pool has none
     */
    @Benchmark
    public long message(Blackhole somebody) throws Exception {
        return useOne(messages, somebody);
    }

    /**
     * A message of several that are out at once, as those that wait to be written: released in the order in which they were acquired.
     *
     * @param somebody sees the messages
     * @return the sum of the fields
     * @throws Exception if the pool has none
     */
    @Benchmark
    @OperationsPerInvocation(OUT)
    public long severalOut(Blackhole somebody) throws Exception {
        return useSeveral(messages, somebody);
    }

    private <M> long useSeveral(MessageSource<M> from, Blackhole somebody) throws Exception {
        for (int i = 0; i < OUT; i++) {
            M message = from.acquire();
            from.set(message, number++);
            out[i] = message;
        }
        somebody.consume(out);
        VarHandle.acquireFence();
        long sum = 0;
        for (int i = 0; i < OUT; i++) {
            @SuppressWarnings("unchecked") // it was put there
            M message = (M) out[i];
            sum += from.sum(message);
            from.release(message);
        }
        return sum;
    }

    /**
     * As {@link #message} without Ashlar's checks for use after release; the peers do what they always do.
     *
     * @param somebody sees the message
     * @return the sum of the fields
     * @throws Exception if the pool has none
     */
    @Benchmark
    @Fork(
            value = 2,
            jvmArgsAppend = {
                PeerBenchmark.MIN_HEAP,
                PeerBenchmark.MAX_HEAP,
                "-Djmh.executor=CUSTOM",
                PeerBenchmark.LOOPS,
                UNCHECKED
            })
    public long withoutChecks(Blackhole somebody) throws Exception {
        return useOne(messages, somebody);
    }

    private <M> long useOne(MessageSource<M> from, Blackhole somebody) throws Exception {
        M message = from.acquire();
        from.set(message, number++);
        somebody.consume(message);
        VarHandle.acquireFence(); // no instruction, but what is read below is loaded
        long sum = from.sum(message);
        from.release(message);
        return sum;
    }
}
