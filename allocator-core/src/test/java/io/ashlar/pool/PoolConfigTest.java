// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.MemorySource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pool chooses by itself, from the largest machines to the smallest. */
class PoolConfigTest {

    private static final int KIB = 1 << 10;
    private static final long MIB = 1 << 20;

    private static PoolConfig config(long limit, @Nullable Integer regionSize) {
        return PoolConfig.check(
                "p", MemorySource.heap(), limit, regionSize, 1, PoolConfig.DEFAULT_TRIM_AFTER, null, false);
    }

    @ParameterizedTest
    @CsvSource({
        "65536, 16384, 256, 32",
        "1024, 16384, 256, 32",
        "257, 16384, 256, 32",
        "256, 16384, 256, 32",
        "255, 8192, 256, 32",
        "128, 8192, 256, 32",
        "100, 4096, 256, 32",
        "64, 4096, 256, 32",
        "32, 2048, 256, 32",
        "16, 1024, 256, 32",
        "8, 1024, 128, 16",
        "1, 1024, 16, 2",
    })
    void theDefaultRegionFollowsTheLimit(long limitMiB, int regionKiB, int slabKiB, int smallKiB) {
        PoolConfig config = config(limitMiB * MIB, null);
        assertEquals(regionKiB, config.regionSize() / KIB);
        assertEquals(slabKiB, config.longestRunBytes() / KIB);
        assertEquals(smallKiB, config.largestSmall() / KIB);
    }

    @Test
    void theSmallestLimitHasRoomForARegion() {
        PoolConfig config = config(64 * KIB, null);
        assertEquals(64 * KIB, config.regionSize());
        assertEquals(Region.SMALLEST_RUN, config.longestRunBytes());
    }

    @ParameterizedTest
    @CsvSource({"16384, 256, 32768", "65536, 1024, 131072", "1024, 16, 2048", "64, 4, 512"})
    void aRegionSizeThatWasAskedForIsTaken(int regionKiB, int slabKiB, int small) {
        PoolConfig config = config(64 * MIB, regionKiB * KIB);
        assertEquals(regionKiB, config.regionSize() / KIB);
        assertEquals(slabKiB, config.longestRunBytes() / KIB);
        assertEquals(small, config.largestSmall());
    }

    /** Each processor has about two event loops and two stripes. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8, 64, 256})
    void whatAllShardsKeepIdleIsASmallPartOfTheLimit(int processors) {
        for (long limit = 64 * KIB; limit <= 1L << 40; limit *= 2) {
            PoolConfig config = config(limit, null);
            long large = 2L * processors * config.largeCacheBytes(processors);
            long slabs = 4L * processors * config.spareBytes(processors);
            assertTrue(large <= limit / 4, "limit=" + limit + " large=" + large);
            assertTrue(slabs <= limit / 8, "limit=" + limit + " slabs=" + slabs);
        }
    }

    @Test
    void whereThereIsMemoryAShardKeepsItsShare() {
        PoolConfig config = config(1L << 40, null);
        assertEquals(4 * MIB, config.largeCacheBytes(256));
        assertEquals(MIB, config.spareBytes(256));
    }
}
