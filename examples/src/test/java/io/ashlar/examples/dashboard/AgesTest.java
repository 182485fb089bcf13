// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ashlar.pool.SampledBlock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AgesTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static SampledBlock block(int bytes, long age) {
        return new SampledBlock(bytes, bytes, age);
    }

    private static List<Long> blocks(List<Snapshot.Age> ages) {
        return ages.stream().map(Snapshot.Age::blocks).toList();
    }

    @Test
    void anEmptySampleSaysNothing() {
        List<Snapshot.Age> ages = Ages.of(List.of(), 500);
        assertEquals(List.of(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L), blocks(ages));
        assertEquals(0, ages.stream().mapToLong(Snapshot.Age::samples).sum());
    }

    @Test
    void anAgeEndsWithItsLastNanosecond() {
        List<Snapshot.Age> ages = Ages.of(List.of(block(64, 0), block(64, SECOND), block(64, SECOND + 1)), 3);
        assertEquals(List.of(1L, 0L, 1L, 1L, 0L, 0L, 0L, 0L), blocks(ages));
    }

    @Test
    void whatIsOlderThanAllEndsIsInTheLast() {
        List<Snapshot.Age> ages = Ages.of(List.of(block(64, Long.MAX_VALUE)), 7);
        assertEquals(new Snapshot.Age(0, 1, 7), ages.get(ages.size() - 1));
    }

    @Test
    void theSampleStandsForAllThatAreOut() {
        List<Snapshot.Age> ages = Ages.of(List.of(block(64, 0), block(1 << 20, SECOND)), 1040);
        assertEquals(List.of(520L, 0L, 520L, 0L, 0L, 0L, 0L, 0L), blocks(ages));
    }
}
