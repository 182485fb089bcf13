// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.alloc.Buddy;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.pool.RegionStats.Kind;
import io.ashlar.pool.RegionStats.Part;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A region of the pool: shared, with a {@link Buddy} that cuts runs from it, or dedicated to a single block that is
 * larger than the regions of the pool are.
 *
 * <p>Synchronization: the Buddy is used under the lock of {@link Regions} only. What a scrape reads is written there as opaque stores, and
 * read without it. The other fields are final.
 */
final class Region {

    /** The smallest run, in bytes: one OS page on the common machines. */
    static final int SMALLEST_RUN = 4096;

    private static final VarHandle FREE_BYTES = published("freeBytes");
    private static final VarHandle LARGEST_FREE = published("largestFree");

    private final MemoryRegion memory;
    private final ByteBuffer buffer;
    private final long address;
    private final @Nullable Buddy buddy;
    private final @Nullable RegionMap map;
    private final @Nullable RegionGroup group;
    /** What may be discarded; null if nothing is to be. */
    private final @Nullable FreedSpans freed;

    /** Bytes that are in no run. */
    private int freeBytes;
    /** Bytes of the longest run that could be had. */
    private int largestFree;

    private Region(
            MemoryRegion memory,
            @Nullable Buddy buddy,
            @Nullable RegionMap map,
            @Nullable RegionGroup group,
            @Nullable FreedSpans freed) {
        this.memory = memory;
        this.buffer = memory.buffer();
        this.address = memory.address();
        this.buddy = buddy;
        this.map = map;
        this.group = group;
        this.freed = freed;
    }

    private static VarHandle published(String field) {
        try {
            return MethodHandles.lookup()
                    .findVarHandle(Region.class, field, int.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    static Region shared(MemoryRegion memory, RegionGroup group, @Nullable FreedSpans freed) {
        int levels = Integer.numberOfTrailingZeros(memory.size() / SMALLEST_RUN) + 1;
        Buddy buddy = Buddy.over(memory, memory.size(), levels, 1);
        Region region = new Region(memory, buddy, new RegionMap(memory.size()), group, freed);
        region.publish(buddy);
        return region;
    }

    static Region dedicated(MemoryRegion memory) {
        return new Region(memory, null, null, null, null);
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

    /** The group of a shared region. */
    RegionGroup group() {
        RegionGroup g = group;
        assert g != null;
        return g;
    }

    // ---- runs, under the lock of the regions

    boolean isEmpty() {
        return buddy().outstanding() == 0;
    }

    boolean hasRoomFor(int bytes) {
        return buddy().largestFree() >= bytes;
    }

    /** Cuts a run; there has to be room for it. */
    int take(int bytes, Kind kind) {
        Buddy b = buddy();
        int offset = b.tryAllocate(bytes, 1);
        map().set(offset, bytes, kind);
        if (freed != null) {
            freed.take(offset, bytes);
        }
        publish(b);
        return offset;
    }

    void putBack(int offset) {
        Buddy b = buddy();
        if (freed != null) {
            freed.putBack(offset, b.blockSizeOf(offset));
        }
        b.deallocate(offset);
        map().clear(offset);
        publish(b);
    }

    /** Lengthens a run in place if what lies behind it is free; returns its new length, or 0. */
    int tryGrow(int offset, int bytes, Kind kind) {
        Buddy b = buddy();
        if (!b.tryGrow(offset, bytes)) {
            return 0;
        }
        int grown = b.blockSizeOf(offset);
        map().set(offset, grown, kind);
        if (freed != null) {
            freed.take(offset, grown);
        }
        publish(b);
        return grown;
    }

    /** See {@link FreedSpans#discardSome}. */
    int discardSome(int from, boolean idleOnly) {
        return freed == null ? FreedSpans.END : freed.discardSome(from, idleOnly);
    }

    private void publish(Buddy b) {
        FREE_BYTES.setOpaque(this, b.available());
        LARGEST_FREE.setOpaque(this, b.largestFree());
    }

    void checkInvariants() {
        Buddy b = buddy();
        b.checkInvariants();
        if (freed != null) {
            freed.checkInvariants(memory.size() - b.available());
        }
        long mapped = stats().freeBytes();
        if (mapped != b.available() || mapped != freeBytes() || largestFree() != b.largestFree()) {
            throw new IllegalStateException("available=" + b.available() + " freeBytes=" + freeBytes() + " mapped="
                    + mapped + " largestFree=" + b.largestFree() + " published=" + largestFree());
        }
    }

    // ---- for a scrape, by anybody

    int freeBytes() {
        return (int) FREE_BYTES.getOpaque(this);
    }

    int largestFree() {
        return (int) LARGEST_FREE.getOpaque(this);
    }

    RegionStats stats() {
        List<Part> parts = map == null ? List.of(new Part(Kind.LARGE, 0, memory.size())) : map.parts();
        return new RegionStats(address, memory.size(), isDedicated(), parts);
    }

    /** What a run serves for has changed; called by whoever holds it. */
    void mark(int offset, int bytes, Kind kind) {
        if (map != null) {
            map.set(offset, bytes, kind);
        }
    }

    private RegionMap map() {
        RegionMap m = map;
        assert m != null;
        return m;
    }

    private Buddy buddy() {
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
