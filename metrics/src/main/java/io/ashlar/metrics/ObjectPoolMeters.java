// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.message.ObjectPool;
import io.ashlar.message.ObjectPoolStats;
import io.micrometer.common.docs.KeyName;
import java.util.concurrent.TimeUnit;

/** The meters of a pool of message objects: names, units, and what each of them says. */
public enum ObjectPoolMeters implements FigureMeter<ObjectPoolStats> {
    /** Objects that were handed out. */
    ACQUIRED(Figure.counter("acquired", "Objects handed out", ObjectPoolStats::acquired)),

    /** Objects that came back. */
    RELEASED(Figure.counter("released", "Objects that came back", ObjectPoolStats::released)),

    /** Objects that are out. If this grows while traffic does not, some are never released. */
    OUTSTANDING(Figure.gauge("outstanding", "objects", "Objects that are out", ObjectPoolStats::outstanding)),

    /** How many may be out at once; infinite if only the limit of the memory counts. */
    CAPACITY(Figure.gauge(
            "capacity",
            "objects",
            "Objects that may be out at once",
            stats -> stats.capacity() == ObjectPool.NO_CAPACITY ? Double.POSITIVE_INFINITY : stats.capacity())),

    /** Requests that got no object, because none was left. */
    EXHAUSTED(Figure.counter("exhausted", "Requests that got no object", ObjectPoolStats::exhausted)),

    /** Requests that had to wait for an object. */
    WAITS(Figure.counter("waits", "Requests that had to wait", ObjectPoolStats::waits)),

    /** How long they waited: divided by {@link #WAITS}, what a wait takes on average. */
    WAIT_TIME(Figure.counter(
            "wait.time",
            "seconds",
            "Time spent waiting for an object",
            stats -> stats.waitNanos() / (double) TimeUnit.SECONDS.toNanos(1))),

    /** Bytes of the objects that are out, as their schema has them. */
    REQUESTED(Figure.gauge(
            "requested",
            "bytes",
            "Bytes of the objects that are out",
            stats -> stats.memory().requestedBytes())),

    /** Bytes that the pool holds from its source of memory. */
    RESERVED(Figure.gauge(
            "reserved",
            "bytes",
            "Bytes held from the source of memory",
            stats -> stats.memory().reservedBytes())),

    /** The ceiling of {@link #RESERVED}. */
    LIMIT(Figure.gauge(
            "limit",
            "bytes",
            "Ceiling of the bytes held",
            stats -> stats.memory().limitBytes()));

    private static final String PREFIX = "ashlar.object.pool.";

    private final Figure<ObjectPoolStats> figure;

    ObjectPoolMeters(Figure<ObjectPoolStats> figure) {
        this.figure = figure.under(PREFIX);
    }

    @Override
    public Figure<ObjectPoolStats> figure() {
        return figure;
    }

    @Override
    public String getPrefix() {
        return PREFIX;
    }

    @Override
    public KeyName[] getKeyNames() {
        return Key.values();
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
