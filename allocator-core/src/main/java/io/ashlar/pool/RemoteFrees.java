// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a shard that other threads have freed and the owner has not yet collected: a stack without locks, linked
 * through the blocks themselves (Treiber, "Systems Programming: Coping with Parallelism", 1986). Blocks are pushed singly
 * by anybody and taken all at once, so the ABA problem does not arise.
 *
 * <p>Each block carries the sums over itself and all below it, so that a scrape reads how much is pending from the
 * topmost one.
 *
 * <p>Happens-before: what a thread did with a block before {@link #push} is visible to the owner after {@link #takeAll},
 * through the compare-and-set of the one and the get-and-set of the other.
 */
final class RemoteFrees<V> {

    /** In place of the topmost block: the shard is retired and collects no more. */
    private static final Object CLOSED = new Object();

    private static final VarHandle TOP;

    static {
        try {
            TOP = MethodHandles.lookup().findVarHandle(RemoteFrees.class, "top", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Synchronization: volatile, through TOP. Written by every thread that frees; in an object of its own, away from
    // what the owner uses all the time.
    private volatile @Nullable Object top;

    /**
     * Leaves a block for the owner.
     *
     * @return false if the shard is retired; the block was not pushed
     */
    boolean push(Block<V> block) {
        while (true) {
            Object seen = top;
            if (seen == CLOSED) {
                return false;
            }
            Block<V> below = asBlock(seen);
            block.below = below;
            block.stackedBlocks = 1 + (below == null ? 0 : below.stackedBlocks);
            block.stackedUsed = block.size() + (below == null ? 0 : below.stackedUsed);
            block.stackedRequested = block.requested + (below == null ? 0 : below.stackedRequested);
            if (TOP.compareAndSet(this, seen, block)) {
                return true;
            }
        }
    }

    boolean isEmpty() {
        return top == null;
    }

    /** Takes all blocks; called by the owner. The next one is each block's {@code below}. */
    @Nullable
    Block<V> takeAll() {
        Object seen = top;
        // Only the owner closes the stack, so that it cannot become closed in between.
        return seen == null || seen == CLOSED ? null : asBlock(TOP.getAndSet(this, (Object) null));
    }

    /** Takes all blocks and refuses any further one. */
    @Nullable
    Block<V> closeAndTakeAll() {
        return asBlock(TOP.getAndSet(this, CLOSED));
    }

    /** Adds what is pending to the sums of a scrape. Under concurrent frees the figure is a moment old, never torn up. */
    void addPending(Totals totals) {
        Object seen = top;
        if (seen == null || seen == CLOSED) {
            return;
        }
        Block<V> topmost = asBlock(seen);
        if (topmost != null) {
            totals.pendingBlocks += topmost.stackedBlocks;
            totals.used -= topmost.stackedUsed;
            totals.requested -= topmost.stackedRequested;
        }
    }

    @SuppressWarnings("unchecked")
    private static <V> @Nullable Block<V> asBlock(@Nullable Object o) {
        return (Block<V>) o;
    }
}
