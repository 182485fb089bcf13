// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * How fast do direct buffers flow from an event loop that allocates them to another thread that releases them?
 *
 * <p>At most {@value #CAPACITY} are under way, then the producer waits. So the figure is what the slower of the two
 * threads needs per buffer, including the exchange; {@link #baseline()} is the exchange alone. Both threads spin: it
 * takes two idle processors to measure anything.
 */
public class HandOverBenchmark extends PeerBenchmark {

    private static final int CAPACITY = 256;
    private static final int STEPS = 1 << 12;

    /** What kind of thread releases. */
    @Param
    public ThreadKind consumer;

    /** How many bytes: a number, or {@code pattern} for those of a web socket proxy. */
    @Param({"256", "pattern"})
    public String size;

    private final ByteBuf last = Unpooled.buffer(1);
    private final ByteBuf token = Unpooled.unreleasableBuffer(Unpooled.buffer(1));
    private final Exchange<ByteBuf> exchange = new Exchange<>(CAPACITY);
    private int[] sizes;
    private int step;
    private Runnable waitForConsumer;

    @Override
    protected void prepare() {
        if (size.equals("pattern")) {
            sizes = SizePattern.draw(STEPS, SEED);
        } else {
            sizes = new int[STEPS];
            Arrays.fill(sizes, Integer.parseInt(size));
        }
        waitForConsumer = consumer.start(this::consume);
    }

    @Override
    protected void releaseAll() {
        exchange.put(last);
        waitForConsumer.run();
    }

    private void consume() {
        alloc.directBuffer().release(); // as any thread of a server does: from here on it is known to the allocator
        ByteBuf buffer;
        do {
            buffer = exchange.take();
            buffer.release();
        } while (buffer != last);
    }

    /** One buffer. */
    @Benchmark
    public void handOver() {
        exchange.put(alloc.directBuffer(sizes[step++ & STEPS - 1]));
    }

    /** One object that nobody allocates or releases. */
    @Benchmark
    public void baseline() {
        exchange.put(token);
    }
}
