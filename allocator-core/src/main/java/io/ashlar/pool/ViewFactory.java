// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/**
 * Makes the views of a pool: the reusable Java objects through which a block is used, such as a Netty buffer or a
 * message object. {@link Block} is a plain one.
 *
 * <p>The pool calls it for each block it hands out for the first time, again after a {@code trim()} has forgotten the view, and for each block that is
 * sampled, from whatever thread asked for the block.
 * From then on block and view belong together: when the block is freed the pool keeps both, and hands out both again.
 * It may ask the pool for other blocks, but neither close nor trim it. The pool never calls the view. Whoever allocates puts the view back into its initial state at each hand-out.
 *
 * @param <V> the type of the views
 */
@FunctionalInterface
public interface ViewFactory<V> {

    /**
     * Makes the view of one block.
     *
     * @param run the run that the block lies in; not yet bound to any memory if it is
     *     {@linkplain Run#isLarge() large}
     * @param index the block's index in the run
     * @return a new view
     */
    V newView(Run<V> run, int index);
}
