// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.MemoryRegion;
import java.nio.ByteBuffer;

/** The region of a slab without blocks: no bytes, so nothing to obtain and nothing to close. */
final class EmptyRegion implements MemoryRegion {

    static final EmptyRegion INSTANCE = new EmptyRegion();

    private final ByteBuffer buffer = ByteBuffer.allocate(0);

    private EmptyRegion() {}

    @Override
    public int size() {
        return 0;
    }

    @Override
    public int alignment() {
        return 1;
    }

    @Override
    public long address() {
        return NO_ADDRESS;
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public boolean isClosed() {
        return false;
    }

    @Override
    public void close() {
        // No memory, hence nothing to give back; the one instance is shared.
    }
}
