// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.pool.PressureStats;
import io.micrometer.common.docs.KeyName;

/** The meters of the pressure of an allocator's direct buffers. They belong to {@link MeterLevel#DETAILED}. */
public enum PressureMeters implements FigureMeter<PressureStats> {
    /** 1 from when {@link AllocatorMeters#USED} has reached {@link #HIGH} until it is down to {@link #LOW}, else 0. */
    PRESSURE(Figure.gauge("pressure", null, "Whether there is pressure: 1 or 0", now -> now.underPressure() ? 1 : 0)),

    /** Used bytes at which pressure ends. */
    LOW(Figure.bytes("watermark.low", "Used bytes at which pressure ends", PressureStats::lowBytes)),

    /** Used bytes at which pressure begins. */
    HIGH(Figure.bytes("watermark.high", "Used bytes at which pressure begins", PressureStats::highBytes)),

    /** How often pressure has begun. */
    TIMES(Figure.counter("pressure.times", "Times that pressure has begun", PressureStats::times)),

    /** How long there has been pressure. */
    TIME(Figure.counter("pressure.time", "seconds", "Time under pressure", now -> now.totalNanos() / 1e9));

    private static final String PREFIX = "ashlar.allocator.";

    private final Figure<PressureStats> figure;

    PressureMeters(Figure<PressureStats> figure) {
        this.figure = figure.under(PREFIX);
    }

    @Override
    public Figure<PressureStats> figure() {
        return figure;
    }

    @Override
    public String getPrefix() {
        return PREFIX;
    }

    @Override
    public KeyName[] getKeyNames() {
        return AllocatorMeters.Key.values();
    }
}
