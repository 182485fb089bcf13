// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.pool.SizeClassStats;
import io.micrometer.common.docs.KeyName;

/** The meters of each size class of an allocator: names, units, and what each of them says. Of the buffers that lie in slabs, up to 32 KiB. */
public enum SizeClassMeters implements FigureMeter<SizeClassStats> {
    /** Buffers of the class that are handed out and not yet returned. */
    OUTSTANDING(Figure.gauge("outstanding", "buffers", "Buffers handed out", SizeClassStats::outstanding)),

    /** Buffers of the class that were handed out since the allocator was made. */
    ALLOCATIONS(Figure.counter("allocations", "Buffers handed out", SizeClassStats::allocations)),

    /** Buffers of the class that were returned since the allocator was made. */
    FREES(Figure.counter("frees", "Buffers returned", SizeClassStats::frees)),

    /** Bytes of the slabs that are cut into buffers of the class. */
    SLABS(Figure.gauge("slabs", "bytes", "Bytes of the slabs", SizeClassStats::slabBytes)),

    /** Which part of these slabs is handed out, from 0 to 1. Low for long, with many bytes: external fragmentation. */
    OCCUPANCY(Figure.gauge("occupancy", null, "Part of the slabs that is handed out", SizeClassStats::occupancy));

    private static final String PREFIX = "ashlar.allocator.size.class.";

    private final Figure<SizeClassStats> figure;

    SizeClassMeters(Figure<SizeClassStats> figure) {
        this.figure = figure.under(PREFIX);
    }

    @Override
    public Figure<SizeClassStats> figure() {
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

        /** The length of the class's blocks, in bytes. */
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
