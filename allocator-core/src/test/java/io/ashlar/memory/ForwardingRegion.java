// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.nio.ByteBuffer;

/** A region that leaves everything to another: for sources of tests that look at, or change, some of it. */
public abstract class ForwardingRegion implements MemoryRegion {

    private final MemoryRegion region;

    /**
     * Over another region.
     *
     * @param region the one that has the memory
     */
    protected ForwardingRegion(MemoryRegion region) {
        this.region = region;
    }

    @Override
    public int size() {
        return region.size();
    }

    @Override
    public int alignment() {
        return region.alignment();
    }

    @Override
    public long address() {
        return region.address();
    }

    @Override
    public ByteBuffer buffer() {
        return region.buffer();
    }

    @Override
    public boolean isClosed() {
        return region.isClosed();
    }

    @Override
    public void close() {
        region.close();
    }
}
