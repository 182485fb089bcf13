// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.netty.RequestArenaStats;
import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The meters of an allocator's request arenas: names, units, and what each of them says. */
public enum RequestArenaMeters implements MeterDocumentation {
    /** Requests under way. One that keeps rising means answers that are never completed. */
    OPEN("open", Meter.Type.GAUGE, "requests", "Requests that have begun and not ended", RequestArenaStats::open),

    /** Requests that have ended; each time an arena was reset, or left what was still in use. */
    REQUESTS("requests", Meter.Type.COUNTER, null, "Requests that have ended", RequestArenaStats::requests),

    /** Those of {@link #REQUESTS} with buffers that were still in use. */
    ESCAPES("escapes", Meter.Type.COUNTER, null, "Requests that ended with buffers in use", RequestArenaStats::escapes),

    /** How many buffers these were. */
    ESCAPED_BUFFERS(
            "escaped.buffers",
            Meter.Type.COUNTER,
            null,
            "Buffers in use when their request ended",
            RequestArenaStats::escapedBuffers),

    /** Buffers that were refused because of a request's budget. */
    BUDGET_HITS("budget.hits", Meter.Type.COUNTER, null, "Buffers refused by a budget", RequestArenaStats::budgetHits),

    /** Bytes that the requests used altogether: divided by {@link #REQUESTS}, what one uses on average. */
    USED("used", Meter.Type.COUNTER, "bytes", "Bytes that requests have used", RequestArenaStats::usedBytes),

    /** Runs that event loops keep for later requests: with their buffer objects, without memory. */
    RETAINED_RUNS(
            "retained.runs", Meter.Type.GAUGE, "runs", "Runs kept for later requests", RequestArenaStats::retainedRuns),

    /**
     * How many requests used no more than {@link Key#LE} bytes, from 255 in steps of four times as much, and all; as the buckets of a
     * Prometheus histogram are: for {@code histogram_quantile}.
     */
    BUCKETS("requests.upto", Meter.Type.COUNTER, null, "Requests that used no more than so many bytes", stats -> {
        throw new IllegalStateException("has a value for each bucket only");
    });

    private static final String PREFIX = "ashlar.request.arena.";

    private final String name;
    private final Meter.Type type;
    private final @Nullable String baseUnit;
    private final String description;
    private final ToDoubleFunction<RequestArenaStats> value;

    RequestArenaMeters(
            String name,
            Meter.Type type,
            @Nullable String baseUnit,
            String description,
            ToDoubleFunction<RequestArenaStats> value) {
        this.name = PREFIX + name;
        this.type = type;
        this.baseUnit = baseUnit;
        this.description = description;
        this.value = value;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public Meter.Type getType() {
        return type;
    }

    @Override
    public @Nullable String getBaseUnit() {
        return baseUnit;
    }

    @Override
    public String getPrefix() {
        return PREFIX;
    }

    @Override
    public KeyName[] getKeyNames() {
        return this == BUCKETS ? Key.values() : new KeyName[] {Key.NAME};
    }

    /**
     * What the meter says, in one line, as registries show it.
     *
     * @return the description
     */
    public String description() {
        return description;
    }

    /** The meter's value in one set of figures. */
    double read(RequestArenaStats stats) {
        return value.applyAsDouble(stats);
    }

    /** The keys of the tags that the meters carry. */
    public enum Key implements KeyName {
        /** The allocator's name, as it was given to its builder. */
        NAME("name"),

        /** Of a bucket: the most bytes that a request in it used; {@code +Inf} for all. */
        LE("le");

        private final String key;

        Key(String key) {
            this.key = key;
        }

        @Override
        public String asString() {
            return key;
        }
    }
}
