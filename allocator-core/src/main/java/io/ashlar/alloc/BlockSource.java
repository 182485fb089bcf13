// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An allocator as a source of regions, each of which is one block.
 *
 * <p>An allocator aligns offsets, a source aligns addresses. Where the allocator's region has an address that is less
 * aligned than what is asked for, an aligned offset need not be an aligned address; such a block is put back and the
 * request refused.
 */
final class BlockSource implements MemorySource {

    private final RegionAllocator allocator;
    private long reserved;

    BlockSource(RegionAllocator allocator) {
        this.allocator = allocator;
    }

    @Override
    public String kind() {
        return allocator.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    @Override
    public @Nullable MemoryRegion tryAcquire(Layout layout) {
        if (layout.size() == 0) {
            throw new IllegalArgumentException("a region of size=0 bytes was asked of a block of " + allocator.name());
        }
        int offset = allocator.tryAllocateRun(layout.size(), layout.align());
        if (offset == Allocator.EXHAUSTED) {
            return null;
        }
        MemoryRegion whole = allocator.region();
        long address = whole.address();
        if (address != MemoryRegion.NO_ADDRESS && ((address + offset) & (layout.align() - 1)) != 0) {
            allocator.deallocate(offset);
            return null;
        }
        reserved += layout.size();
        return new BlockRegion(this, offset, whole.slice(offset, layout.size()));
    }

    @Override
    public long limit() {
        return allocator.managedBytes();
    }

    @Override
    public long reserved() {
        return reserved;
    }

    /** Takes a region's block back. What an allocator that has ended handed out ended with it. */
    void release(int offset, int size) {
        reserved -= size;
        if (!allocator.isClosed()) {
            allocator.deallocate(offset);
        }
    }

    @Override
    public String toString() {
        return "blocks of " + allocator.name();
    }
}
