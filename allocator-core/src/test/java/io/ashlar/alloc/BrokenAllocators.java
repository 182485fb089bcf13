// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocationException.Reason;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Allocators with one deliberate fault each, most of them rare and otherwise well hidden, in front of a sound one. */
final class BrokenAllocators {

    private BrokenAllocators() {}

    /** Does all that the sound allocator does, and leaves room for a fault. */
    abstract static class Faulty implements Allocator {

        final Allocator sound;
        private int calls;

        Faulty(Allocator sound) {
            this.sound = sound;
        }

        /** True at every n-th call, but not at first: an allocator that fails at once is easily found. */
        final boolean every(int n) {
            return ++calls % n == 0;
        }

        @Override
        public int tryAllocate(int size, int align) {
            return sound.tryAllocate(size, align);
        }

        @Override
        public void deallocate(int offset) {
            sound.deallocate(offset);
        }

        @Override
        public int outstanding() {
            return sound.outstanding();
        }

        @Override
        public int available() {
            return sound.available();
        }

        @Override
        public final int allocate(Layout layout) {
            int offset = tryAllocate(layout);
            if (offset == EXHAUSTED) {
                throw new AllocationException(Reason.EXHAUSTED, name(), layout.size(), available(), "");
            }
            return offset;
        }

        @Override
        public final String name() {
            return getClass().getSimpleName();
        }

        @Override
        public final MemoryRegion region() {
            return sound.region();
        }

        @Override
        public final boolean contains(int offset) {
            return sound.contains(offset);
        }

        @Override
        public final MemorySource asSource() {
            return sound.asSource();
        }

        @Override
        public void checkInvariants() {
            sound.checkInvariants();
        }

        @Override
        public final boolean isClosed() {
            return sound.isClosed();
        }

        @Override
        public final void close() {
            sound.close();
        }
    }

    /** Hands out, now and then, a place beside the sound one, and takes it back as if it were the sound one. */
    abstract static class Displacing extends Faulty {
        private final Map<Integer, Integer> soundOffsets = new HashMap<>();

        Displacing(Allocator sound) {
            super(sound);
        }

        final int displace(int offset, int by) {
            soundOffsets.put(offset + by, offset);
            return offset + by;
        }

        @Override
        public final void deallocate(int offset) {
            Integer real = soundOffsets.remove(offset);
            sound.deallocate(real == null ? offset : real);
        }
    }

    /** Hands out, now and then, the last bytes of one block together with the first of the next. */
    static final class Overlapping extends Displacing {
        Overlapping(Allocator sound) {
            super(sound);
        }

        @Override
        public int tryAllocate(int size, int align) {
            int offset = sound.tryAllocate(size, align);
            return offset >= align && size > 0 && every(20) ? displace(offset, -align) : offset;
        }
    }

    /** Ignores, now and then, the alignment, but stays within the block. */
    static final class Misaligning extends Displacing {
        Misaligning(Allocator sound) {
            super(sound);
        }

        @Override
        public int tryAllocate(int size, int align) {
            int offset = sound.tryAllocate(size, align);
            boolean fits = offset != EXHAUSTED && align > 1 && size > 1 && (size & size - 1) != 0;
            return fits && every(20) ? displace(offset, 1) : offset;
        }
    }

    /** Invents memory above the end of the region when there is none left. */
    static final class OutOfBounds extends Faulty {
        OutOfBounds(Allocator sound) {
            super(sound);
        }

        @Override
        public int tryAllocate(int size, int align) {
            int offset = sound.tryAllocate(size, align);
            return offset == EXHAUSTED && size > 0 && align <= size ? (region().size() + align - 1) & -align : offset;
        }
    }

    /** Loses, now and then, a block that is returned, and counts as if it did not. */
    static final class Leaking extends Faulty {
        private int lost;
        private int lostBytes;

        Leaking(Allocator sound) {
            super(sound);
        }

