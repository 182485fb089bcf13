// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/**
 * The figures of one size class of a pool at about one moment.
 *
 * @param blockBytes the length of its blocks
 * @param allocations the blocks that were ever handed out
 * @param frees the blocks that were ever freed
 * @param slabBytes the bytes of the slabs that are cut into such blocks now
 */
public record SizeClassStats(int blockBytes, long allocations, long frees, long slabBytes) {

    /**
     * The blocks that are handed out and not yet freed.
     *
     * @return blocks
     */
    public long outstanding() {
        return allocations - frees;
    }

    /**
     * How much of the slabs is handed out.
     *
     * @return from 0 to 1; 0 if there is no slab
     */
    public double occupancy() {
        return slabBytes == 0 ? 0 : Math.min(1, outstanding() * (double) blockBytes / slabBytes);
    }
}
