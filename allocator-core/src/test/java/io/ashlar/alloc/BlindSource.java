// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.nio.ByteBuffer;

/**
 * Regions whose memory nobody can get at: asking for the buffer fails the test. An allocator that works on such a region
 * neither reads nor writes it.
 */
final class BlindSource implements MemorySource {

    private final long address;
    private long reserved;

    /** Regions that have no address. */
    BlindSource() {
        this(MemoryRegion.NO_ADDRESS);
    }

    /** Regions that all claim to begin at an address. */
    BlindSource(long address) {
        this.address = address;
    }

    @Override
    public String kind() {
        return "blind";
    }

    @Override
    public MemoryRegion tryAcquire(Layout layout) {
        if (layout.size() == 0) {
            throw new IllegalArgumentException("size=0");
        }
        reserved += layout.size();
        return new BlindRegion(layout);
    }

    @Override
    public long reserved() {
        return reserved;
    }

    private final class BlindRegion implements MemoryRegion {

        private final Layout layout;
        private boolean closed;

        BlindRegion(Layout layout) {
            this.layout = layout;
        }

        @Override
        public int size() {
            return layout.size();
        }

        @Override
        public int alignment() {
            return layout.align();
        }

        @Override
        public long address() {
            return address;
        }

        @Override
        public ByteBuffer buffer() {
            throw new AssertionError("an allocator wants to read or write the memory that it manages");
        }

        @Override
        public boolean isClosed() {
            return closed;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                reserved -= layout.size();
            }
        }
    }
}
