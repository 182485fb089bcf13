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
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What do the fields of a message cost? The five of one message, acquired once, are set, and then read: loaded from memory, not
 * remembered in registers.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {PeerBenchmark.MIN_HEAP, PeerBenchmark.MAX_HEAP})
public class FieldAccessBenchmark {

    /** Whose fields. From JDK 22 on there is also FFM. */
    @Param({"ASHLAR", "JAVA_OBJECT", "BYTE_BUFFER", "FLYWEIGHT"})
    public MessagePeer contestant;

    private Held<?> held;
    private long number;

    /**
     * Acquires the message.
     *
     * @throws Exception if there is none
     */
    @Setup
    public void acquire() throws Exception {
        held = Held.of(contestant.create());
    }

    /** Lets the message grow old. */
    @Setup(Level.Iteration)
    public void collectGarbage() {
        System.gc();
    }

    /**
     * Releases the message.
     *
     * @throws Exception if it was not the only one
     */
    @TearDown
    public void release() throws Exception {
        held.release();
    }

    /**
     * All fields, set and read.
     *
     * @return their sum
     */
    @Benchmark
    public long fields() {
        return held.setAndSum(number++);
    }

    /**
     * The same without Ashlar's checks for use after release; the others do what they always do.
     *
     * @return their sum
     */
    @Benchmark
    @Fork(
            value = 2,
            jvmArgsAppend = {PeerBenchmark.MIN_HEAP, PeerBenchmark.MAX_HEAP, MessageBenchmark.UNCHECKED})
    public long withoutChecks() {
        return held.setAndSum(number++);
    }

    private record Held<M>(MessageSource<M> from, M message) {

        static <M> Held<M> of(MessageSource<M> from) throws Exception {
            return new Held<>(from, from.acquire());
        }

        long setAndSum(long number) {
            from.set(message, number);
            VarHandle.acquireFence(); // no instruction, but what is read below is loaded
            return from.sum(message);
        }

        void release() throws Exception {
            from.release(message);
            from.close();
        }
    }
}
