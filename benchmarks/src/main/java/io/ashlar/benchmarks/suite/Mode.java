// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import io.ashlar.benchmarks.endtoend.Settings;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** How long everything is measured. */
enum Mode {
    /** At most eight minutes on two cores. */
    FAST(1, 3, 3, 220),
    /** Twenty minutes: what the fast mode measures, in three forks. */
    STEADY(3, 3, 3, 220),
    /** Hours. */
    FULL(2, 4, 5, 1000),
    /** Does everything run? */
    SMOKE(1, 1, 1, 100);

    private final int forks;
    private final int warmups;
    private final int iterations;
    private final int millis;

    Mode(int forks, int warmups, int iterations, int millis) {
        this.forks = forks;
        this.warmups = warmups;
        this.iterations = iterations;
        this.millis = millis;
    }

    static @Nullable Mode named(String name) {
        for (Mode mode : values()) {
            if (mode.title().equals(name)) {
                return mode;
            }
        }
        return null;
    }

    String title() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** How the servers are loaded. */
    Settings http() {
        return switch (this) {
            case FAST, STEADY -> Settings.FAST;
            case FULL -> Settings.FULL;
            case SMOKE -> Settings.SMOKE;
        };
    }

    ChainedOptionsBuilder applyTo(ChainedOptionsBuilder options) {
        return options.forks(forks)
                .warmupIterations(warmups)
                .warmupTime(TimeValue.milliseconds(millis))
                .measurementIterations(iterations)
                .measurementTime(TimeValue.milliseconds(millis));
    }
}
