// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The queue alone, with runs of as many size classes. */
class RemoteQueueTest {

    private static final int RUNS = 12;
    private static final int PUSHERS = 3;
    private static final int PUSHES = Integer.getInteger("ashlar.test.rounds", 100_000);

    private final MemoryPool<RawView> pool = MemoryPool.builder(RawView::new)
            .source(new CountingSource())
            .regionSize(1 << 20)
            .build();
    private final OwnedShard<RawView> shard = pool.openShard(Runnable::run);
    private final List<RawView> views = new ArrayList<>();
    private final List<SlabRun<RawView>> runs = new ArrayList<>();
    private final RemoteQueue<SlabRun<RawView>> queue = new RemoteQueue<>();

    RemoteQueueTest() {
        for (int c = 0; c < RUNS; c++) {
            RawView view = shard.allocate(SizeClasses.blockSize(c));
            views.add(view);
            runs.add(view.slab());
        }
    }

    @AfterEach
    void everythingComesBack() {
        views.forEach(view -> view.free(view.run().blockSize(view.index())));
        shard.retire();
        assertEquals(0, pool.stats().outstanding());
        pool.close();
    }

    private List<SlabRun<RawView>> listOf(@Nullable QueuePlace<SlabRun<RawView>> topmost) {
        List<SlabRun<RawView>> list = new ArrayList<>();
        for (QueuePlace<SlabRun<RawView>> place = topmost; place != null; place = place.leave()) {
            list.add(place.run);
        }
        return list;
    }

    @Test
    void allAreTakenAtOnceTheLastFirst() {
        assertNull(queue.takeAll());
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 3; i++) {
                assertNotEquals(RemoteQueue.REFUSED, queue.push(runs.get(i).place(), Integer.MAX_VALUE));
            }
            assertEquals(List.of(runs.get(2), runs.get(1), runs.get(0)), listOf(queue.takeAll()));
            assertNull(queue.takeAll());
        }
    }

    @Test
    void aClosedQueueRefusesAndStaysClosed() {
        queue.push(runs.get(0).place(), Integer.MAX_VALUE);
        queue.push(runs.get(1).place(), Integer.MAX_VALUE);
        assertEquals(List.of(runs.get(1), runs.get(0)), listOf(queue.closeAndTakeAll()));
        assertEquals(RemoteQueue.REFUSED, queue.push(runs.get(2).place(), Integer.MAX_VALUE));
        assertNull(queue.takeAll());
        assertEquals(RemoteQueue.REFUSED, queue.push(runs.get(2).place(), Integer.MAX_VALUE));
        assertNull(runs.get(2).place().next);
    }

    @Test
    void aFullQueueRefuses() {
        int each = runs.get(0).bytes() >>> 10;
        assertEquals(each, queue.push(runs.get(0).place(), 2 * each));
        assertEquals(2 * each, queue.push(runs.get(1).place(), 2 * each));
        assertEquals(RemoteQueue.REFUSED, queue.push(runs.get(2).place(), 3 * each - 1));
        assertEquals(List.of(runs.get(1), runs.get(0)), listOf(queue.takeAll()));
        assertEquals(each, queue.push(runs.get(2).place(), each), "an empty one has room again");
        assertEquals(List.of(runs.get(2)), listOf(queue.takeAll()));
    }

    @Test
    void nothingIsLostOrTakenTwiceUnderTraffic() throws Exception {
        Map<SlabRun<RawView>, AtomicBoolean> queued = new ConcurrentHashMap<>();
        Map<SlabRun<RawView>, AtomicInteger> pushes = new ConcurrentHashMap<>();
        Map<SlabRun<RawView>, AtomicInteger> takes = new ConcurrentHashMap<>();
        for (SlabRun<RawView> run : runs) {
            queued.put(run, new AtomicBoolean());
            pushes.put(run, new AtomicInteger());
            takes.put(run, new AtomicInteger());
        }
        AtomicInteger pushing = new AtomicInteger(PUSHERS);
        List<Daemon> pushers = new ArrayList<>();
        for (int p = 0; p < PUSHERS; p++) {
            int first = p;
            pushers.add(Daemon.start(() -> {
                for (int i = 0; i < PUSHES; i++) {
                    SlabRun<RawView> run = runs.get((first + i) % RUNS);
                    if (queued.get(run).compareAndSet(false, true)) {
                        assertNotEquals(RemoteQueue.REFUSED, queue.push(run.place(), Integer.MAX_VALUE));
                        pushes.get(run).incrementAndGet();
                    }
                }
                pushing.decrementAndGet();
            }));
        }
        boolean last = false;
        while (!last) {
            last = pushing.get() == 0;
            take(last ? queue.closeAndTakeAll() : queue.takeAll(), queued, takes);
            if (pushers.stream().allMatch(Daemon::hasEnded)) {
                last |= pushing.get() > 0; // one has failed: join tells
            }
        }
        for (Daemon pusher : pushers) {
            pusher.join();
        }
        for (SlabRun<RawView> run : runs) {
            assertFalse(queued.get(run).get(), "lost: " + run);
            assertEquals(pushes.get(run).get(), takes.get(run).get());
            assertTrue(takes.get(run).get() > 0);
        }
    }

    private void take(
            @Nullable QueuePlace<SlabRun<RawView>> topmost,
            Map<SlabRun<RawView>, AtomicBoolean> queued,
            Map<SlabRun<RawView>, AtomicInteger> takes) {
        QueuePlace<SlabRun<RawView>> place = topmost;
        while (place != null) {
            SlabRun<RawView> run = place.run;
            QueuePlace<SlabRun<RawView>> below = place.leave();
            takes.get(run).incrementAndGet();
            assertTrue(queued.get(run).compareAndSet(true, false), "taken twice");
            place = below;
        }
    }
}
