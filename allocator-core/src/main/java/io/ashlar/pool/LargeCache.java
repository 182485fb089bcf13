// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The large blocks that a shard keeps after they were freed: a short stack for each power of two, bounded in bytes
 * altogether. They stay where they are in their regions, hence taking one is a few reads and writes, and no lock.
 *
 * <pre>
 *   law: bytes == sum of the lengths of all runs kept  &lt;=  limit
 * </pre>
 *
 * <p>Synchronization: used by the owner of the shard only; but a scrape reads {@link #bytes}, which is written as opaque stores.
 */
final class LargeCache<V> {

    private static final int LOG_DEPTH = 4;
    private static final int DEPTH = 1 << LOG_DEPTH;
    private static final int ORDERS = 31;

    private static final VarHandle BYTES;

    static {
        try {
            BYTES = MethodHandles.lookup()
                    .findVarHandle(LargeCache.class, "bytes", int.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int limit;
    private final @Nullable LargeRun<V>[] kept;
    private final int[] counts = new int[ORDERS];
    /** The least that each of `counts` has been since {@link #startInterval()}. */
    private final int[] least = new int[ORDERS];

    private int bytes;

    @SuppressWarnings({"unchecked", "rawtypes"})
    LargeCache(int limit) {
        this.limit = limit;
        this.kept = (LargeRun<V>[]) new LargeRun[limit == 0 ? 0 : ORDERS << LOG_DEPTH];
    }

    /** Takes a run of just that length, a power of two or more than a region; null if there is none. */
    @Nullable
    LargeRun<V> take(int runBytes) {
        int order = orderOf(runBytes);
        int last = counts[order] - 1;
        if (last < 0) {
            return null;
        }
        int slot = (order << LOG_DEPTH) + last;
        LargeRun<V> run = kept[slot];
        assert run != null;
        counts[order] = last;
        if (last < least[order]) {
            least[order] = last;
        }
        BYTES.setOpaque(this, bytes - runBytes);
        return run;
    }

    /** Keeps a run that is a power of two long; returns false if there is no room for it. */
    boolean offer(LargeRun<V> run) {
        int runBytes = run.bytes();
        int order = orderOf(runBytes);
        int count = counts[order];
        if (runBytes > limit - bytes || count == DEPTH || run.region().isDedicated()) {
            return false;
        }
        int slot = (order << LOG_DEPTH) + count;
        if (kept[slot] != run) { // mostly the one that was taken last: a collector's barrier can cost a fence per store
            kept[slot] = run;
        }
        counts[order] = count + 1;
        BYTES.setOpaque(this, bytes + runBytes);
        return true;
    }

    /** Takes whatever there is. */
    @Nullable
    LargeRun<V> takeAny() {
        for (int order = 0; order < ORDERS; order++) {
            if (counts[order] > 0) {
                return take(1 << order);
            }
        }
        return null;
    }

    /** How many bytes are kept; called by anybody. */
    int bytes() {
        return (int) BYTES.getOpaque(this);
    }

    /** Takes one that nobody has needed since {@link #startInterval()}. */
    @Nullable
    LargeRun<V> takeIdle() {
        for (int order = 0; order < ORDERS; order++) {
            if (least[order] > 0) {
                least[order]--;
                return take(1 << order);
            }
        }
        return null;
    }

    /** From here on it is noted what is needed. */
    void startInterval() {
        System.arraycopy(counts, 0, least, 0, ORDERS);
    }

    private static int orderOf(int runBytes) {
        return 31 - Integer.numberOfLeadingZeros(runBytes);
    }

    void checkInvariants() {
        long sum = 0;
        for (int order = 0; order < kept.length >> LOG_DEPTH; order++) {
            for (int i = 0; i < DEPTH; i++) {
                LargeRun<V> run = kept[(order << LOG_DEPTH) + i];
                if (i >= counts[order]) {
                    continue; // out, or elsewhere, since it was taken
                }
                if (run == null || run.bytes() != 1 << order) {
                    throw new IllegalStateException("order=" + order + " count=" + counts[order] + " keeps " + run);
                }
                sum += run.bytes();
            }
        }
        if (sum != bytes || sum > limit) {
            throw new IllegalStateException("bytes=" + bytes + " counted=" + sum + " limit=" + limit);
        }
    }
}