        @Override
        public void deallocate(int offset) {
            if (every(100)) {
                int before = sound.available();
                sound.deallocate(offset);
                int bytes = sound.available() - before;
                // The sound allocator gives the same block again at once; nobody gets it.
                if (sound.tryAllocate(bytes, 1) != EXHAUSTED) {
                    lost++;
                    lostBytes += bytes;
                }
            } else {
                sound.deallocate(offset);
            }
        }

        @Override
        public int outstanding() {
            return sound.outstanding() - lost;
        }

        @Override
        public int available() {
            return sound.available() + lostBytes;
        }
    }

    /** A buddy that keeps released blocks for requests of the same size and never merges them. */
    static final class NeverCoalescing extends Faulty {
        private final Map<Integer, Deque<Integer>> kept = new HashMap<>();
        private final Map<Integer, Integer> sizes = new HashMap<>();
        private int keptBlocks;
        private int keptBytes;

        NeverCoalescing(Allocator sound) {
            super(sound);
        }

        @Override
        public int tryAllocate(int size, int align) {
            Buddy buddy = (Buddy) sound;
            if (size > 0 && align <= size && size <= buddy.blockSize()) {
                int block = Math.max(buddy.minBlockSize(), Integer.highestOneBit(2 * size - 1));
                Deque<Integer> offsets = kept.get(block);
                if (offsets != null && !offsets.isEmpty()) {
                    int offset = offsets.pop();
                    keptBlocks--;
                    keptBytes -= block;
                    sizes.put(offset, block);
                    return offset;
                }
            }
            int offset = sound.tryAllocate(size, align);
            if (offset != EXHAUSTED) {
                sizes.put(offset, buddy.blockSizeOf(offset));
            }
            return offset;
        }

        @Override
        public void deallocate(int offset) {
            Integer block = sizes.remove(offset);
            if (block == null) {
                throw new IllegalArgumentException("offset=" + offset);
            }
            int size = ((Buddy) sound).blockSizeOf(offset);
            kept.computeIfAbsent(size, any -> new ArrayDeque<>()).push(offset);
            keptBlocks++;
            keptBytes += size;
        }

        @Override
        public int outstanding() {
            return sound.outstanding() - keptBlocks;
        }

        @Override
        public int available() {
            return sound.available() + keptBytes;
        }
    }

    /** Never has anything. */
    static class AlwaysFailing extends Faulty {
        AlwaysFailing(Allocator sound) {
            super(sound);
        }

        @Override
        public int tryAllocate(int size, int align) {
            return EXHAUSTED;
        }
    }

    /** Has, now and then, nothing although there is something. */
    static final class SometimesFailing extends Faulty {
        SometimesFailing(Allocator sound) {
            super(sound);
        }

        @Override
        public int tryAllocate(int size, int align) {
            return every(500) ? EXHAUSTED : sound.tryAllocate(size, align);
        }
    }

    /** Forgets to count a block when it had to refuse one before. */
    static final class WrongOutstanding extends Faulty {
        private int tooMany;

        WrongOutstanding(Allocator sound) {
            super(sound);
        }

        @Override
        public int tryAllocate(int size, int align) {
            int offset = sound.tryAllocate(size, align);
            if (offset == EXHAUSTED) {
                tooMany++;
            }
            return offset;
        }

        @Override
        public int outstanding() {
            return sound.outstanding() + tooMany;
        }
    }

    /** Counts the bytes wrongly when all is free. */
    static final class WrongAvailable extends Faulty {
        WrongAvailable(Allocator sound) {
            super(sound);
        }

        @Override
        public int available() {
            return sound.outstanding() == 1 ? sound.available() - 1 : sound.available();
        }
    }

    /** Remembers a released block twice, and so hands it out twice. */
    static final class DoubleHandOut extends Faulty {
        private int again = EXHAUSTED;
        private final Set<Integer> phantoms = new HashSet<>();

        DoubleHandOut(Allocator sound) {
            super(sound);
        }

        @Override
        public int tryAllocate(int size, int align) {
            if (again != EXHAUSTED && align == 1 && size == ((Slab) sound).blockSize()) {
                phantoms.add(again);
                int offset = again;
                again = EXHAUSTED;
                return offset;
            }
            return sound.tryAllocate(size, align);
        }

