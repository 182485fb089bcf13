// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.endtoend;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** A thread that serves some of the connections of a load, until all of them are closed. */
final class LoadThread implements Callable<LoadThread.Result> {

    /**
     * What it has seen.
     *
     * @param latencies in nanoseconds, of the answers that came in time
     * @param answers all answers, also those that came when the time was up
     * @param cpuNanos processor time that it used
     */
    record Result(Histogram latencies, long answers, long cpuNanos) {}

    /** How long answers may take before the server is taken for stuck. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int READ_BYTES = 64 << 10;
    private static final int DIGITS = 3;

    private final List<SocketChannel> channels;
    private final Exchange exchange;
    private final int depth;
    private final long deadline;
    private final byte[] expected;
    private final ByteBuffer received = ByteBuffer.allocate(READ_BYTES);
    private final Histogram latencies = new Histogram(2 * GRACE_NANOS, DIGITS);
    private long answers;

    LoadThread(List<SocketChannel> channels, Exchange exchange, int depth, long deadline) {
        this.channels = channels;
        this.exchange = exchange;
        this.depth = depth;
        this.deadline = deadline;
        expected = Exchange.repeated(exchange.answer(), READ_BYTES + exchange.answer().length);
    }

    @Override
    public Result call() throws IOException {
        long cpuBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        try (Selector selector = Selector.open()) {
            List<LoadConnection> connections = new ArrayList<>();
            for (SocketChannel channel : channels) {
                SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
                LoadConnection connection = new LoadConnection(this, channel, key, exchange, depth);
                key.attach(connection);
                connections.add(connection);
            }
            for (LoadConnection connection : connections) {
                connection.start();
            }
            while (channels.stream().anyMatch(SocketChannel::isOpen)) {
                step(selector);
            }
        }
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuBefore;
        return new Result(latencies, answers, cpu);
    }

    private void step(Selector selector) throws IOException {
        int ready = selector.select(TimeUnit.NANOSECONDS.toMillis(GRACE_NANOS));
        if (ready == 0 || System.nanoTime() - deadline > GRACE_NANOS) {
            throw new IOException(
                    "answers do not come: waited for seconds=" + TimeUnit.NANOSECONDS.toSeconds(GRACE_NANOS));
        }
        for (SelectionKey key : selector.selectedKeys()) {
            ((LoadConnection) key.attachment()).proceed();
        }
        selector.selectedKeys().clear();
    }

    /** Where answers are read to; the contents are of no use any more when the next connection reads. */
    ByteBuffer received() {
        return received;
    }

    /** What every answer must be, one after the other; longer by one than what is ever read at once. */
    byte[] answers() {
        return expected;
    }

    boolean isOver(long now) {
        return now - deadline >= 0;
    }

    void record(long now, long latency) {
        answers++;
        if (!isOver(now)) {
            latencies.recordValue(latency);
        }
    }
}
