// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.MemoryRegion;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shared regions that serve for the same: the slabs of one small size class, or everything else.
 *
 * <p>A run comes from the oldest region that has room, at the lowest address there, so that the younger regions empty
 * out and can go back to the source. One empty region is kept, so that a load around the edge of a region does not map
 * and unmap all the time; a second one goes back at once.
 *
 * <p>The regions of a size class begin short, and each further one is a part of all that the group has, up to the pool's region
 * size: so what is reserved for a class follows what its slabs take, and the few blocks of it that outlive a burst keep few bytes.
 *
 * <pre>
 *   law: emptyRegions == number of regions without an outstanding run
 *        emptyRegions is 0 or 1, and 0 once the pool is closed
 *        bytes == sum of the lengths of the regions
 * </pre>
 *
 * <p>Synchronization: every field is guarded by the lock of {@link Regions}; but a scrape reads the array without it.
 */
final class RegionGroup {

    /** What part of the group's bytes its next region has. */
    private static final int GROWTH_PART = 2;

    /** What part of the bytes below the limit that nobody has yet the next region may have. */
    private static final int ROOM_PART = 16;

    private final int shortest;
    private final int longest;

    // Synchronization: volatile; replaced under the lock, and never changed.
    private volatile @Nullable Region[] regions = {};
    private long bytes;
    private int emptyRegions;
    /** Whether a region became empty since {@link #wasIdle()}. */
    private boolean emptiedLately;

    /**
     * Makes a group without regions.
     *
     * @param shortest the length of the first region: a power of two
     * @param longest that of the regions of a group that is large: a power of two, at least as much
     */
    RegionGroup(int shortest, int longest) {
        this.shortest = shortest;
        this.longest = longest;
    }

    /**
     * How long the next region should be.
     *
     * @param room bytes below the limit that no region has
     * @return a power of two
     */
    int nextRegionBytes(long room) {
        long wanted = Math.min(longest, Math.min(bytes / GROWTH_PART, room / ROOM_PART));
        return (int) Math.max(shortest, Long.highestOneBit(wanted));
    }

    /** The oldest region that has room; null if there is none. O(regions). */
    @Nullable
    Region withRoomFor(int runBytes) {
        for (Region region : regions) {
            if (region != null && region.hasRoomFor(runBytes)) {
                return region;
            }
        }
        return null;
    }

    /** Makes a region of this group; it is empty. */
    Region add(MemoryRegion memory, @Nullable FreedSpans freed) {
        Region region = Region.shared(memory, this, freed);
        int length = memory.size();
        @Nullable Region[] all = regions;
        int slot = 0;
        while (slot < all.length && all[slot] != null) {
            slot++;
        }
        all = Arrays.copyOf(all, slot == all.length ? Math.max(4, 2 * slot) : all.length);
        all[slot] = region;
        regions = all;
        bytes += length;
        emptyRegions++;
        return region;
    }

    /** A run is about to be taken from one of the regions. */
    void beforeTaking(Region region) {
        if (region.isEmpty()) {
            emptyRegions--;
        }
    }

    /**
     * A run was put back into one of the regions.
     *
     * @param keepsEmpty whether an empty region may stay
     * @return a region that is empty and was removed, or null
     */
    @Nullable
    Region settle(Region region, boolean keepsEmpty) {
        if (!region.isEmpty()) {
            return null;
        }
        emptiedLately = true;
        emptyRegions++;
        if (keepsEmpty && emptyRegions == 1) {
            return null;
        }
        Region worse = keepsEmpty ? worseEmpty(region) : region;
        remove(worse);
        return worse;
    }

    /** Of two empty regions, one of which was emptied just now: the longer if the group grows and has shrunk now, else the shorter. */
    private Region worseEmpty(Region emptied) {
        for (Region other : regions) {
            if (other != null && other != emptied && other.isEmpty()) {
                int longer =
                        Integer.compare(other.memory().size(), emptied.memory().size());
                return (shortest < longest ? longer : -longer) > 0 ? other : emptied;
            }
        }
        return emptied;
    }

    /** Removes the empty region, if there is one. */
    @Nullable
    Region removeEmpty() {
        if (emptyRegions > 0) {
            for (Region region : regions) {
                if (region != null && region.isEmpty()) {
                    remove(region);
                    return region;
                }
            }
        }
        return null;
    }

    private void remove(Region region) {
        int length = region.memory().size();
        @Nullable Region[] fewer = regions.clone();
        fewer[Arrays.asList(fewer).indexOf(region)] = null;
        regions = fewer;
        bytes -= length;
        emptyRegions--;
    }

    /** Whether no region became empty since this was called last. */
    boolean wasIdle() {
        boolean idle = !emptiedLately;
        emptiedLately = false;
        return idle;
    }

    boolean holds(Region region) {
        return Arrays.asList(regions).contains(region);
    }

    /** Adds the regions to a list, the oldest first; called by anybody. */
    void addTo(List<Region> all) {
        for (Region region : regions) {
            if (region != null) {
                all.add(region);
            }
        }
    }

    void checkInvariants(boolean closed) {
        int empty = 0;
        long counted = 0;
        for (Region region : regions) {
            if (region != null) {
                region.checkInvariants();
                empty += region.isEmpty() ? 1 : 0;
                counted += region.memory().size();
            }
        }
        if (empty != emptyRegions || empty > 1 || (closed && empty > 0) || counted != bytes) {
            throw new IllegalStateException("emptyRegions=" + emptyRegions + " counted=" + empty + " closed=" + closed
                    + " bytes=" + bytes + " counted=" + counted);
        }
    }
}