        @Override
        public void deallocate(int offset) {
            if (phantoms.remove(offset)) {
                return;
            }
            sound.deallocate(offset);
            if (every(50)) {
                again = offset;
            }
        }

        @Override
        public int outstanding() {
            return sound.outstanding() + phantoms.size();
        }

        @Override
        public int available() {
            return sound.available() - phantoms.size() * ((Slab) sound).blockSize();
        }
    }

    /** Keeps a link in a released block, and writes it one byte too far. */
    static final class Scribbling extends Faulty {
        Scribbling(Allocator sound) {
            super(sound);
        }

        @Override
        public void deallocate(int offset) {
            sound.deallocate(offset);
            if (offset > 0) {
                region().buffer().put(offset - 1, (byte) 0x77);
            }
        }
    }

    /** Takes back what nobody has. */
    static final class AcceptingDoubleRelease extends Faulty {
        AcceptingDoubleRelease(Allocator sound) {
            super(sound);
        }

        @Override
        public void deallocate(int offset) {
            try {
                sound.deallocate(offset);
            } catch (IllegalArgumentException swallowed) {
                // The fault.
            }
        }
    }

    /** Refuses a wrong release as it should, but has counted it already. */
    static final class CountingRefusals extends Faulty {
        private int refused;

        CountingRefusals(Allocator sound) {
            super(sound);
        }

        @Override
        public void deallocate(int offset) {
            try {
                sound.deallocate(offset);
            } catch (IllegalArgumentException e) {
                refused++;
                throw e;
            }
        }

        @Override
        public int outstanding() {
            return sound.outstanding() - refused;
        }
    }

    /** Still knows blocks from before a reset, and takes them back. */
    static final class Resurrecting extends Faulty implements AllocatorModel.Resettable {
        private final Set<Integer> dead = new HashSet<>();
        private final Set<Integer> live = new HashSet<>();

        Resurrecting(Allocator sound) {
            super(sound);
        }

        @Override
        public int tryAllocate(int size, int align) {
            int offset = sound.tryAllocate(size, align);
            live.add(offset);
            dead.remove(offset);
            return offset;
        }

        @Override
        public void deallocate(int offset) {
            live.remove(offset);
            if (!dead.remove(offset)) {
                sound.deallocate(offset);
            }
        }

        @Override
        public void reset() {
            dead.addAll(live);
            live.clear();
            ((Bump) sound).reset();
        }
    }

    /** Does not give the memory back on a reset. */
    static final class ForgettingReset extends Faulty implements AllocatorModel.Resettable {
        ForgettingReset(Allocator sound) {
            super(sound);
        }

        @Override
        public void reset() {
            int top = region().size() - sound.available();
            ((Bump) sound).reset();
            if (top > 0) {
                sound.tryAllocate(top, 1);
            }
        }

        @Override
        public int outstanding() {
            return sound.outstanding();
        }
    }

    /** Grows a block whether what lies above it is free or not. */
    static final class GrowingOverNeighbours extends Faulty implements AllocatorModel.Growable {
        GrowingOverNeighbours(Allocator sound) {
            super(sound);
        }

        @Override
        public boolean tryGrow(int offset, int newSize) {
            return ((Buddy) sound).tryGrow(offset, newSize) || newSize <= ((Buddy) sound).blockSize();
        }
    }

    /** Uses memory that it was not given when it has no other left. */
    static final class UsingGaps extends Faulty {
        UsingGaps(Allocator sound) {
            super(sound);
        }

        @Override
        public int tryAllocate(int size, int align) {
            int offset = sound.tryAllocate(size, align);
            if (offset != EXHAUSTED || size == 0 || align > size) {
                return offset;
            }
            for (int at = 0; at + size <= region().size(); at += Math.max(16, align)) {
                if (!contains(at) && at % align == 0) {
                    return at;
                }
            }
            return EXHAUSTED;
        }
    }
}
