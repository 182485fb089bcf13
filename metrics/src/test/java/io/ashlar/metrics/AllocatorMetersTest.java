// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.pool.PoolStats;
import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AllocatorMetersTest {

    /** Dashboards and alert rules of users depend on these names: a change here breaks them. */
    @Test
    void theNamesAreThese() {
        assertEquals(
                List.of(
                        "ashlar.allocator.requested",
                        "ashlar.allocator.used",
                        "ashlar.allocator.reserved",
                        "ashlar.allocator.limit",
                        "ashlar.allocator.outstanding",
                        "ashlar.allocator.allocations",
                        "ashlar.allocator.frees",
                        "ashlar.allocator.remote.frees",
                        "ashlar.allocator.failures",
                        "ashlar.allocator.source.fallbacks",
                        "ashlar.allocator.regions",
                        "ashlar.allocator.shards"),
                Arrays.stream(AllocatorMeters.values())
                        .map(AllocatorMeters::getName)
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void eachIsDocumented(AllocatorMeters meter) {
        assertTrue(meter.getName().matches("[a-z]+(\\.[a-z]+)+"), meter.getName());
        assertTrue(meter.getName().startsWith(meter.getPrefix()));
        assertTrue(meter.getType() == Meter.Type.GAUGE || meter.getType() == Meter.Type.COUNTER);
        assertFalse(meter.description().isBlank());
        assertArrayEquals(
                new String[] {"name", "kind"},
                Arrays.stream(meter.getKeyNames()).map(KeyName::asString).toArray());
    }

    @Test
    void eachReadsAFigureOfItsOwn() {
        PoolStats stats = new PoolStats("n", "k", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, false);
        for (AllocatorMeters meter : AllocatorMeters.values()) {
            assertEquals(meter.ordinal() + 1.0, meter.read(stats), meter.getName());
        }
    }
}
