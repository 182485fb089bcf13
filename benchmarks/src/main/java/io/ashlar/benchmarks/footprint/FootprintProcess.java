// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import io.ashlar.benchmarks.Peer;
import io.ashlar.benchmarks.ProcStatus;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** One scenario with one allocator: the process that {@link Footprint} starts. */
public final class FootprintProcess {

    private static final int LOOPS = 2;
    private static final int PLAIN_THREADS = 4;
    private static final int REPLACEMENTS = 1_000_000;
    private static final long BURST = 512L << 20;
    private static final long PINNED = 256L << 20;
    private static final int SMALL = 64;
    private static final int SURVIVORS = 100;
    private static final long ALIKE = 12L << 20;
    private static final int SURVIVOR_SIZE = 17;
    private static final int ONE_SURVIVES_OF = 1000;

    private final Peer peer;
    private final int idleSeconds;
    private final DefaultEventExecutorGroup loops =
            new DefaultEventExecutorGroup(LOOPS, new DefaultThreadFactory("loop", true));
    private final ExecutorService plainThreads = Executors.newFixedThreadPool(PLAIN_THREADS, task -> {
        Thread thread = new Thread(task, "plain");
        thread.setDaemon(true);
        return thread;
    });
    private final List<LiveBuffers> live = new ArrayList<>();
    private final long residentBefore;
    private final long heapBefore;
    private final ByteBufAllocator alloc;

    private FootprintProcess(Peer peer, int idleSeconds) throws Exception {
        this.peer = peer;
        this.idleSeconds = idleSeconds;
        for (int i = 0; i < LOOPS + PLAIN_THREADS; i++) {
            live.add(new LiveBuffers(i));
        }
        onEachThread(buffers -> {}); // starts the threads
        heapBefore = usedHeap();
        residentBefore = ProcStatus.residentKib();
        alloc = peer.create();
    }

    /**
     * Runs it and prints its readings.
     *
     * @param args the scenario, the allocator and the seconds of idleness
     * @throws Exception if anything fails
     */
    public static void main(String[] args) throws Exception {
        Scenario scenario = Scenario.valueOf(args[0]);
        new FootprintProcess(Peer.valueOf(args[1]), Integer.parseInt(args[2])).run(scenario);
    }

    private void run(Scenario scenario) throws Exception {
        switch (scenario) {
            case START_UP -> {
                loops.submit(() -> alloc.directBuffer(256).writeLong(1).release())
                        .get();
                print("");
            }
            case STEADY, SMALL_HEAP -> steady(1024);
            case STEADY_MANY -> steady(16_384);
            case BURST -> {
                onEachLoop(buffers -> buffers.fill(alloc, BURST / LOOPS));
                print("written");
                onEachLoop(LiveBuffers::releaseAll);
                print("released");
                Thread.sleep(idleSeconds * 1000L);
                print("idle " + idleSeconds + " s");
            }
            case PINNING -> {
                onEachLoop(buffers -> buffers.fill(alloc, PINNED / LOOPS));
                onEachLoop(buffers -> buffers.releaseAllBut(SMALL, SURVIVORS));
                Thread.sleep(idleSeconds * 1000L);
                print("idle " + idleSeconds + " s");
            }
            case SURVIVORS ->
                survivors(buffers -> buffers.fillWithSmall(alloc, BURST / live.size(), ONE_SURVIVES_OF, SURVIVOR_SIZE));
            case SURVIVORS_ALIKE ->
                survivors(buffers -> buffers.fillEvenly(alloc, ALIKE / live.size(), SURVIVOR_SIZE, SMALL));
        }
    }

    private void steady(int count) throws Exception {
        onEachLoop(buffers -> {
            buffers.fillCount(alloc, count);
            buffers.replace(alloc, REPLACEMENTS);
        });
        print("");
    }

    private void survivors(Work burst) throws Exception {
        onEachThread(burst);
        onEachThread(buffers -> buffers.releaseAllButEvery(ONE_SURVIVES_OF));
        Thread.sleep(idleSeconds * 1000L);
        print("idle " + idleSeconds + " s");
    }

    private interface Work {
        void with(LiveBuffers buffers);
    }

    /** The loops work at the same time, each on its own buffers. */
    private void onEachLoop(Work work) throws Exception {
        await(startOnLoops(work));
    }

    /** The loops and the plain threads work at the same time, each on its own buffers. */
    private void onEachThread(Work work) throws Exception {
        List<Future<?>> futures = startOnLoops(work);
        for (LiveBuffers buffers : live.subList(LOOPS, live.size())) {
            futures.add(plainThreads.submit(() -> work.with(buffers)));
        }
        await(futures);
    }

    private List<Future<?>> startOnLoops(Work work) {
        List<Future<?>> futures = new ArrayList<>();
        for (EventExecutor loop : loops) {
            LiveBuffers buffers = live.get(futures.size());
            futures.add(loop.submit(() -> work.with(buffers)));
        }
        return futures;
    }

    private static void await(List<Future<?>> futures) throws Exception {
        for (Future<?> future : futures) {
            future.get();
        }
    }

    private void print(String moment) throws Exception {
        // Resident first: the collection that follows touches memory of its own.
        long resident = (ProcStatus.residentKib() - residentBefore) << 10;
        long requested = live.stream().mapToLong(LiveBuffers::requested).sum();
        long heap = usedHeap()
                - heapBefore
                - live.stream().mapToLong(LiveBuffers::ownHeap).sum();
        System.out.println(new Reading(
                        moment,
                        requested,
                        peer.usedBytes(alloc),
                        peer.slabBytes(alloc),
                        peer.reservedBytes(alloc),
                        resident,
                        Math.max(0, heap))
                .line());
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        // What was in use when the collection ended: later readings count whole buffers of threads for new objects.
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                .sum();
    }
}
