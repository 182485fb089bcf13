// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.alloc.Buddy;
import io.ashlar.memory.MemoryRegion;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A region of the pool: shared, with a {@link Buddy} that cuts runs from it, or dedicated to a single block that is
 * larger than the regions of the pool are.
 *
 * <p>Synchronization: the Buddy is used under the lock of {@link Regions} only; the other fields are final.
 */
final class Region {

    /** The smallest run, in bytes: one OS page on the common machines. */
    static final int SMALLEST_RUN = 4096;

    private final MemoryRegion memory;
    private final ByteBuffer buffer;
    private final long address;
    private final @Nullable Buddy buddy;

    private Region(MemoryRegion memory, @Nullable Buddy buddy) {
        this.memory = memory;
        this.buffer = memory.buffer();
        this.address = memory.address();
        this.buddy = buddy;
    }

    static Region shared(MemoryRegion memory) {
        int levels = Integer.numberOfTrailingZeros(memory.size() / SMALLEST_RUN) + 1;
        return new Region(memory, Buddy.over(memory, memory.size(), levels, 1));
    }

    static Region dedicated(MemoryRegion memory) {
        return new Region(memory, null);
    }

    MemoryRegion memory() {
        return memory;
    }

    ByteBuffer buffer() {
        return buffer;
    }

    long address() {
        return address;
    }

    boolean isDedicated() {
        return buddy == null;
    }

    Buddy buddy() {
        Buddy b = buddy;
        if (b == null) {
            throw new IllegalStateException("a dedicated region is not cut into runs");
        }
        return b;
    }

    /** Gives the memory back to its source. */
    void close() {
        memory.close();
    }
}
