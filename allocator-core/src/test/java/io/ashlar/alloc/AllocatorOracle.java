// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.alloc.OracleFailure.Finding;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Watches an allocator at work. It keeps its own book of the blocks that are outstanding, fills every block with a
 * pattern of its own, and compares every answer with what the {@link Expectation} says. It never asks the allocator what
 * it believes.
 */
final class AllocatorOracle {

    /** A block that is outstanding. */
    static final class Block {
        /** Rises from block to block. */
        final long id;

        final int offset;
        int size;
        private int place;

        private Block(long id, int offset, int size) {
            this.id = id;
            this.offset = offset;
            this.size = size;
        }

        @Override
        public String toString() {
            return "block[id=" + id + ", offset=" + offset + ", size=" + size + "]";
        }
    }

    private final Allocator allocator;
    private final Expectation expectation;
    private final int regionSize;
    private final ByteBuffer memory;
    private final TreeMap<Integer, Block> byOffset = new TreeMap<>();
    private final List<Block> live = new ArrayList<>();
    /** Offsets of blocks that were returned: some of the last ones. */
    private final int[] returned = new int[16];

    private int returnedCount;
    private long nextId;

    AllocatorOracle(Allocator allocator, Expectation expectation, MemoryRegion region) {
        this.allocator = allocator;
        this.expectation = expectation;
        this.regionSize = region.size();
        this.memory = region.buffer();
        checkAccounts("at first");
    }

    long nextId() {
        return nextId;
    }

    int liveCount() {
        return live.size();
    }

    Block anyLive(SplittableRandom random) {
        return live.get(random.nextInt(live.size()));
    }

    /** The outstanding block with the highest offset. */
    Block topmost() {
        return byOffset.lastEntry().getValue();
    }

    void allocate(int size, int align) {
        boolean possible = expectation.isPossible(size, align);
        int offset = allocator.tryAllocate(size, align);
        String request = "tryAllocate(" + size + ", " + align + ") = " + offset;
        if (offset == Allocator.EXHAUSTED) {
            if (possible) {
                throw new OracleFailure(Finding.REFUSED, request + ", but there is memory for it: " + this);
            }
            checkAccounts(request);
            return;
        }
        checkPlace(request, offset, size, align);
        if (!possible) {
            throw new OracleFailure(Finding.IMPOSSIBLE, request + ", but there is no memory for it: " + this);
        }
        Block block = new Block(nextId++, offset, size);
        block.place = live.size();
        live.add(block);
        byOffset.put(offset, block);
        expectation.served(offset, size);
        checkAccounts(request);
        paint(block, 0);
    }

    private void checkPlace(String request, int offset, int size, int align) {
        if (offset % align != 0) {
            throw new OracleFailure(Finding.MISALIGNED, request);
        }
        if (offset < 0 || (long) offset + size > regionSize) {
            throw new OracleFailure(Finding.OUT_OF_BOUNDS, request + ", the region has " + regionSize + " bytes");
        }
        if (!expectation.isManaged(offset, size)) {
            throw new OracleFailure(Finding.UNMANAGED, request + " lies in memory that the allocator was not given");
        }
        Map.Entry<Integer, Block> below = byOffset.floorEntry(offset + Math.max(size, 1) - 1);
        if (below != null && below.getValue().offset + Math.max(below.getValue().size, 1) > offset) {
            throw new OracleFailure(Finding.OVERLAP, request + " overlaps " + below.getValue());
        }
        if (!expectation.isPlace(offset, size)) {
            throw new OracleFailure(Finding.OVERLAP, request + " is no place for a block");
        }
    }

    void release(Block block) {
        check(block);
        forget(block);
        expectation.returned(block.offset, block.size);
        String what = "deallocate(" + block.offset + ")";
        try {
            allocator.deallocate(block.offset);
        } catch (IllegalArgumentException e) {
            throw new OracleFailure(Finding.RELEASE_REFUSED, what + " of the outstanding " + block + ": " + e);
        }
        checkAccounts(what);
    }

    private void forget(Block block) {
        Block last = live.remove(live.size() - 1);
        if (last != block) {
            last.place = block.place;
            live.set(block.place, last);
        }
        byOffset.remove(block.offset);
        returned[returnedCount++ % returned.length] = block.offset;
    }

