// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.message.ObjectPool;
import io.ashlar.message.ObjectPoolStats;
import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The meters of a pool of message objects: names, units, and what each of them says. */
public enum ObjectPoolMeters implements MeterDocumentation {
    /** Objects that were handed out. */
    ACQUIRED("acquired", Meter.Type.COUNTER, null, "Objects handed out", ObjectPoolStats::acquired),

    /** Objects that came back. */
    RELEASED("released", Meter.Type.COUNTER, null, "Objects that came back", ObjectPoolStats::released),

    /** Objects that are out. If this grows while traffic does not, some are never released. */
    OUTSTANDING("outstanding", Meter.Type.GAUGE, "objects", "Objects that are out", ObjectPoolStats::outstanding),

    /** How many may be out at once; infinite if only the limit of the memory counts. */
    CAPACITY(
            "capacity",
            Meter.Type.GAUGE,
            "objects",
            "Objects that may be out at once",
            stats -> stats.capacity() == ObjectPool.NO_CAPACITY ? Double.POSITIVE_INFINITY : stats.capacity()),

    /** Requests that got no object, because none was left. */
    EXHAUSTED("exhausted", Meter.Type.COUNTER, null, "Requests that got no object", ObjectPoolStats::exhausted),

    /** Requests that had to wait for an object. */
    WAITS("waits", Meter.Type.COUNTER, null, "Requests that had to wait", ObjectPoolStats::waits),

    /** How long they waited: divided by {@link #WAITS}, what a wait takes on average. */
    WAIT_TIME(
            "wait.time",
            Meter.Type.COUNTER,
            "seconds",
            "Time spent waiting for an object",
            stats -> stats.waitNanos() / (double) TimeUnit.SECONDS.toNanos(1)),

    /** Bytes of the objects that are out, as their schema has them. */
    REQUESTED(
            "requested",
            Meter.Type.GAUGE,
            "bytes",
            "Bytes of the objects that are out",
            stats -> stats.memory().requestedBytes()),

    /** Bytes that the pool holds from its source of memory. */
    RESERVED(
            "reserved",
            Meter.Type.GAUGE,
            "bytes",
            "Bytes held from the source of memory",
            stats -> stats.memory().reservedBytes()),

    /** The ceiling of {@link #RESERVED}. */
    LIMIT(
            "limit",
            Meter.Type.GAUGE,
            "bytes",
            "Ceiling of the bytes held",
            stats -> stats.memory().limitBytes());

    private static final String PREFIX = "ashlar.object.pool.";

    private final String name;
    private final Meter.Type type;
    private final @Nullable String baseUnit;
    private final String description;
    private final ToDoubleFunction<ObjectPoolStats> value;

    ObjectPoolMeters(
            String name,
            Meter.Type type,
            @Nullable String baseUnit,
            String description,
            ToDoubleFunction<ObjectPoolStats> value) {
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
    double read(ObjectPoolStats stats) {
        return value.applyAsDouble(stats);
    }

    /** The keys of the tags that the meters carry. */
    public enum Key implements KeyName {
        /** The pool's name, as it was given to its builder. */
        NAME("name");

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
