// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import io.ashlar.pool.RegionStats.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The regions of a pool, and the runs cut from them.
 *
 * <p>The slabs of each small size class have regions of their own: a {@link RegionGroup}. So a small block that lives long keeps
 * a region with blocks of its size, and not one that held everything else, too. The other runs share one more group. Where the limit or the
 * source leaves no room for another region, a run may lie in a region of any group.
 *
 * <p>Synchronization: every field is guarded by {@link #lock}; what a scrape reads without it is volatile, and its arrays are replaced, never
 * changed. Nobody waits for a shard's lock while holding this one.
 */
final class Regions {

    private static final int OS_PAGE = 4096;

    /** The blocks up to so many bytes are small: their slabs lie apart. */
    private static final int LARGEST_APART = 1024;

    /** The first region of a small size class, at most. */
    private static final int FIRST_REGION = 64 << 10;

    /** What part of the limit it may have. */
    private static final int FIRST_REGION_PART = 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final String pool;
    private final MemorySource source;
    private final int regionSize;
    private final boolean discardFreeRuns;

    /** One for each small size class, and the last for all else. */
    private final RegionGroup[] groups;
    // Synchronization: volatile; replaced under the lock.
    private volatile Region[] dedicated = new Region[0];
    private boolean closed;
    private final List<Region> stuck = new ArrayList<>();
    // Synchronization: atomic.
    private final AtomicLong returnedBytes = new AtomicLong();
    // Synchronization: atomic.
    private final AtomicLong discardedBytes = new AtomicLong();
    // Synchronization: volatile; written under the lock.
    private volatile int stuckCount;

    Regions(String pool, MemorySource source, int regionSize, int sizeClasses, boolean discardFreeRuns) {
        this.discardFreeRuns = discardFreeRuns;
        this.pool = pool;
        this.source = source;
        this.regionSize = regionSize;
        int apart = source.servesManyAtOnce() ? Math.min(sizeClasses, SizeClasses.indexOf(LARGEST_APART) + 1) : 0;
        this.groups = new RegionGroup[apart + 1];
        int first = firstRegionBytes();
        for (int i = 0; i < apart; i++) {
            groups[i] = new RegionGroup(first, regionSize);
        }
        groups[apart] = new RegionGroup(regionSize, regionSize);
    }

    /** So short that the first ones of all classes together take little of the limit. */
    private int firstRegionBytes() {
        long part = Long.highestOneBit(source.limit() / FIRST_REGION_PART);
        return (int) Math.min(Math.min(FIRST_REGION, regionSize), Math.max(Region.SMALLEST_RUN, part));
    }

    private RegionGroup groupOf(Run<?> run) {
        int last = groups.length - 1;
        return groups[run instanceof SlabRun<?> slab ? Math.min(slab.sizeClass, last) : last];
    }

    int regionSize() {
        return regionSize;
    }

    MemorySource source() {
        return source;
    }

    ReentrantLock lock() {
        return lock;
    }

    // ---- for a scrape, without the lock

    /** How many regions are held. */
    int count() {
        return shared().size() + dedicated.length;
    }

    private List<Region> shared() {
        List<Region> all = new ArrayList<>();
        for (RegionGroup group : groups) {
            group.addTo(all);
        }
        return all;
    }

    /** What part of the free bytes lies outside of the longest free run of its region. */
    double fragmentation() {
        long free = 0;
        long largest = 0;
        for (Region region : shared()) {
            free += region.freeBytes();
            largest += region.largestFree();
        }
        return free == 0 ? 0 : Math.max(0, 1 - largest / (double) free);
    }

    /** Bytes of regions that went back to the source. */
    long returnedBytes() {
        return returnedBytes.get();
    }

    /** Bytes of free runs that went back to the operating system while their region stayed. */
    long discardedBytes() {
        return discardedBytes.get();
    }

    /** Whether free runs are discarded, and the source still can do it. */
    boolean discardsFreeRuns() {
        return discardFreeRuns && source.discardUnit() > 0;
    }

    /** What lies where. */
    List<RegionStats> stats() {
        List<RegionStats> all = new ArrayList<>();
        for (Region region : shared()) {
            all.add(region.stats());
        }
        for (Region region : dedicated) {
            all.add(region.stats());
        }
        return all;
    }

    // ---- runs

    /**
     * Finds a place for a run. O(regions + levels of a Buddy), and now and then a new region.
     *
     * @param run gets the place
     * @param bytes its length: a power of two from {@link Region#SMALLEST_RUN}, or more than a region holds
     * @param budget who takes it
     * @return false if neither the budget, nor the regions and the source have as much left
     */
    boolean allocate(Run<?> run, int bytes, Budget budget) {
        lock.lock();
        try {
            int taken = bytes > regionSize ? dedicatedBytes(bytes) : bytes;
            if (budget.refusing(taken) != null) {
                return false;
            }
            boolean found = bytes > regionSize ? allocateDedicated(run, taken) : allocateShared(run, bytes);
            if (found) {
                budget.fetched(taken);
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    private boolean allocateShared(Run<?> run, int bytes) {
        RegionGroup group = groupOf(run);
        Region region = group.withRoomFor(bytes);
        if (region == null) {
            region = openShared(group, bytes);
        }
        if (region == null) {
            region = anyWithRoomFor(bytes);
        }
        if (region == null && closeEmpty()) {
            region = openShared(group, bytes);
        }
        if (region == null) {
            return false;
        }
        region.group().beforeTaking(region);
        run.bind(region, region.take(bytes, run.isLarge() ? Kind.LARGE : Kind.SLAB), bytes);
        return true;
    }

    /** Those of the small size classes come first: what holds small blocks already is kept by them anyway. */
    private @Nullable Region anyWithRoomFor(int bytes) {
        for (RegionGroup group : groups) {
            Region region = group.withRoomFor(bytes);
            if (region != null) {
                return region;
            }
        }
        return null;
    }

    /** Near the limit a shorter region may still fit where the one that is wanted does not. */
    private @Nullable Region openShared(RegionGroup group, int atLeast) {
        closeStuck();
        int wanted = group.nextRegionBytes(source.limit() - source.reserved());
        for (int size = Math.max(wanted, atLeast); size >= atLeast; size >>= 1) {
            MemoryRegion memory = obtain(new Layout(size, OS_PAGE));
            if (memory != null) {
                return register(memory, group);
            }
        }
        return null;
    }

    private @Nullable MemoryRegion obtain(Layout layout) {
        Object event = PoolEvents.beginMap();
        MemoryRegion memory = source.tryAcquire(layout);
        if (memory != null) {
            PoolEvents.mapped(event, pool, source.kind(), memory, source.reserved());
        }
        return memory;
    }

    private Region register(MemoryRegion memory, RegionGroup group) {
        try {
            return group.add(memory, newFreedSpans(memory));
        } catch (Throwable e) {
            memory.close();
            throw e;
        }
    }

    private @Nullable FreedSpans newFreedSpans(MemoryRegion memory) {
        return discardsFreeRuns() ? new FreedSpans(memory, source.discardUnit(), discardedBytes) : null;
    }

    private static int dedicatedBytes(int bytes) {
        return bytes > Integer.MAX_VALUE - OS_PAGE ? bytes : (bytes + OS_PAGE - 1) & -OS_PAGE;
    }

    private boolean allocateDedicated(Run<?> run, int bytes) {
        MemoryRegion memory = obtain(new Layout(bytes, 1));
        if (memory == null && closeEmpty()) {
            memory = obtain(new Layout(bytes, 1));
        }
        if (memory == null) {
            return false;
        }
        try {
            Region region = Region.dedicated(memory);
            Region[] more = Arrays.copyOf(dedicated, dedicated.length + 1);
            more[more.length - 1] = region;
            run.bind(region, 0, bytes);
            dedicated = more;
        } catch (Throwable e) {
            memory.close();
            throw e;
        }
        return true;
    }

    /**
     * Takes a run back.
     *
     * @param budget who took it
     * @return a region that is empty now and goes to {@link #giveBack}, once this lock is no longer held; null if there
     *     is none
     */
    @Nullable
    Region free(Run<?> run, Budget budget) {
        lock.lock();
        try {
            Region region = run.region();
            budget.giveBack(run.bytes());
            if (!region.isDedicated()) {
                region.putBack(run.offset());
            }
            run.unbind();
            return settle(region);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives an empty region back to the source. If that fails it is tried again later on: the JDK refuses it while an I/O
     * operation is using the memory, which means that somebody kept an NIO buffer longer than its block.
     */
    void giveBack(Region region) {
        try {
            Object event = PoolEvents.beginUnmap();
            region.close();
            PoolEvents.unmapped(event, pool, region.memory(), region.address(), source.reserved());
            returnedBytes.addAndGet(region.memory().size());
        } catch (RuntimeException | Error failed) {
            lock.lock();
            try {
                stuck.add(region);
                stuckCount = stuck.size();
            } finally {
                lock.unlock();
            }
            MemoryPool.log(
                    System.Logger.Level.DEBUG,
                    "a region of " + region.memory().size()
                            + " bytes could not be given back, and is tried again later",
                    failed);
        }
    }

    private void closeStuck() {
        if (!stuck.isEmpty()) {
            List<Region> again = List.copyOf(stuck);
            stuck.clear();
            stuckCount = 0;
            again.forEach(this::giveBack);
        }
    }

    /** Tries again to give back what was in use. Takes no lock unless there is something, and never waits for it. */
    void retryStuck() {
        if (stuckCount > 0 && lock.tryLock()) {
            try {
                closeStuck();
            } finally {
                lock.unlock();
            }
        }
    }

    private @Nullable Region settle(Region region) {
        if (region.isDedicated()) {
            dedicated =
                    Arrays.stream(dedicated).filter(other -> other != region).toArray(Region[]::new);
            return region;
        }
        return region.group().settle(region, !closed);
    }

    /** Lengthens a large block's run in place, if the memory behind it is free. */
    boolean tryGrow(Run<?> run, int bytes, Budget budget) {
        lock.lock();
        try {
            Region region = run.region();
            int more = LargeBlocks.ceilingPowerOfTwo(bytes) - run.bytes();
            if (region.isDedicated() || budget.refusing(more) != null) {
                return false;
            }
            int grown = region.tryGrow(run.offset(), bytes, Kind.LARGE);
            if (grown == 0) {
                return false;
            }
            budget.take(grown - run.bytes());
            run.resize(grown);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives empty regions back to the source.
     *
     * @return true if there was one
     */
    boolean closeEmpty() {
        lock.lock();
        try {
            boolean any = false;
            for (RegionGroup group : groups) {
                any |= closeEmpty(group);
            }
            closeStuck();
            return any;
        } finally {
            lock.unlock();
        }
    }

    private boolean closeEmpty(RegionGroup group) {
        Region region = group.removeEmpty();
        if (region == null) {
            return false;
        }
        giveBack(region);
        return true;
    }

    /** Gives the empty regions back that are kept, where they have been empty since this was called last. */
    void closeIdle() {
        lock.lock();
        try {
            for (RegionGroup group : groups) {
                if (group.wasIdle()) {
                    closeEmpty(group);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Discards free runs in regions that stay. O(bytes freed since the last time), region by region; the lock is held for
     * {@link FreedSpans#MOST_BYTES} at a time.
     *
     * @param idleOnly whether to leave what was freed since this was called last
     */
    void discardFree(boolean idleOnly) {
        if (!discardFreeRuns) {
            return;
        }
        for (Region region : shared()) {
            for (int next = 0; next != FreedSpans.END; next = discardSome(region, next, idleOnly)) {
                if (lock.hasQueuedThreads()) {
                    Thread.yield(); // or the lock would be taken again before they are awake
                }
            }
        }
    }

    private int discardSome(Region region, int from, boolean idleOnly) {
        lock.lock();
        try {
            // It may be gone by now, and its memory with it.
            return region.group().holds(region) ? region.discardSome(from, idleOnly) : FreedSpans.END;
        } finally {
            lock.unlock();
        }
    }

    /** From now on a region goes back to the source as soon as it is empty. */
    void close() {
        lock.lock();
        try {
            closed = true;
            closeEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Verifies the laws, also that the root's budget knows of every run. */
    void checkInvariants(Budget root) {
        lock.lock();
        try {
            long taken = 0;
            for (Region region : shared()) {
                taken += region.memory().size() - region.freeBytes();
            }
            for (Region region : dedicated) {
                taken += region.memory().size();
            }
            if (taken != root.taken()) {
                throw new IllegalStateException("bytes of all runs=" + taken + " but " + root);
            }
            root.checkInvariants();
            for (RegionGroup group : groups) {
                group.checkInvariants(closed);
            }
        } finally {
            lock.unlock();
        }
    }
}
