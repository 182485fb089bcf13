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
final class RemoteFrees<V> extends QueuePlace<SlabRun<V>> {

    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int QUEUED = 16;
    private static final int FIRST = QUEUED + 1;
    private static final int PADDING = 16;

    private final int count;

    // Synchronization: volatile reads and read-modify-writes, through WORDS. First comes `queued`, 0 or 1, then the
    // bits; with
    // room on both sides, so that nothing that the owner uses lies on the same cache lines.
    private final long[] words;

    RemoteFrees(SlabRun<V> run, int count) {
        super(run);
        this.count = count;
        this.words = new long[FIRST + wordsFor(count) + PADDING];
    }

    private static int wordsFor(int count) {
        return (count + 63) >>> 6;
    }

    void check(int index, int blockSize) {
        if (index < 0 || index >= count || ((long) WORDS.getOpaque(words, FIRST + (index >>> 6)) & 1L << index) != 0) {
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
        return ((long) WORDS.getAndBitwiseOr(words, FIRST + (index >>> 6), bit) & bit) == 0;
    }

    /**
     * Follows a mark.
     *
     * @return true if the caller has to put the run into its owner's queue
     */
    boolean turnQueuedOn() {
        return (long) WORDS.getVolatile(words, QUEUED) == 0 && WORDS.compareAndSet(words, QUEUED, 0L, 1L);
    }

    static IllegalArgumentException notHandedOut(int index, int blockSize) {
        return new IllegalArgumentException(
                "block index=" + index + " of blockSize=" + blockSize + " is not handed out: freed twice?");
    }

    int collect() {
        WORDS.setVolatile(words, QUEUED, 0L);
        int collected = 0;
        for (int word = 0; word < wordsFor(count); word++) {
            if ((long) WORDS.getVolatile(words, FIRST + word) == 0) {
                continue;
            }
            long marked = (long) WORDS.getAndSet(words, FIRST + word, 0L);
            for (; marked != 0; marked &= marked - 1) {
                collected += run.collectOne((word << 6) + Long.numberOfTrailingZeros(marked)) ? 1 : 0;
            }
        }
        return collected;
    }
}
