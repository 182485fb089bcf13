// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A shard retires, or its pool is closed, while other threads free its blocks. Whichever comes first, no block may be
 * lost on the way: afterwards nothing is outstanding and the source has all its bytes back.
 */
@ExtendWith(QuietPools.class)
class RetirementStressTest {

    private static final int ROUNDS = Integer.getInteger("ashlar.test.rounds", 3000);
    private static final int RELEASERS = 2;
    private static final int BLOCKS_EACH = 40;

    private final CountingSource source = new CountingSource();

    private MemoryPool<Block> newPool() {
        return MemoryPool.builder(Block::new)
                .source(source)
                .regionSize(64 << 10)
                .stripes(1)
                .build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noBlockIsLostWhileAShardRetires(boolean closeThePool) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(RELEASERS);
        ExecutorService loop = Executors.newSingleThreadExecutor();
        try {
            for (int round = 0; round < ROUNDS; round++) {
                MemoryPool<Block> pool = newPool();
                OwnedShard<Block> shard =
                        loop.submit(() -> pool.openShard(loop)).get();
                List<List<Block>> shares = loop.submit(() -> shares(shard)).get();
                CyclicBarrier start = new CyclicBarrier(RELEASERS + 1);
                List<Future<?>> all = new ArrayList<>();
                for (List<Block> share : shares) {
                    all.add(threads.submit(() -> {
                        start.await();
                        share.forEach(Block::release);
                        return null;
                    }));
                }
                all.add(loop.submit(() -> {
                    start.await();
                    if (closeThePool) {
                        pool.close();
                    } else {
                        shard.retire();
                    }
                    return null;
                }));
                for (Future<?> each : all) {
                    each.get(60, TimeUnit.SECONDS);
                }
                pool.checkInvariants();
                assertEquals(0, pool.stats().outstanding(), "round " + round);
                pool.close();
                assertEquals(0, source.reserved(), "round " + round);
            }
        } finally {
            threads.shutdown();
            loop.shutdown();
        }
    }

    private static List<List<Block>> shares(OwnedShard<Block> shard) {
        List<List<Block>> shares = new ArrayList<>();
        for (int i = 0; i < RELEASERS; i++) {
            List<Block> share = new ArrayList<>();
            for (int n = 0; n < BLOCKS_EACH; n++) {
                share.add(Block.allocate(shard, n % 2 == 0 ? 64 : 500));
            }
            shares.add(share);
        }
        return shares;
    }

    @Test
    void noBlockIsLostWhileAStripeIsContended() throws Exception {
        MemoryPool<Block> pool = newPool();
        int threadCount = 4;
        ExecutorService threads = Executors.newFixedThreadPool(threadCount);
        CountDownLatch done = new CountDownLatch(threadCount);
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < threadCount; t++) {
            all.add(threads.submit(() -> {
                List<Block> mine = new ArrayList<>();
                for (int i = 0; i < ROUNDS * 20; i++) {
                    mine.add(Block.allocate(pool, 100));
                    if (mine.size() == 50) {
                        mine.forEach(Block::release);
                        mine.clear();
                    }
                }
                mine.forEach(Block::release);
                done.countDown();
            }));
        }
        for (Future<?> each : all) {
            each.get(60, TimeUnit.SECONDS);
        }
        threads.shutdown();
        pool.checkInvariants();
        assertEquals(0, pool.stats().outstanding());
        pool.close();
        assertEquals(0, source.reserved());
    }
}
