// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.pool.ShardStats;
import io.micrometer.common.docs.KeyName;

/** The meters of each shard of an allocator: names, units, and what each of them says. */
public enum ShardMeters implements FigureMeter<ShardStats> {
    /** Buffers handed out. One event loop far above the others has more than its share of the connections. */
    ALLOCATIONS(Figure.counter("allocations", "Buffers handed out", ShardStats::allocations)),

    /** Buffers of its own that its owner has returned. */
    FREES(Figure.counter("frees", "Buffers returned by its owner", ShardStats::frees)),

    /** Buffers of other shards that its owner has returned. */
    REMOTE_FREES(
            Figure.counter("remote.frees", "Buffers of other shards returned by its owner", ShardStats::remoteFrees)),

    /** Bytes of its slabs. */
    SLABS(Figure.bytes("slabs", "Bytes of the slabs", ShardStats::slabBytes)),

    /** Bytes of the large blocks that it keeps for the next requests. */
    CACHED(Figure.bytes("cached", "Bytes of large blocks kept", ShardStats::cachedBytes));

    private static final String PREFIX = "ashlar.allocator.shard.";

    private final Figure<ShardStats> figure;

    ShardMeters(Figure<ShardStats> figure) {
        this.figure = figure.under(PREFIX);
    }

    @Override
    public Figure<ShardStats> figure() {
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
        /** The allocator's name, as it was given to its builder. */
        NAME("name"),

        /** The name of the thread that owns the shard, or {@code stripe-<number>}. */
        SHARD("shard");

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
