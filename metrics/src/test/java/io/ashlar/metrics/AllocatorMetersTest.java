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
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AllocatorMetersTest {

    /** Dashboards and alert rules of users depend on these names: a change here breaks them. */
    @Test
    void theNamesAreThese() {
        assertEquals(
                """
                        requested used cached reserved peak limit headroom outstanding allocations frees remote.frees failures
                        free children reservation fragmentation.internal fragmentation.external misses hit.ratio returned discarded source.fallbacks regions shards
                        """.strip(),
                names(AllocatorMeters.of(MeterLevel.SUMMARY)) + "\n"
                        + names(AllocatorMeters.of(MeterLevel.DETAILED).subList(12, AllocatorMeters.values().length)));
        assertEquals("resident unpooled heap.fallbacks", names(Arrays.asList(MemoryMeters.values())));
        assertEquals(
                "pressure pressure.used watermark.low watermark.high pressure.times pressure.time paused.channels",
                names(Arrays.asList(PressureMeters.values())));
    }

    private static String names(List<? extends FigureMeter<?>> meters) {
        return meters.stream()
                .map(FigureMeter::getName)
                .map(name -> name.substring("ashlar.allocator.".length()))
                .collect(Collectors.joining(" "));
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
        PoolStats stats = new PoolStats(
                "n", "k", 75, 100, 3, 17, 4, 5, 6, 18, 7, 2, 0.25, 8, 50, 9, 10, 12, 11, 19, 13, 14, 15, 16, false);
        assertEquals(
                Map.ofEntries(
                        Map.entry(AllocatorMeters.REQUESTED, 75.0),
                        Map.entry(AllocatorMeters.USED, 100.0),
                        Map.entry(AllocatorMeters.CACHED, 3.0),
                        Map.entry(AllocatorMeters.FREE, 4.0),
                        Map.entry(AllocatorMeters.CHILDREN, 17.0),
                        Map.entry(AllocatorMeters.RESERVATION, 18.0),
                        Map.entry(AllocatorMeters.RESERVED, 5.0),
                        Map.entry(AllocatorMeters.PEAK, 6.0),
                        Map.entry(AllocatorMeters.LIMIT, 7.0),
                        Map.entry(AllocatorMeters.HEADROOM, 2.0),
                        Map.entry(AllocatorMeters.INTERNAL_FRAGMENTATION, 0.25),
                        Map.entry(AllocatorMeters.EXTERNAL_FRAGMENTATION, 0.25),
                        Map.entry(AllocatorMeters.OUTSTANDING, 8.0),
                        Map.entry(AllocatorMeters.ALLOCATIONS, 50.0),
                        Map.entry(AllocatorMeters.FREES, 9.0),
                        Map.entry(AllocatorMeters.REMOTE_FREES, 10.0),
                        Map.entry(AllocatorMeters.MISSES, 12.0),
                        Map.entry(AllocatorMeters.HIT_RATIO, 1 - 12 / 50.0),
                        Map.entry(AllocatorMeters.RETURNED, 11.0),
                        Map.entry(AllocatorMeters.DISCARDED, 19.0),
                        Map.entry(AllocatorMeters.FAILURES, 13.0),
                        Map.entry(AllocatorMeters.SOURCE_FALLBACKS, 14.0),
                        Map.entry(AllocatorMeters.REGIONS, 15.0),
                        Map.entry(AllocatorMeters.SHARDS, 16.0)),
                Arrays.stream(AllocatorMeters.values())
                        .collect(Collectors.toMap(meter -> meter, meter -> meter.read(stats))));
    }
}
