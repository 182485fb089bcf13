// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocatorConfigException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pool that knows the shard of the calling thread counts there what that thread frees of others. */
class OwnShardTest {

    private static final int SIZE = 100;

    private final ThreadLocal<OwnedShard<RawView>> own = new ThreadLocal<>();
    private final MemoryPool<RawView> pool =
            MemoryPool.builder(RawView::new).ownShard(own::get).build();

    @AfterEach
    void nothingIsLeft() {
        pool.close();
        PoolStats stats = pool.stats();
        assertEquals(0, stats.outstanding());
        assertEquals(0, stats.requestedBytes());
        assertEquals(0, stats.usedBytes());
        assertEquals(0, stats.reservedBytes());
    }

    private void expect(long allocations, long frees, long remoteFrees) {
        PoolStats stats = pool.stats();
        assertEquals(allocations, stats.allocations());
        assertEquals(frees, stats.frees());
        assertEquals(remoteFrees, stats.remoteFrees());
        assertEquals((allocations - frees) * SIZE, stats.requestedBytes());
    }

    @Test
    void whatIsFreedIsCountedByTheShardOfWhoeverFreesIt() throws Exception {
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        own.set(shard);
        List<RawView> views = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            views.add(shard.allocate(SIZE));
        }
        Daemon.run(() -> {
            views.get(0).free(SIZE);
            expect(4, 1, 1);
            OwnedShard<RawView> other = pool.openShard(Runnable::run);
            own.set(other);
            views.get(1).free(SIZE);
            expect(4, 2, 2);
            other.retire();
            expect(4, 2, 2);
            views.get(2).free(SIZE); // the thread still knows its shard, but that has ended
            expect(4, 3, 3);
        });
        views.get(3).free(SIZE);
        expect(4, 4, 3);
        shard.retire();
        expect(4, 4, 3);
    }

    @Test
    void whatIsRefusedIsNotCounted() throws Exception {
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        RawView view = shard.allocate(SIZE);
        Daemon.run(() -> {
            own.set(pool.openShard(Runnable::run));
            view.free(SIZE);
            assertThrows(IllegalArgumentException.class, () -> view.free(SIZE));
            expect(1, 1, 1);
            own.get().retire();
        });
        expect(1, 1, 1);
        shard.retire();
    }

    @Test
    void soAreLargeBlocks() throws Exception {
        int size = 100_000;
        OwnedShard<RawView> shard = pool.openShard(Runnable::run);
        RawView first = shard.allocate(size);
        RawView second = shard.allocate(size);
        Daemon.run(() -> {
            own.set(pool.openShard(Runnable::run));
            first.free(size);
            own.get().retire();
            assertEquals(1, pool.stats().remoteFrees());
            second.free(size);
        });
        PoolStats stats = pool.stats();
        assertEquals(2, stats.remoteFrees());
        assertEquals(2, stats.frees());
        assertEquals(0, stats.usedBytes());
        assertEquals(0, stats.requestedBytes());
        shard.retire();
    }

    @Test
    void noSupplierIsNoChoice() {
        String message = assertThrows(
                        AllocatorConfigException.class,
                        () -> MemoryPool.builder(RawView::new).ownShard(null).build())
                .getMessage();
        assertTrue(message.contains("ownShard=null"), message);
    }
}
