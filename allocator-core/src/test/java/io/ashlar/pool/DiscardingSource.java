// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.ForwardingRegion;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A heap source whose regions note what of them is discarded, and overwrite it: who still uses it finds that out.
 *
 * <p>Discarding happens under the lock of the regions, and one thread at a time looks at the notes.
 */
final class DiscardingSource implements MemorySource {

    /** What discarded bytes hold. */
    static final byte GONE = 0x60;

    /** What was discarded, in turn. */
    record Span(MemoryRegion region, int offset, int size) {

        @Override
        public String toString() {
            return offset / 1024 + "+" + size / 1024 + "K";
        }
    }

    private final MemorySource heap = MemorySource.heap();
    private final int unit;
    private final List<Span> spans = new ArrayList<>();

    // Synchronization: volatile; set by the test, read by whoever discards.
    volatile boolean refuses;

    DiscardingSource(int unit) {
        this.unit = unit;
    }

    /** What was discarded since this was called last. */
    List<Span> takeSpans() {
        List<Span> taken = List.copyOf(spans);
        spans.clear();
        return taken;
    }

    @Override
    public String kind() {
        return "discarding";
    }

    @Override
    public @Nullable MemoryRegion tryAcquire(Layout layout) {
        MemoryRegion region = heap.tryAcquire(layout);
        return region == null ? null : new DiscardingRegion(region);
    }

    @Override
    public long reserved() {
        return heap.reserved();
    }

    @Override
    public int discardUnit() {
        return unit;
    }

    private final class DiscardingRegion extends ForwardingRegion {

        DiscardingRegion(MemoryRegion region) {
            super(region);
        }

        @Override
        public boolean discard(int offset, int size) {
            if (((offset | size) & (unit - 1)) != 0 || size == 0) {
                throw new IllegalArgumentException("offset=" + offset + " size=" + size);
            }
            spans.add(new Span(this, offset, size));
            if (refuses) {
                return false;
            }
            ByteBuffer memory = buffer();
            for (int at = offset; at < offset + size; at++) {
                memory.put(at, GONE);
            }
            return true;
        }
    }
}
