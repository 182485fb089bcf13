// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.micrometer.core.instrument.Meter;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link FigureMeter} shows.
 *
 * @param name the meter's name
 * @param type gauge or counter
 * @param baseUnit the unit; null for a bare number
 * @param description what it says, in one line
 * @param value picks it from all figures
 * @param <S> the figures
 */
public record Figure<S>(
        String name, Meter.Type type, @Nullable String baseUnit, String description, ToDoubleFunction<S> value) {

    /** The same with a longer name. */
    Figure<S> under(String prefix) {
        return new Figure<>(prefix + name, type, baseUnit, description, value);
    }

    static <S> Figure<S> bytes(String name, String description, ToDoubleFunction<S> value) {
        return new Figure<>(name, Meter.Type.GAUGE, "bytes", description, value);
    }

    /** A gauge of so many things, or of a ratio if there is no unit. */
    static <S> Figure<S> gauge(String name, @Nullable String baseUnit, String description, ToDoubleFunction<S> value) {
        return new Figure<>(name, Meter.Type.GAUGE, baseUnit, description, value);
    }

    static <S> Figure<S> counter(String name, String description, ToDoubleFunction<S> value) {
        return counter(name, null, description, value);
    }

    static <S> Figure<S> counter(
            String name, @Nullable String baseUnit, String description, ToDoubleFunction<S> value) {
        return new Figure<>(name, Meter.Type.COUNTER, baseUnit, description, value);
    }
}
