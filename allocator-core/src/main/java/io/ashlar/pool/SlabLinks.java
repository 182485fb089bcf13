// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import org.jspecify.annotations.Nullable;

/**
 * A slab's places in the lists of its owner. An object of its own, away from what everybody reads who frees a block: the owner writes it
 * whenever blocks come back to a full slab.
 *
 * <p>Synchronization: used by the owner only.
 */
final class SlabLinks<V> {

    /** Whether the slab is in the list of those with free blocks. */
    boolean listed;

    @Nullable
    SlabRun<V> nextPartial;

    @Nullable
    SlabRun<V> previousPartial;

    @Nullable
    SlabRun<V> nextOwned;

    @Nullable
    SlabRun<V> previousOwned;
}
