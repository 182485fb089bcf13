// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import io.ashlar.benchmarks.Peer;
import io.ashlar.benchmarks.ProcStatus;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A burst on two event loops and four plain threads with one allocator, and idleness after it: the process that
 * {@link Idle} starts. It prints its samples when it is done.
 */
public final class IdleProcess {

    static final int LOOPS = 2;
    static final int PLAIN_THREADS = 4;

    private static final int MILLIS_BETWEEN_SAMPLES = 250;
    private static final int MILLIS_AT_EACH_END = 1000;

    private final Peer peer;
    private final List<ExecutorService> threads = new ArrayList<>();
    private final List<LiveBuffers> live = new ArrayList<>();
    private final ScheduledExecutorService sampler =
            Executors.newSingleThreadScheduledExecutor(IdleProcess::plainThread);
    /** By the process's clock; only the sampler's thread touches it. */
    private final List<Sample> samples = new ArrayList<>();

    private final long residentBefore;
    // Synchronization: volatile; written once, the sampler reads it.
    private volatile @Nullable ByteBufAllocator alloc;

    private IdleProcess(Peer peer) throws Exception {
        this.peer = peer;
        new DefaultEventExecutorGroup(LOOPS, new DefaultThreadFactory("loop", true)).forEach(threads::add);
        for (int i = 0; i < PLAIN_THREADS; i++) {
            threads.add(Executors.newSingleThreadExecutor(IdleProcess::plainThread));
        }
        for (int i = 0; i < threads.size(); i++) {
            live.add(new LiveBuffers(i));
        }
        onEachThread(buffers -> {}); // starts them
        sampler.submit(ProcStatus::residentKib).get();
        residentBefore = ProcStatus.residentKib();
    }

    /** Not one of Netty's, for whose threads its allocators keep caches. */
    private static Thread plainThread(Runnable work) {
        Thread thread = new Thread(work, "plain");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Runs it and prints its samples.
     *
     * @param args the allocator, the MiB of the burst and the seconds of idleness
     * @throws Exception if anything fails
     */
    public static void main(String[] args) throws Exception {
        new IdleProcess(Peer.valueOf(args[0])).run(Long.parseLong(args[1]) << 20, Integer.parseInt(args[2]));
    }

    private void run(long burst, int idleSeconds) throws Exception {
        sampler.scheduleAtFixedRate(this::sample, 0, MILLIS_BETWEEN_SAMPLES, TimeUnit.MILLISECONDS);
        Thread.sleep(MILLIS_AT_EACH_END);
        ByteBufAllocator made = peer.create();
        alloc = made;
        onEachThread(buffers -> buffers.fill(made, burst / threads.size()));
        sampleNow();
        Thread.sleep(MILLIS_AT_EACH_END);
        onEachThread(LiveBuffers::releaseAll);
        long released = sampleNow();
        Thread.sleep(idleSeconds * 1000L);
        sampleNow();
        sampler.submit(() -> print(released)).get();
    }

    private interface Work {
        void with(LiveBuffers buffers);
    }

    /** All threads work at the same time, each on its own buffers. */
    private void onEachThread(Work work) throws Exception {
        List<Future<?>> futures = new ArrayList<>();
        for (int i = 0; i < threads.size(); i++) {
            LiveBuffers buffers = live.get(i);
            futures.add(threads.get(i).submit(() -> work.with(buffers)));
        }
        for (Future<?> future : futures) {
            future.get();
        }
    }

    /** Returns when that was. */
    private long sampleNow() throws Exception {
        return sampler.submit(this::sample).get();
    }

    private long sample() {
        try {
            ByteBufAllocator known = alloc;
            long now = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
            long reserved = known == null ? 0 : peer.reservedBytes(known);
            samples.add(new Sample(now, (ProcStatus.residentKib() - residentBefore) << 10, reserved));
            return now;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void print(long released) {
        samples.forEach(sample -> System.out.println(
                new Sample(sample.millis() - released, sample.resident(), sample.reserved()).line()));
    }
}
