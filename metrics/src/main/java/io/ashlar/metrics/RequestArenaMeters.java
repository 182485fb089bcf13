// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.netty.RequestArenaStats;
import io.micrometer.common.docs.KeyName;

/** The meters of an allocator's request arenas: names, units, and what each of them says. */
public enum RequestArenaMeters implements FigureMeter<RequestArenaStats> {
    /** Requests under way. One that keeps rising means answers that are never completed. */
    OPEN(Figure.gauge("open", "requests", "Requests that have begun and not ended", RequestArenaStats::open)),

    /** Requests that have ended; each time an arena was reset, or left what was still in use. */
    REQUESTS(Figure.counter("requests", "Requests that have ended", RequestArenaStats::requests)),

    /** Those of {@link #REQUESTS} with buffers that were still in use. */
    ESCAPES(Figure.counter("escapes", "Requests that ended with buffers in use", RequestArenaStats::escapes)),

    /** How many buffers these were. */
    ESCAPED_BUFFERS(Figure.counter(
            "escaped.buffers", "Buffers in use when their request ended", RequestArenaStats::escapedBuffers)),

    /** Buffers that were refused because of a request's budget. */
    BUDGET_HITS(Figure.counter("budget.hits", "Buffers refused by a budget", RequestArenaStats::budgetHits)),

    /** Bytes that the requests used altogether: divided by {@link #REQUESTS}, what one uses on average. */
    USED(Figure.counter("used", "bytes", "Bytes that requests have used", RequestArenaStats::usedBytes)),

    /** Runs that event loops keep for later requests: with their buffer objects, without memory. */
    RETAINED_RUNS(
            Figure.gauge("retained.runs", "runs", "Runs kept for later requests", RequestArenaStats::retainedRuns)),

    /**
     * How many requests used no more than {@link Key#LE} bytes, from 255 in steps of four times as much, and all; as the buckets of a
     * Prometheus histogram are: for {@code histogram_quantile}.
     */
    BUCKETS(Figure.counter("requests.upto", "Requests that used no more than so many bytes", stats -> {
        throw new IllegalStateException("has a value for each bucket only");
    }));

    private static final String PREFIX = "ashlar.request.arena.";

    private final Figure<RequestArenaStats> figure;

    RequestArenaMeters(Figure<RequestArenaStats> figure) {
        this.figure = figure.under(PREFIX);
    }

    @Override
    public Figure<RequestArenaStats> figure() {
        return figure;
    }

    @Override
    public String getPrefix() {
        return PREFIX;
    }

    @Override
    public KeyName[] getKeyNames() {
        return this == BUCKETS ? Key.values() : new KeyName[] {Key.NAME};
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
