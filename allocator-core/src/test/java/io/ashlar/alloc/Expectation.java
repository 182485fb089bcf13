// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.Layout;
import java.util.List;

/**
 * What an allocator of one kind owes its caller, computed in the most simple-minded way from the blocks that are
 * outstanding: an independent, slow second implementation of the rules, not of the mechanism.
 */
interface Expectation {

    /** Whether such a request must be served now; if not, the answer must be EXHAUSTED. */
    boolean isPossible(int size, int align);

    /** Whether all these bytes belong to the allocator. */
    boolean isManaged(int offset, int size);

    /** Whether the rules of this kind allow a block for such a request to begin there. */
    boolean isPlace(int offset, int size);

    void served(int offset, int size);

    void returned(int offset, int size);

    /** What {@link Allocator#available()} must say. */
    int available();

    /** Requests that can all be served at once if nothing is outstanding, in the largest blocks there are. */
    List<Layout> whole();
}
