// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import java.util.stream.DoubleStream;

/**
 * The axis of a plot: zero and all its values lie between two round figures, or a hair beyond.
 *
 * @param low the first round figure
 * @param step how far round figures lie apart
 * @param steps how many steps lead to the last one
 */
record Scale(double low, double step, int steps) {

    private static final int MOST_STEPS = 8;
    private static final double HAIR = 0.01;

    static Scale of(double[] values) {
        double least = DoubleStream.of(values).reduce(0, Math::min);
        double most = DoubleStream.of(values).reduce(0, Math::max);
        double step = roundUp(Math.max(most - least, 1) / MOST_STEPS);
        double low = Math.floor(least / step) * step;
        return new Scale(low, step, (int) Math.max(1, Math.ceil((most - low) / step - HAIR)));
    }

    /** One, two or five times a power of ten. */
    private static double roundUp(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (int factor : new int[] {1, 2, 5}) {
            if (factor * power >= value) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    /** The round figures. */
    double[] ticks() {
        double[] ticks = new double[steps + 1];
        for (int i = 0; i <= steps; i++) {
            ticks[i] = low + i * step;
        }
        return ticks;
    }

    /** Where a value lies: 0 at the first round figure, 1 at the last. */
    double part(double value) {
        return (value - low) / (steps * step);
    }
}
