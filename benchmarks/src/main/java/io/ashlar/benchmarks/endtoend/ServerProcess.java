// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.endtoend;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.ashlar.benchmarks.ProcStatus;
import io.ashlar.examples.http.DemoServer;
import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.netty.RequestArenaHandler;
import io.ashlar.netty.RequestArenas;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The example server on one allocator: the process that {@link EndToEnd} starts. It first prints its port, then answers
 * each line that it gets with a {@link ServerReading}, and ends when there is nobody left to send one.
 */
public final class ServerProcess {

    /** A line that asks for a collection before the reading; any other asks for the reading alone. */
    static final String COLLECT = "collect";

    static final String READ = "read";

    private final long residentBefore = ProcStatus.residentKib();
    private final Contestant contestant;
    private final ByteBufAllocator alloc;
    private final DemoServer server;

    private ServerProcess(Contestant contestant) throws IOException, DemoServer.CannotListenException {
        this.contestant = contestant;
        this.alloc = contestant.peer().create();
        server = DemoServer.start(
                0,
                bootstrap ->
                        bootstrap.option(ChannelOption.ALLOCATOR, alloc).childOption(ChannelOption.ALLOCATOR, alloc),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                contestant.hasArenas() ? withArenas((AshlarByteBufAllocator) alloc) : pipeline -> {});
    }

    private static Consumer<ChannelPipeline> withArenas(AshlarByteBufAllocator alloc) {
        RequestArenas arenas = RequestArenas.builder(alloc).build();
        return pipeline -> pipeline.addLast(RequestArenaHandler.http1(arenas));
    }

    /**
     * Serves until the standard input ends.
     *
     * @param args the name of a {@link Contestant}
     */
    public static void main(String[] args) {
        int code = 1;
        try {
            new ServerProcess(Contestant.valueOf(args[0])).serve();
            code = 0;
        } catch (IOException | DemoServer.CannotListenException e) {
            System.err.println(args[0] + ": " + e);
        } finally {
            System.exit(code); // whatever threads there still are
        }
    }

    private void serve() throws IOException {
        System.out.println(server.address().getPort());
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            if (order.equals(COLLECT)) {
                System.gc();
            }
            System.out.println(read().line());
        }
        server.close();
    }

    private ServerReading read() throws IOException {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        long collections = 0;
        long millis = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            collections += collector.getCollectionCount();
            millis += collector.getCollectionTime();
        }
        // A thread that has just ended counts as -1.
        long heap = Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
        long resident = ProcStatus.residentKib() - residentBefore << 10;
        long reserved = contestant.peer().reservedBytes(alloc);
        return new ServerReading(system.getProcessCpuTime(), collections, millis, heap, reserved, resident);
    }
}
