// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import org.jspecify.annotations.Nullable;

/**
 * A stretch of a region that {@link Regions} has handed out: a slab is cut from it, or it is one large block.
 *
 * <p>Synchronization: the fields change under the lock of {@link Regions} only; they are read by whoever holds the run.
 */
class Run {

    private @Nullable Region region;
    private int offset;
    private int bytes;

    final void bind(Region newRegion, int newOffset, int newBytes) {
        region = newRegion;
        offset = newOffset;
        bytes = newBytes;
    }

    final void unbind() {
        region = null;
    }

    final void resize(int newBytes) {
        bytes = newBytes;
    }

    final boolean isBound() {
        return region != null;
    }

    final Region region() {
        Region r = region;
        if (r == null) {
            throw new IllegalStateException("the run is not handed out: was its block freed before?");
        }
        return r;
    }

    final int offset() {
        return offset;
    }

    /** Its length in bytes. */
    final int bytes() {
        return bytes;
    }
}
