// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which programs a run takes. */
class ProgramsTest {

    @Test
    void theFastModeLeavesOutWhatItHasNoTimeFor() {
        assertEquals(List.of("http", "footprint"), Programs.chosen(List.of(), Mode.FAST));
        assertEquals(Programs.ALL, Programs.chosen(List.of(), Mode.WIDE));
    }

    @Test
    void aNameTakesWhatBeginsWithIt() {
        assertEquals(List.of("idle"), Programs.chosen(List.of("idle"), Mode.FAST));
        assertEquals(
                List.of("footprint", "small-heap-native"), Programs.chosen(List.of("small-heap", "foot"), Mode.FULL));
        assertEquals(List.of(), Programs.chosen(List.of("loop"), Mode.WIDE));
    }
}
