// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.endtoend;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/**
 * Asks a server as fast as answers come. It is written on the JDK's channels alone, neither with Netty nor with any of
 * the allocators, and does as little as possible: it shares the processors with the server that is measured.
 *
 * @param latencies in nanoseconds, of the answers that came in time
 * @param answers all answers, also those that came when the time was up
 * @param seconds the time
 * @param busy how many processors the load took on average
 */
record Load(Histogram latencies, long answers, double seconds, double busy) {

    /** As many as the server has event loops. */
    static final int THREADS = Math.max(1, Math.min(8, Runtime.getRuntime().availableProcessors() / 2));

    static Load run(InetSocketAddress server, Settings settings, double seconds)
            throws IOException, InterruptedException {
        Exchange exchange = Exchange.learn(server, settings.body());
        List<List<SocketChannel>> channels = new ArrayList<>();
        int threads = Math.min(THREADS, settings.connections());
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (int i = 0; i < threads; i++) {
                channels.add(new ArrayList<>());
            }
            for (int i = 0; i < settings.connections(); i++) {
                channels.get(i % threads).add(connect(server));
            }
            long nanos = (long) (seconds * 1e9);
            long deadline = System.nanoTime() + nanos;
            List<Future<LoadThread.Result>> futures = new ArrayList<>();
            for (List<SocketChannel> some : channels) {
                futures.add(executor.submit(new LoadThread(some, exchange, settings.pipeline(), deadline)));
            }
            return sum(futures, seconds);
        } finally {
            executor.shutdownNow();
            for (List<SocketChannel> some : channels) {
                for (SocketChannel channel : some) {
                    channel.close();
                }
            }
        }
    }

    private static SocketChannel connect(InetSocketAddress server) throws IOException {
        SocketChannel channel = SocketChannel.open(server);
        channel.configureBlocking(false);
        return channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    private static Load sum(List<Future<LoadThread.Result>> futures, double seconds)
            throws IOException, InterruptedException {
        Load sum = null;
        for (Future<LoadThread.Result> future : futures) {
            LoadThread.Result part;
            try {
                part = future.get();
            } catch (ExecutionException e) {
                throw new IOException("the load failed: " + e.getCause().getMessage(), e.getCause());
            }
            if (sum != null) {
                part.latencies().add(sum.latencies());
            }
            sum = new Load(
                    part.latencies(),
                    part.answers() + (sum == null ? 0 : sum.answers()),
                    seconds,
                    part.cpuNanos() / 1e9 / seconds + (sum == null ? 0 : sum.busy()));
        }
        return Objects.requireNonNull(sum);
    }
}
