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
    FAST(1, 3, 3, 220, false),
    /** Twenty minutes: what the fast mode measures, in three forks. */
    STEADY(3, 3, 3, 220, false),
    /** An hour and more: everything that there is, in one fork. */
    WIDE(1, 3, 3, 220, true),
    /** Hours. */
    FULL(2, 4, 5, 1000, true),
    /** Does everything run? */
    SMOKE(1, 1, 1, 100, false);

    private final int forks;
    private final int warmups;
    private final int iterations;
    private final int millis;
    private final boolean complete;

    Mode(int forks, int warmups, int iterations, int millis, boolean complete) {
        this.forks = forks;
        this.warmups = warmups;
        this.iterations = iterations;
        this.millis = millis;
        this.complete = complete;
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

    /** Whether all parameters of all questions are measured, not only those of the table. */
    boolean isComplete() {
        return complete;
    }

    /** How the servers are loaded. */
    Settings http() {
        return switch (this) {
            case FAST, STEADY, WIDE -> Settings.FAST;
            case FULL -> Settings.FULL;
            case SMOKE -> Settings.SMOKE;
        };
    }

    /** How often everything is measured, each time in a new JVM. */
    int forks(Question question) {
        return forks > 1 && question.isUnsteady() ? 3 * forks : forks;
    }

    /** One fork's. */
    ChainedOptionsBuilder applyTo(ChainedOptionsBuilder options, Question question) {
        int turns = question.isInTurns() ? question.columns().size() : 1;
        return options.forks(1)
                .warmupIterations(turns * warmups)
                .warmupTime(TimeValue.milliseconds(millis))
                .measurementIterations(turns * iterations)
                .measurementTime(TimeValue.milliseconds(millis));
    }
}
