// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/**
 * Makes the views of a pool: the reusable Java objects through which a block is used, such as a Netty buffer or a
 * message object.
 *
 * <p>The pool calls it once for each block it hands out for the first time, from whatever thread asked for the block.
 * From then on block and view belong together: when the block is freed the pool keeps both, and hands out both again.
 * So a view holds on to its block, and puts itself back into its initial state at each hand-out.
 *
 * @param <V> the type of the views
 */
@FunctionalInterface
public interface ViewFactory<V> {

    /**
     * Makes the view of one block.
     *
     * @param block the block; it is not yet handed out
     * @return a new view
     */
    V newView(Block<V> block);
}
