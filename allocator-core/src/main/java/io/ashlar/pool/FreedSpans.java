// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.MemoryRegion;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What of one region has been in a run, is free now, and may still be resident: it can be {@linkplain MemoryRegion#discard
 * discarded} although the region stays.
 *
 * <p>Three sets with a bit for each of the shortest runs. What is discarded are units of the operating system, which may be
 * as long as several of them: a unit goes when none of it is taken and some of it was freed, and so none goes twice
 * unless it was used in between.
 *
 * <pre>
 *   taken    lies in a run
 *   freed    lies in none, but did since it was discarded last
 *   lately   was freed since the last look
 *   law: taken and freed have no bit in common
 * </pre>
 *
 * <p>Synchronization: used under the lock of {@link Regions} only.
 */
final class FreedSpans {

    /** What {@link #discardSome} returns when it has seen the whole region. */
    static final int END = -1;

    // What one call may discard, since others wait for the lock meanwhile: tenths of a millisecond either way.
    static final int MOST_SPANS = 64;
    static final int MOST_BYTES = 1 << 20;

    private static final int GRAIN_SHIFT = Integer.numberOfTrailingZeros(Region.SMALLEST_RUN);

    private final MemoryRegion memory;
    private final int grains;
    private final int grainsPerUnit;
    private final AtomicLong discardedBytes;
    private final BitSet taken;
    private final BitSet freed;
    private final BitSet lately;

    /**
     * Nothing is taken yet.
     *
     * @param memory of the region
     * @param unit what its source can discard, in bytes: a power of two
     * @param discardedBytes counts what was discarded, here and elsewhere
     */
    FreedSpans(MemoryRegion memory, int unit, AtomicLong discardedBytes) {
        this.memory = memory;
        this.grains = memory.size() >>> GRAIN_SHIFT;
        this.grainsPerUnit = Math.max(1, unit >>> GRAIN_SHIFT);
        this.discardedBytes = discardedBytes;
        this.taken = new BitSet(grains);
        this.freed = new BitSet(grains);
        this.lately = new BitSet(grains);
    }

    /** A run of so many bytes begins here, or has become as long. */
    void take(int offset, int bytes) {
        int from = offset >>> GRAIN_SHIFT;
        int to = from + (bytes >>> GRAIN_SHIFT);
        taken.set(from, to);
        freed.clear(from, to);
    }

    /** The run of so many bytes that began here is no more. */
    void putBack(int offset, int bytes) {
        int from = offset >>> GRAIN_SHIFT;
        int to = from + (bytes >>> GRAIN_SHIFT);
        taken.clear(from, to);
        freed.set(from, to);
        lately.set(from, to);
    }

    /**
     * Discards what may be, from a place on: at most {@value #MOST_SPANS} spans, of {@value #MOST_BYTES} bytes together and at
     * least a unit. Looks at each of the shortest runs of the region at most once.
     *
     * @param from 0, or what the last call of the same pass has returned
     * @param idleOnly whether to leave what was freed since the last pass
     * @return where to go on, or {@link #END}
     */
    int discardSome(int from, boolean idleOnly) {
        int left = MOST_BYTES >>> GRAIN_SHIFT;
        int at = from;
        for (int spans = 0; spans < MOST_SPANS && left > 0; spans++) {
            int start = nextToGo(at, idleOnly);
            if (start >= grains) {
                lately.clear();
                return END;
            }
            int end = start + grainsPerUnit;
            while (end - start < left && mayGo(end, idleOnly)) {
                end += grainsPerUnit;
            }
            if (!discard(start, end)) {
                return END;
            }
            left -= end - start;
            at = end;
        }
        return at;
    }

    private int nextToGo(int from, boolean idleOnly) {
        int next = freed.nextSetBit(from);
        while (next >= 0) {
            int unit = next & -grainsPerUnit;
            if (mayGo(unit, idleOnly)) {
                return unit;
            }
            next = freed.nextSetBit(unit + grainsPerUnit);
        }
        return grains;
    }

    /** Whether the unit that begins at a grain lies in the region, is free as a whole, and was used since it was discarded. */
    private boolean mayGo(int unit, boolean idleOnly) {
        int end = unit + grainsPerUnit;
        return end <= grains
                && any(freed, unit, end)
                && !any(taken, unit, end)
                && !(idleOnly && any(lately, unit, end));
    }

    private static boolean any(BitSet set, int from, int to) {
        for (int i = from; i < to; i++) {
            if (set.get(i)) {
                return true;
            }
        }
        return false;
    }

    private boolean discard(int from, int to) {
        int bytes = (to - from) << GRAIN_SHIFT;
        freed.clear(from, to);
        if (!memory.discard(from << GRAIN_SHIFT, bytes)) {
            freed.clear(); // as of a substitute of mapped memory: it will not be otherwise the next time
            return false;
        }
        discardedBytes.addAndGet(bytes);
        return true;
    }

    /** Verifies the law, and that so many bytes lie in runs. */
    void checkInvariants(int takenBytes) {
        if (taken.intersects(freed) || taken.cardinality() << GRAIN_SHIFT != takenBytes) {
            throw new IllegalStateException("taken=" + taken + " freed=" + freed + " takenBytes=" + takenBytes);
        }
    }
}
