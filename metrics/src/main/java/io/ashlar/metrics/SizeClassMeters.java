// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.pool.SizeClassStats;
import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The meters of each size class of an allocator: names, units, and what each of them says. Of the buffers that lie in slabs, up to 32 KiB. */
public enum SizeClassMeters implements MeterDocumentation {
    /** Buffers of the class that are handed out and not yet returned. */
    OUTSTANDING("outstanding", Meter.Type.GAUGE, "buffers", "Buffers handed out", SizeClassStats::outstanding),

    /** Buffers of the class that were handed out since the allocator was made. */
    ALLOCATIONS("allocations", Meter.Type.COUNTER, null, "Buffers handed out", SizeClassStats::allocations),

    /** Buffers of the class that were returned since the allocator was made. */
    FREES("frees", Meter.Type.COUNTER, null, "Buffers returned", SizeClassStats::frees),

    /** Bytes of the slabs that are cut into buffers of the class. */
    SLABS("slabs", Meter.Type.GAUGE, "bytes", "Bytes of the slabs", SizeClassStats::slabBytes),

    /** Which part of these slabs is handed out, from 0 to 1. Low for long, with many bytes: external fragmentation. */
    OCCUPANCY("occupancy", Meter.Type.GAUGE, null, "Part of the slabs that is handed out", SizeClassStats::occupancy);

    private static final String PREFIX = "ashlar.allocator.size.class.";

    private final String name;
    private final Meter.Type type;
    private final @Nullable String baseUnit;
    private final String description;
    private final ToDoubleFunction<SizeClassStats> value;

    SizeClassMeters(
            String name,
            Meter.Type type,
            @Nullable String baseUnit,
            String description,
            ToDoubleFunction<SizeClassStats> value) {
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
        return Key.values();
    }

    /**
     * What the meter says, in one line, as registries show it.
     *
     * @return the description
     */
    public String description() {
        return description;
    }

    /** The meter's value in one class' figures. */
    double read(SizeClassStats stats) {
        return value.applyAsDouble(stats);
    }

    /** The keys of the tags that the meters carry. */
    public enum Key implements KeyName {
        /** The allocator's name, as it was given to its builder. */
        NAME("name"),

        /** The length of the class' blocks, in bytes. */
        SIZE_CLASS("size.class");

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
