// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.HeapBytes;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** In steady state a pool allocates nothing on the Java heap. */
class SteadyStateTest {

    private static final int ROUNDS = 50_000;
    private static final int[] SIZES = {10, 100, 1000, 8000, 30_000, 100_000, 1 << 20};

    private final Block[] held = new Block[64];

    @Test
    void anOwnedShardAllocatesNothingOnTheHeap() {
        MemoryPool<Block> pool = MemoryPool.builder(Block::new).build();
        OwnedShard<Block> shard = pool.openShard(Runnable::run);
        IntFunction<Block> allocate = size -> Block.allocate(shard, size);
        HeapBytes.assertNoneAllocated(() -> churn(allocate));
        pool.close();
    }

    @Test
    void aStripeAllocatesNothingOnTheHeap() {
        MemoryPool<Block> pool = MemoryPool.builder(Block::new).build();
        IntFunction<Block> allocate = size -> Block.allocate(pool, size);
        HeapBytes.assertNoneAllocated(() -> churn(allocate));
        pool.close();
    }

    @Test
    void aBurstThatComesAgainAllocatesNothingOnTheHeap() {
        MemoryPool<Block> pool = MemoryPool.builder(Block::new).build();
        OwnedShard<Block> shard = pool.openShard(Runnable::run);
        Block[] burst = new Block[800];
        HeapBytes.assertNoneAllocated(() -> {
            for (int round = 0; round < 100; round++) {
                for (int i = 0; i < burst.length; i++) {
                    burst[i] = Block.allocate(shard, 1000);
                }
                for (Block block : burst) {
                    block.release();
                }
            }
        });
        pool.close();
    }

    private void churn(IntFunction<Block> allocate) {
        for (int i = 0; i < ROUNDS; i++) {
            int slot = i * 31 & 63;
            Block old = held[slot];
            if (old != null) {
                old.release();
            }
            held[slot] = allocate.apply(SIZES[i % SIZES.length]);
        }
        for (int slot = 0; slot < held.length; slot++) {
            if (held[slot] != null) {
                held[slot].release();
                held[slot] = null;
            }
        }
    }
}
