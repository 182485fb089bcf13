// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.micrometer.common.docs.KeyName;

/** More meters of an allocator, of what its pools do not count themselves. They belong to {@link MeterLevel#DETAILED}. */
public enum MemoryMeters implements FigureMeter<MemoryMeters.Figures> {
    /**
     * Bytes of the regions that are in the machine's memory, where the operating system tells: on Linux. It is found out anew
     * when somebody asks after ten seconds. Elsewhere {@code NaN}.
     */
    RESIDENT(Figure.bytes(
            "resident",
            "Bytes of regions in the machine's memory",
            figures -> figures.residentBytes() < 0 ? Double.NaN : figures.residentBytes())),

    /** Bytes of heap buffers that found no room in the pool of heap buffers. */
    UNPOOLED(Figure.bytes("unpooled", "Bytes of heap buffers outside of the pool", Figures::unpooledBytes)),

    /** How often {@code buffer()} returned a heap buffer because direct memory was exhausted, where the allocator may do so. */
    HEAP_FALLBACKS(Figure.counter(
            "heap.fallbacks", "Heap buffers in place of direct ones that were not to be had", Figures::heapFallbacks));

    /**
     * What they show.
     *
     * @param residentBytes the bytes of the regions that are resident, or -1 if that is unknown
     * @param unpooledBytes the bytes of heap buffers that found no room in the pool of heap buffers
     * @param heapFallbacks how often a heap buffer had to take the place of a direct one
     */
    public record Figures(long residentBytes, long unpooledBytes, long heapFallbacks) {}

    private static final String PREFIX = "ashlar.allocator.";

    private final Figure<Figures> figure;

    MemoryMeters(Figure<Figures> figure) {
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
