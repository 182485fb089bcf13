// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.pool.Run;

/** Where a buffer's block lies: equal for the same block, whichever view is bound to it. */
record Place(Run<?> run, int index) {

    static Place of(AbstractPooledByteBuf<?> buf) {
        return new Place(buf.run(), buf.index());
    }

    int size() {
        return run.blockSize(index);
    }

    long address() {
        return run.blockAddress(index);
    }
}
