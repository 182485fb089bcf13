// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.pool.PoolStats;
import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one allocator: names, units, and what each of them says.
 *
 * <p>At any quiet moment requested ≤ used ≤ reserved ≤ limit, and outstanding = allocations − frees.
 */
public enum AllocatorMeters implements MeterDocumentation {
    /** Bytes that callers asked for, of all outstanding buffers. */
    REQUESTED("requested", Meter.Type.GAUGE, "bytes", "Bytes that callers asked for", PoolStats::requestedBytes),

    /** Bytes of the blocks that outstanding buffers are bound to. What exceeds requested is internal waste. */
    USED("used", Meter.Type.GAUGE, "bytes", "Bytes in outstanding blocks", PoolStats::usedBytes),

    /** Bytes of all regions held from the operating system. */
    RESERVED("reserved", Meter.Type.GAUGE, "bytes", "Bytes of regions held from the OS", PoolStats::reservedBytes),

    /** The ceiling of reserved: what exceeds it is refused. */
    LIMIT("limit", Meter.Type.GAUGE, "bytes", "The most bytes of regions that may be held", PoolStats::limitBytes),

    /** Buffers handed out and not yet returned. An idle server whose value keeps rising leaks. */
    OUTSTANDING(
            "outstanding",
            Meter.Type.GAUGE,
            "buffers",
            "Buffers handed out and not yet returned",
            PoolStats::outstanding),

    /** Buffers handed out since the allocator was made. */
    ALLOCATIONS("allocations", Meter.Type.COUNTER, null, "Buffers handed out", PoolStats::allocations),

    /** Buffers returned since the allocator was made. */
    FREES("frees", Meter.Type.COUNTER, null, "Buffers returned", PoolStats::frees),

    /** Those of {@link #FREES} that came from a thread that does not own the block's shard. */
    REMOTE_FREES(
            "remote.frees", Meter.Type.COUNTER, null, "Buffers returned by another thread", PoolStats::remoteFrees),

    /** Requests that could not be served. */
    FAILURES("failures", Meter.Type.COUNTER, null, "Requests that could not be served", PoolStats::failures),

    /** Regions that came from a substitute of the kind of memory that was configured. */
    SOURCE_FALLBACKS(
            "source.fallbacks",
            Meter.Type.COUNTER,
            null,
            "Regions that came from a substitute source",
            PoolStats::sourceFallbacks),

    /** Regions held from the operating system. */
    REGIONS("regions", Meter.Type.GAUGE, null, "Regions held from the OS", PoolStats::regions),

    /** Shards that an event loop thread owns at the moment. */
    SHARDS("shards", Meter.Type.GAUGE, null, "Shards owned by event loop threads", PoolStats::ownedShards);

    private static final String PREFIX = "ashlar.allocator.";

    private final String name;
    private final Meter.Type type;
    private final @Nullable String baseUnit;
    private final String description;
    private final ToDoubleFunction<PoolStats> value;

    AllocatorMeters(
            String name,
            Meter.Type type,
            @Nullable String baseUnit,
            String description,
            ToDoubleFunction<PoolStats> value) {
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

    /** The meter's value in one set of figures. */
    double read(PoolStats stats) {
        return value.applyAsDouble(stats);
    }

    /** The keys of the tags that each of the meters carries. */
    public enum Key implements KeyName {
        /** The allocator's name, as it was given to its builder: the same after each restart. */
        NAME("name"),

        /** The kind of memory that regions come from, such as {@code mapped}. */
        KIND("kind");

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
