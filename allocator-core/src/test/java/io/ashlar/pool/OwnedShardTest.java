// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(QuietPools.class)
class OwnedShardTest {

    private final CountingSource source = new CountingSource();
    private final MemoryPool<Block> pool = MemoryPool.builder(Block::new)
            .name("owned")
            .source(source)
            .regionSize(1 << 20)
            .limit(64 << 20)
            .build();
    private final ExecutorService loop = Executors.newSingleThreadExecutor();

    @AfterEach
    void everythingComesBack() throws Exception {
        pool.close();
        loop.shutdown();
        assertTrue(loop.awaitTermination(Daemon.PATIENCE_SECONDS, TimeUnit.SECONDS));
        TestPools.assertClosedWithNothingLeft(pool, source);
    }

    private <T> T onLoop(Callable<T> task) throws Exception {
        try {
            return loop.submit(task).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException) {
                throw (RuntimeException) e.getCause();
            }
            throw e;
        }
    }

    private OwnedShard<Block> openOnLoop() throws Exception {
        return onLoop(() -> pool.openShard(loop));
    }

    @Test
    void theOwnerAllocatesAndFrees() throws Exception {
        OwnedShard<Block> shard = openOnLoop();
        onLoop(() -> {
            Block first = Block.allocate(shard, 100);
            first.release();
            Block second = Block.allocate(shard, 100);
            assertSame(first, second);
            second.release();
            pool.checkInvariants();
            return null;
        });
        assertEquals(2, pool.stats().allocations());
        assertEquals(2, pool.stats().frees());
        assertEquals(0, pool.stats().remoteFrees());
        assertEquals(1, pool.stats().ownedShards());
    }

    @Test
    void anotherThreadMayNotUseTheShard() throws Exception {
        OwnedShard<Block> shard = openOnLoop();
        String message = assertThrows(IllegalStateException.class, () -> Block.allocate(shard, 100))
                .getMessage();
        assertTrue(message.contains(Thread.currentThread().getName()), message);
        assertThrows(IllegalStateException.class, shard::retire);
    }

    @Test
    void aRemoteFreeCountsAtOnceAndIsCollectedWhenTheOwnerRunsShort() throws Exception {
        OwnedShard<Block> shard = openOnLoop();
        List<Block> blocks = onLoop(() -> TestPools.allocate(shard, 8, 1000));
        blocks.forEach(Block::release);
        PoolStats pending = pool.stats();
        assertEquals(0, pending.outstanding());
        assertEquals(0, pending.usedBytes());
        assertEquals(0, pending.requestedBytes());
        assertEquals(8, pending.frees());
        assertEquals(8, pending.remoteFrees());
        long reserved = pending.reservedBytes();
        for (int round = 0; round < 1000; round++) {
            onLoop(() -> TestPools.allocate(shard, 8, 1000)).forEach(Block::release);
        }
        assertEquals(8 * 1001, pool.stats().remoteFrees());
        assertEquals(reserved, pool.stats().reservedBytes(), "what was freed remotely was not used again");
    }

    @Test
    void releasingTwiceRemotelyIsRefused() throws Exception {
        OwnedShard<Block> shard = openOnLoop();
        Block block = onLoop(() -> Block.allocate(shard, 100));
        block.release();
        assertThrows(IllegalStateException.class, block::release);
        assertEquals(0, pool.stats().outstanding());
        assertEquals(1, pool.stats().remoteFrees());
    }

    @Test
    void blocksOfARetiredShardStayValidAndComeBack() throws Exception {
        OwnedShard<Block> shard = openOnLoop();
        List<Block> blocks = onLoop(() -> {
            List<Block> some = TestPools.allocate(shard, 500, 200);
            for (int i = 0; i < some.size(); i++) {
                some.get(i).memory().putInt(some.get(i).offset(), i);
            }
            shard.retire();
            shard.retire();
            return some;
        });
        assertTrue(shard.isRetired());
        assertEquals(500, pool.stats().outstanding());
        assertEquals(0, pool.stats().ownedShards());
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            assertEquals(i, block.memory().getInt(block.offset()));
            block.release();
        }
        pool.checkInvariants();
        assertEquals(0, pool.stats().outstanding());
    }

    @Test
    void theOwnerStillAllocatesAfterRetiringLikeAnyOtherThread() throws Exception {
        OwnedShard<Block> shard = openOnLoop();
        Block block = onLoop(() -> {
            shard.retire();
            return Block.allocate(shard, 100);
        });
        block.release();
    }

    @Test
    void aThreadThatDiesWithoutAWordIsNoticed() throws Exception {
        List<Block> blocks = new ArrayList<>();
        Daemon.run(() -> blocks.addAll(TestPools.allocate(pool.openShard(Runnable::run), 100, 300)));
        assertEquals(0, pool.stats().ownedShards());
        assertEquals(100, pool.stats().outstanding());
        blocks.forEach(Block::release);
        assertEquals(0, pool.stats().outstanding());
    }

    @Test
    void openingAShardNoticesTheDead() throws Exception {
        List<OwnedShard<Block>> shards = new ArrayList<>();
        Daemon.run(() -> shards.add(pool.openShard(Runnable::run)));
        OwnedShard<Block> mine = pool.openShard(Runnable::run);
        assertTrue(shards.get(0).isRetired());
        mine.retire();
    }

    @Test
    void closingReachesTheShardsOfOtherThreads() throws Exception {
        OwnedShard<Block> shard = openOnLoop();
        Block kept = onLoop(() -> {
            Block.allocate(shard, 3000).release();
            return Block.allocate(shard, 100);
        });
        pool.close();
        String message = assertThrows(IllegalStateException.class, () -> onLoop(() -> Block.allocate(shard, 100)))
                .getMessage();
        assertTrue(message.contains("closed"), message);
        assertTrue(shard.isRetired());
        assertEquals(1, pool.stats().outstanding());
        assertEquals(64 << 10, source.reserved(), "the region of the one block's size class");
        kept.release();
        assertEquals(0, source.reserved());
    }

    @Test
    void closingWithARemoteFreePendingGivesEverythingBack() throws Exception {
        OwnedShard<Block> shard = openOnLoop();
        List<Block> blocks = onLoop(() -> TestPools.allocate(shard, 1000, 700));
        blocks.forEach(Block::release);
        pool.close();
        onLoop(() -> null);
        assertEquals(0, source.reserved());
    }

    @Test
    void exhaustionOnAnOwnedShardIsAnExceptionAndCounted() throws Exception {
        OwnedShard<Block> shard = openOnLoop();
        List<Block> blocks = new ArrayList<>();
        assertThrows(
                AllocationException.class,
                () -> onLoop(() -> {
                    while (true) {
                        blocks.add(Block.allocate(shard, 1000));
                    }
                }));
        assertEquals(1, pool.stats().failures());
        assertTrue(pool.stats().reservedBytes() <= 64 << 20);
        onLoop(() -> {
            blocks.forEach(Block::release);
            return null;
        });
    }
}
