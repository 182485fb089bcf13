// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The blocks of one slab that other threads have freed and the owner has not yet collected: one bit each, in an object of
 * its own, away from what the owner uses all the time. So a thread that frees many blocks of one slab keeps writing one
 * cache line, which the owner touches only when it collects.
 *
 * <p>Happens-before: what a thread did with a block before {@link #mark} is visible to the owner after {@link #collect},
 * through the read-modify-write of the one and of the other on the same word.
 *
 * <p>{@code queued} tells whether the run is in its owner's queue, or about to be put there. Whoever marks a block sets the
 * bit first and looks at {@code queued} then; the owner resets {@code queued} first and looks at the bits then. All four
 * are volatile, so that at least one of the two sees what the other did.
 */
final class RemoteFrees {

    private static final VarHandle BITS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle QUEUED;

    static {
        try {
            QUEUED = MethodHandles.lookup().findVarHandle(RemoteFrees.class, "queued", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int count;

    // Synchronization: volatile read-modify-writes, through BITS.
    private final long[] bits;

    // Synchronization: volatile, and compare-and-set through QUEUED.
    private volatile boolean queued;

    RemoteFrees(int count) {
        this.count = count;
        this.bits = new long[(count + 63) >>> 6];
    }

    void check(int index, int blockSize) {
        if (index < 0 || index >= count || ((long) BITS.getOpaque(bits, index >>> 6) & 1L << index) != 0) {
            throw notHandedOut(index, blockSize);
        }
    }

    /**
     * Marks a block as freed.
     *
     * @return false if it was marked already
     */
    boolean mark(int index) {
        long bit = 1L << index;
        return ((long) BITS.getAndBitwiseOr(bits, index >>> 6, bit) & bit) == 0;
    }

    /**
     * Follows a mark.
     *
     * @return true if the caller has to put the run into its owner's queue
     */
    boolean turnQueuedOn() {
        return !queued && QUEUED.compareAndSet(this, false, true);
    }

    static IllegalArgumentException notHandedOut(int index, int blockSize) {
        return new IllegalArgumentException(
                "block index=" + index + " of blockSize=" + blockSize + " is not handed out: freed twice?");
    }

    int collect(SlabRun<?> run) {
        queued = false;
        int collected = 0;
        for (int word = 0; word < bits.length; word++) {
            if ((long) BITS.getVolatile(bits, word) == 0) {
                continue;
            }
            long marked = (long) BITS.getAndSet(bits, word, 0L);
            for (; marked != 0; marked &= marked - 1) {
                collected += run.collectOne((word << 6) + Long.numberOfTrailingZeros(marked)) ? 1 : 0;
            }
        }
        return collected;
    }
}
