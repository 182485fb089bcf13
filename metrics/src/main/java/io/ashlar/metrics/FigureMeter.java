// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import org.jspecify.annotations.Nullable;

/**
 * A meter that shows one of the figures that something of Ashlar's knows.
 *
 * @param <S> the figures
 */
public interface FigureMeter<S> extends MeterDocumentation {

    /**
     * All about the meter.
     *
     * @return the same object each time
     */
    Figure<S> figure();

    @Override
    default String getName() {
        return figure().name();
    }

    @Override
    default Meter.Type getType() {
        return figure().type();
    }

    @Override
    default @Nullable String getBaseUnit() {
        return figure().baseUnit();
    }

    /**
     * What the meter says, in one line, as registries show it.
     *
     * @return the description
     */
    default String description() {
        return figure().description();
    }

    /**
     * The meter's value.
     *
     * @param stats the figures of some moment
     * @return the one that it shows
     */
    default double read(S stats) {
        return figure().value().applyAsDouble(stats);
    }
}
