// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ashlar.memory.MemorySource;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With a limit as small as that of {@code -Xmx64m}, what is used again and again stays with its shard. */
class SmallMachineTest {

    private static final int ROUNDS = 100;

    private final MemorySource source = MemorySource.heap();

    @ParameterizedTest
    @CsvSource({
        "64, 65536, 1",
        "64, 16639, 8",
        "64, 32768, 4",
        "64, 1000, 64",
        "128, 65536, 2",
        "128, 131072, 1",
        "256, 65536, 4",
        "512, 65536, 4"
    })
    void aSteadyLoadFetchesNothing(long limitMiB, int size, int together) {
        MemoryPool<Block> pool =
                TestPools.oneStripe(Block::new, source).limit(limitMiB << 20).build();
        OwnedShard<Block> shard = pool.openShard(Runnable::run);
        round(shard, size, together);
        long fetched = pool.stats().misses();
        for (int i = 0; i < ROUNDS; i++) {
            round(shard, size, together);
        }
        assertEquals(fetched, pool.stats().misses());
        shard.retire();
        TestPools.closeAndVerify(pool, source);
    }

    private static void round(OwnedShard<Block> shard, int size, int together) {
        List<Block> blocks = TestPools.allocate(shard, together, size);
        blocks.forEach(Block::release);
    }
}