    /** All blocks with at least that id were taken back by the allocator: a reset, or a rewinding. */
    void takenBackFrom(long id) {
        for (Block block : List.copyOf(live)) {
            if (block.id >= id) {
                check(block);
                forget(block);
                expectation.returned(block.offset, block.size);
            }
        }
    }

    /** A block was made larger or smaller where it is. */
    void resized(Block block, int newSize) {
        Map.Entry<Integer, Block> above = byOffset.higherEntry(block.offset);
        if (above != null && above.getKey() < block.offset + newSize) {
            throw new OracleFailure(Finding.OVERLAP, block + " was grown to " + newSize + " over " + above.getValue());
        }
        int kept = Math.min(block.size, newSize);
        block.size = newSize;
        paint(block, kept);
        checkAccounts("resized to " + newSize + ": " + block);
    }

    /** Releases something that must not be released. */
    void misuse(SplittableRandom random) {
        int offset;
        if (returnedCount > 0 && random.nextInt(4) > 0) {
            offset = returned[random.nextInt(Math.min(returnedCount, returned.length))];
        } else {
            offset = random.nextInt(-2, regionSize + 2);
        }
        if (byOffset.containsKey(offset)) {
            return;
        }
        try {
            allocator.deallocate(offset);
        } catch (IllegalArgumentException expected) {
            checkAccounts("the refused deallocate(" + offset + ")");
            return;
        }
        throw new OracleFailure(Finding.MISUSE_ACCEPTED, "deallocate(" + offset + "), where no block begins");
    }

    void checkAccounts(String after) {
        if (allocator.outstanding() != live.size()) {
            throw new OracleFailure(
                    Finding.OUTSTANDING_WRONG,
                    "outstanding=" + allocator.outstanding() + " after " + after + ", expected " + live.size());
        }
        if (allocator.available() != expectation.available()) {
            throw new OracleFailure(
                    Finding.AVAILABLE_WRONG,
                    "available=" + allocator.available() + " after " + after + ", expected " + expectation.available());
        }
    }

    /** Verifies what is still outstanding, returns all of it, and takes all memory in its largest blocks. */
    void finish(SplittableRandom random) {
        for (Block block : live) {
            check(block);
        }
        while (!live.isEmpty()) {
            release(anyLive(random));
        }
        List<Layout> whole = expectation.whole();
        for (Layout layout : whole) {
            int before = live.size();
            try {
                allocate(layout.size(), layout.align());
            } catch (OracleFailure e) {
                throw e.finding() == Finding.REFUSED ? new OracleFailure(Finding.NOT_WHOLE, e.getMessage()) : e;
            }
            if (live.size() == before) {
                throw new OracleFailure(Finding.NOT_WHOLE, layout + " is not even expected: a fault of the oracle");
            }
        }
        if (!whole.isEmpty() && expectation.available() != 0) {
            throw new OracleFailure(
                    Finding.NOT_WHOLE, expectation.available() + " bytes are left: a fault of the oracle");
        }
        while (!live.isEmpty()) {
            release(anyLive(random));
        }
    }

    private static long pattern(Block block) {
        return (block.id + 1) * 0x9E37_79B9_7F4A_7C15L;
    }

    private void paint(Block block, int from) {
        long pattern = pattern(block);
        int i = from;
        for (; i < block.size && (i & 7) != 0; i++) {
            memory.put(block.offset + i, (byte) (pattern >>> 56 - 8 * (i & 7)));
        }
        for (; i + 8 <= block.size; i += 8) {
            memory.putLong(block.offset + i, pattern);
        }
        for (; i < block.size; i++) {
            memory.put(block.offset + i, (byte) (pattern >>> 56 - 8 * (i & 7)));
        }
    }

    private void check(Block block) {
        long pattern = pattern(block);
        int i = 0;
        for (; i + 8 <= block.size; i += 8) {
            if (memory.getLong(block.offset + i) != pattern) {
                throw changed(block, i);
            }
        }
        for (; i < block.size; i++) {
            if (memory.get(block.offset + i) != (byte) (pattern >>> 56 - 8 * (i & 7))) {
                throw changed(block, i);
            }
        }
    }

    private static OracleFailure changed(Block block, int at) {
        return new OracleFailure(Finding.CONTENT_CHANGED, "somebody wrote at byte " + at + " of " + block);
    }

    @Override
    public String toString() {
        return "live=" + live.size() + ", expected available=" + expectation.available();
    }
}
