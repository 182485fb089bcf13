// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.AllocatorConfigException;
import org.jspecify.annotations.Nullable;

/**
 * At how many used bytes pressure begins, and at how many it ends: {@code 0 <= low < high <= limit}.
 */
record Watermarks(long low, long high) {

    /** Those of a limit: a quarter of it is left for what is under way when reading stops, and an eighth is to be freed before it goes on. */
    static Watermarks of(long limit) {
        return new Watermarks(limit / 8 * 5, limit / 4 * 3);
    }

    static Watermarks check(@Nullable Watermarks marks, long limit) {
        if (marks == null) {
            return of(limit);
        }
        String given = "watermarks low=" + marks.low + " high=" + marks.high + " bytes ";
        if (marks.low < 0) {
            throw new AllocatorConfigException(given + "must not be negative");
        }
        if (marks.low >= marks.high) {
            throw new AllocatorConfigException(
                    given + "are in the wrong order: pressure begins at the high one, and ends at the low one");
        }
        if (marks.high > limit) {
            throw new AllocatorConfigException(
                    given + "exceed limit=" + limit + " bytes: there would never be any pressure");
        }
        return marks;
    }
}
