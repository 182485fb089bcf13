// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.util.List;

/**
 * A region of a pool at about one moment, and what its memory serves for.
 *
 * @param address the native address of its first byte, or {@link io.ashlar.memory.MemoryRegion#NO_ADDRESS}
 * @param bytes its length
 * @param dedicated whether it serves a single block that is larger than the regions of the pool are
 * @param parts what lies in it, from its first byte to its last
 */
public record RegionStats(long address, int bytes, boolean dedicated, List<Part> parts) {

    /** What a part of a region serves for. */
    public enum Kind {
        /** Nothing. */
        FREE,

        /** A slab: many blocks of one size class. */
        SLAB,

        /** One large block, which is out, or kept by a shard for the next request. */
        LARGE,

        /** A large block that a bump cuts up, as request arenas do. One that lies in a slab counts as part of that. */
        BUMP
    }

    /**
     * A part of a region.
     *
     * @param kind what it serves for
     * @param offset where it begins, in bytes from the start of the region
     * @param bytes its length
     */
    public record Part(Kind kind, int offset, int bytes) {}

    /**
     * The bytes that are free to be cut into runs.
     *
     * @return bytes
     */
    public long freeBytes() {
        return parts.stream()
                .filter(part -> part.kind() == Kind.FREE)
                .mapToLong(Part::bytes)
                .sum();
    }
}
