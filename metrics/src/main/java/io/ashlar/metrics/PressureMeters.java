// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.pool.PressureStats;
import io.micrometer.common.docs.KeyName;

/** The meters of the pressure of an allocator's direct buffers. They belong to {@link MeterLevel#DETAILED}. */
public enum PressureMeters implements FigureMeter<PressureMeters.Figures> {
    /** 1 from when {@link #USED} has reached {@link #HIGH} until it is down to {@link #LOW}, else 0. A child is under pressure, too, while its parent is. */
    PRESSURE(Figure.gauge(
            "pressure",
            null,
            "Whether there is pressure: 1 or 0",
            now -> now.pool().underPressure() ? 1 : 0)),

    /** What the watermarks are about: {@link AllocatorMeters#USED} of the allocator and of all below it. */
    USED(Figure.bytes(
            "pressure.used",
            "Used bytes with those of child allocators",
            now -> now.pool().usedBytes())),

    /** Used bytes at which pressure ends. */
    LOW(Figure.bytes(
            "watermark.low",
            "Used bytes at which pressure ends",
            now -> now.pool().lowBytes())),

    /** Used bytes at which pressure begins. */
    HIGH(Figure.bytes(
            "watermark.high",
            "Used bytes at which pressure begins",
            now -> now.pool().highBytes())),

    /** How often pressure has begun. */
    TIMES(Figure.counter(
            "pressure.times", "Times that pressure has begun", now -> now.pool().times())),

    /** How long there has been pressure. */
    TIME(Figure.counter(
            "pressure.time", "seconds", "Time under pressure", now -> now.pool().totalNanos() / 1e9)),

    /** Channels that a {@link io.ashlar.netty.MemoryPressureHandler} keeps from reading. */
    PAUSED(Figure.gauge(
            "paused.channels", "channels", "Channels that do not read because of pressure", Figures::paused));

    /**
     * What they show.
     *
     * @param pool the figures of the pool of direct buffers
     * @param paused the channels that are paused
     */
    public record Figures(PressureStats pool, int paused) {}

    private static final String PREFIX = "ashlar.allocator.";

    private final Figure<Figures> figure;

    PressureMeters(Figure<Figures> figure) {
        this.figure = figure.under(PREFIX);
    }

    @Override
    public Figure<Figures> figure() {
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
