// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.ashlar.metrics.MeterLevel;
import org.jspecify.annotations.Nullable;

/** Who looks at an allocator while it is measured. */
public enum Watched implements Column {
    /** All meters, scraped ten times a second. */
    ALL_METERS("all meters, 10/s", MeterLevel.DETAILED, false),
    /** The same, and a sample of the buffers for their ages. */
    WITH_AGES("and ages", MeterLevel.DETAILED, true),
    /** A dozen meters, scraped as often. */
    SUMMARY("a dozen, 10/s", MeterLevel.SUMMARY, false),
    /** Nobody. */
    NOBODY("no meters", null, false);

    final @Nullable MeterLevel level;
    final boolean samples;
    private final String title;

    Watched(String title, @Nullable MeterLevel level, boolean samples) {
        this.title = title;
        this.level = level;
        this.samples = samples;
    }

    @Override
    public String title() {
        return title;
    }
}
