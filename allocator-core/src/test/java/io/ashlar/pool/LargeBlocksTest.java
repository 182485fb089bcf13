// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The objects of large blocks, which are kept apart from the memory. */
class LargeBlocksTest {

    private static final int REGION = 64 << 10;

    private final CountingSource source = new CountingSource();
    private final AtomicInteger views = new AtomicInteger();
    private MemoryPool<Block> pool = newPool(64 << 20);

    private MemoryPool<Block> newPool(long limit) {
        ViewFactory<Block> counting = (run, index) -> {
            views.incrementAndGet();
            return new Block(run, index);
        };
        return TestPools.oneStripe(counting, source)
                .limit(limit)
                .regionSize(REGION)
                .build();
    }

    @AfterEach
    void everythingComesBack() {
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void aThousandObjectsAreKeptAndNoMore() {
        List<Block> blocks = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 1500; i++) {
                blocks.add(Block.allocate(pool, 4096));
            }
            blocks.forEach(Block::release);
            blocks.clear();
        }
        assertEquals(1500 + 1500 - 1024, views.get());
    }

    @Test
    void aRefusedRequestKeepsItsObject() {
        pool = newPool(REGION);
        Block all = Block.allocate(pool, REGION);
        for (int i = 0; i < 100; i++) {
            assertThrows(AllocationException.class, () -> Block.allocate(pool, REGION));
        }
        assertEquals(2, views.get());
        all.release();
    }

    @Test
    void theRegionGoesBackThoughTheObjectCannotBeKept() throws Exception {
        Block block = Block.allocate(pool, 2 * REGION);
        keepObjectsIn(new ArrayList<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public boolean add(LargeRun<Block> object) {
                throw new OutOfMemoryError("Java heap space");
            }
        });
        block.release();
        assertEquals(0, source.reserved());
    }

    /** What threads have left for the owner of a shard nobody else knows of. */
    @Test
    void ofWhatOthersHaveLeftOneThatFailsCostsOnlyItself() throws Exception {
        pool.close();
        pool = TestPools.oneStripe(Block::new, source).regionSize(1 << 20).build();
        OwnedShard<Block> shard = pool.openShard(Runnable::run);
        List<Block> blocks = TestPools.allocate(shard, 3, 16 << 10);
        Daemon.run(() -> blocks.forEach(Block::release));
        AtomicInteger given = new AtomicInteger();
        keepObjectsIn(new ArrayList<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public boolean add(LargeRun<Block> object) {
                if (given.getAndIncrement() == 0) {
                    throw new IllegalStateException("the first");
                }
                return super.add(object);
            }
        });
        assertThrows(IllegalStateException.class, pool::close);
        assertTrue(given.get() > 1, "given=" + given);
        assertEquals(0, source.reserved());
    }

    /** The list of the kept objects grows by itself, and no call from outside makes it fail. */
    private void keepObjectsIn(List<LargeRun<Block>> list) throws ReflectiveOperationException {
        Field large = MemoryPool.class.getDeclaredField("large");
        large.setAccessible(true);
        Field spare = LargeBlocks.class.getDeclaredField("spare");
        spare.setAccessible(true);
        spare.set(large.get(pool), list);
    }
}
