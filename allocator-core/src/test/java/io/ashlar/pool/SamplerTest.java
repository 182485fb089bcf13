// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.MemorySource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Blocks that are watched are blocks like all others. */
@ExtendWith(QuietPools.class)
class SamplerTest {

    private static final int OPERATIONS = Integer.getInteger("ashlar.test.ops", 200_000);

    private final MemorySource source = MemorySource.heap();
    private final MemoryPool<RawView> pool = TestPools.oneStripe(RawView::new, source)
            .regionSize(1 << 20)
            .limit(64 << 20)
            .build();

    private List<RawView> allocate(int count, int size) {
        List<RawView> views = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            views.add(pool.allocate(size));
        }
        return views;
    }

    @Test
    void nothingIsWatchedUnlessItIsSwitchedOn() {
        List<RawView> views = allocate(3000, 100);
        assertEquals(List.of(), pool.sampledBlocks());
        views.forEach(view -> view.free(100));
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void theFirstOfAClassIsWatchedAndEach1024th() {
        pool.sampleBlocks(true);
        List<RawView> views = allocate(2 * Sampler.INTERVAL, 100);
        for (int i = 0; i < views.size(); i++) {
            assertEquals(i % Sampler.INTERVAL == 0, views.get(i).run() instanceof SampledRun, "block " + i);
        }
        RawView other = pool.allocate(1500);
        assertEquals(3, pool.sampledBlocks().size());
        SampledBlock first = pool.sampledBlocks().get(0);
        assertEquals(100, first.requestedBytes());
        assertEquals(112, first.blockBytes());
        SampledBlock last = pool.sampledBlocks().get(2);
        assertEquals(1500, last.requestedBytes());
        assertEquals(1536, last.blockBytes());
        assertTrue(first.ageNanos() >= last.ageNanos() && last.ageNanos() >= 0, () -> first + " " + last);
        views.forEach(view -> view.free(100));
        other.free(1500);
        assertEquals(List.of(), pool.sampledBlocks());
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void aWatchedBlockHasItsOwnMemory() {
        pool.sampleBlocks(true);
        List<RawView> views = allocate(100, 100);
        for (int i = 0; i < views.size(); i++) {
            views.get(i).put((byte) i);
        }
        for (int i = 0; i < views.size(); i++) {
            assertEquals((byte) i, views.get(i).get());
        }
        assertEquals(112, views.get(0).run().blockSize(views.get(0).index()));
        assertTrue(views.get(0).run().tryResize(views.get(0).index(), 100, 112));
        assertEquals(100 * 100 + 12, pool.stats().requestedBytes());
        views.get(0).free(112);
        views.subList(1, 100).forEach(view -> view.free(100));
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void afterwardsTheBlockHasItsOldViewAgain() {
        RawView before = pool.allocate(3000);
        before.free(3000);
        MemoryPool<RawView> other = TestPools.oneStripe(RawView::new, source).build();
        other.sampleBlocks(true);
        RawView watched = other.allocate(3000);
        assertInstanceOf(SampledRun.class, watched.run());
        watched.free(3000);
        RawView own = other.allocate(3000);
        assertInstanceOf(SlabRun.class, own.run());
        assertNotSame(watched, own);
        own.free(3000);
        assertSame(own, other.allocate(3000));
        own.free(3000);
        other.close();
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void freeingItTwiceIsRefused() {
        pool.sampleBlocks(true);
        RawView view = pool.allocate(100);
        view.free(100);
        RawView next = pool.allocate(100);
        assertThrows(IllegalArgumentException.class, () -> view.free(100));
        assertEquals(1, pool.stats().outstanding());
        next.free(100);
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void largeBlocksAreWatchedToo() {
        pool.sampleBlocks(true);
        RawView view = pool.allocate(100_000);
        assertTrue(view.run().isLarge());
        assertEquals(1, pool.sampledBlocks().size());
        assertEquals(128 << 10, pool.sampledBlocks().get(0).blockBytes());
        assertTrue(view.run().tryResize(view.index(), 100_000, 120_000));
        view.put((byte) 7);
        assertEquals(7, view.get());
        view.free(120_000);
        assertEquals(List.of(), pool.sampledBlocks());
        int watched = 0;
        for (int i = 0; i < 10 * Sampler.INTERVAL; i++) {
            RawView again = pool.allocate(100_000);
            watched += pool.sampledBlocks().size();
            again.free(100_000);
        }
        assertEquals(10, watched);
        TestPools.closeAndVerify(pool, source);
    }

    /** Blocks that are never freed do not fill the heap with what is known of them. */
    @Test
    void thereAreNeverMoreThanSoMany() {
        pool.sampleBlocks(true);
        int tooMany = Sampler.MOST + 100;
        List<RawView> firsts = new ArrayList<>();
        for (int i = 0; i < tooMany; i++) {
            firsts.add(pool.allocate(16));
            for (int j = 1; j < Sampler.INTERVAL; j++) {
                pool.allocate(16).free(16);
            }
        }
        assertEquals(Sampler.MOST, pool.sampledBlocks().size());
        firsts.forEach(view -> view.free(16));
        assertEquals(List.of(), pool.sampledBlocks());
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void aFactoryThatThrowsLosesNothing() {
        boolean[] fail = {false};
        ViewFactory<RawView> views = (run, index) -> {
            if (fail[0] && run instanceof SampledRun) {
                throw new IllegalStateException("no view");
            }
            return new RawView(run, index);
        };
        MemoryPool<RawView> fragile = TestPools.oneStripe(views, source).build();
        fragile.sampleBlocks(true);
        fail[0] = true;
        assertThrows(IllegalStateException.class, () -> fragile.allocate(100));
        assertThrows(IllegalStateException.class, () -> fragile.allocate(100_000));
        fail[0] = false;
        fragile.allocate(100).free(100);
        fragile.allocate(100_000).free(100_000);
        TestPools.closeAndVerify(fragile, source);
    }

    /** One thread allocates, others free what was watched and what was not; the content tells if a block was handed out twice. */
    @Test
    void watchedBlocksComeBackFromOtherThreads() throws Exception {
        pool.sampleBlocks(true);
        BlockingQueue<RawView> handOver = new ArrayBlockingQueue<>(2000);
        RawView end = new RawView(null, -1);
        Daemon freeing = Daemon.start(() -> {
            for (RawView view = handOver.take(); view != end; view = handOver.take()) {
                assertEquals((byte) view.index(), view.get());
                view.free(64);
            }
        });
        Daemon allocating = Daemon.start(() -> {
            OwnedShard<RawView> shard = pool.openShard(Runnable::run);
            for (int i = 0; i < OPERATIONS; i++) {
                RawView view = shard.allocate(64);
                view.put((byte) view.index());
                handOver.put(view);
            }
            handOver.put(end);
        });
        allocating.join();
        freeing.join();
        assertEquals(List.of(), pool.sampledBlocks());
        assertEquals(OPERATIONS, pool.stats().frees());
        TestPools.closeAndVerify(pool, source);
    }
}
