// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.RegionStats;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Allocates and releases direct buffers, one at a time, on two event loops and on the thread of the test, and keeps books about it: from what
 * was asked for and by whom, from how long a block has to be, and from how the map of the regions has changed. Nothing of it comes from the
 * allocator's counters.
 */
final class Ledger {

    private static final int LARGEST_SMALL = 32 << 10;

    /** A buffer that is out. */
    private record Held(ByteBuf buffer, int block, @Nullable EventLoop owner) {}

    /** A stretch of memory that serves for something. */
    private record Run(long address, RegionStats.Kind kind, int bytes) {}

    /** What one thread did; of the thread of the test, what is counted in the stripe. */
    static final class Entry {
        long allocations;
        long frees;
        long remoteFrees;
    }

    final Map<@Nullable EventLoop, Entry> entries = new HashMap<>();
    final Map<Integer, Entry> classes = new TreeMap<>();
    private final AshlarByteBufAllocator allocator;
    private final Random random;
    private final List<Held> held = new ArrayList<>();
    private Set<Run> runs = Set.of();
    private final Map<Long, Integer> regions = new HashMap<>();

    long allocations;
    long frees;
    long remoteFrees;
    long requested;
    long used;
    long usedLarge;
    long misses;
    long peak;
    long returned;

    Ledger(AshlarByteBufAllocator allocator, List<EventLoop> loops, Random random) {
        this.allocator = allocator;
        this.random = random;
        loops.forEach(loop -> entries.put(loop, new Entry()));
        entries.put(null, new Entry());
    }

    private static void on(@Nullable EventLoop thread, Runnable task) {
        if (thread == null) {
            task.run();
        } else {
            thread.submit(task).syncUninterruptibly();
        }
    }

    /** Size classes are multiples of 16 bytes, from 64 on of a quarter of a power of two, from 8 KiB on of an eighth; a large block is a power of two. */
    static int blockFor(int size) {
        if (size <= 64) {
            return Math.max(16, size + 15 & -16);
        }
        int power = Integer.highestOneBit(size - 1);
        if (size > LARGEST_SMALL) {
            return power << 1;
        }
        int step = power >> (power < 8 << 10 ? 2 : 3);
        return (size + step - 1) / step * step;
    }

    int held() {
        return held.size();
    }

    void allocate(@Nullable EventLoop thread, int size) {
        ByteBuf[] made = new ByteBuf[1];
        on(thread, () -> made[0] = allocator.directBuffer(size).setZero(0, size));
        int block = blockFor(size);
        held.add(new Held(made[0], block, thread));
        allocations++;
        requested += size;
        used += block;
        usedLarge += block > LARGEST_SMALL ? block : 0;
        boolean missed = look();
        if (missed) {
            misses++;
        }
        if (block <= LARGEST_SMALL) {
            entries.get(thread).allocations++;
            ofClass(block).allocations++;
        } else if (!missed) {
            entries.get(thread).allocations++;
        }
    }

    private Entry ofClass(int block) {
        return classes.computeIfAbsent(block, b -> new Entry());
    }

    void release(@Nullable EventLoop thread) {
        Held freed = held.remove(random.nextInt(held.size()));
        requested -= freed.buffer().capacity();
        used -= freed.block();
        usedLarge -= freed.block() > LARGEST_SMALL ? freed.block() : 0;
        frees++;
        int before = runs.size();
        on(thread, () -> freed.buffer().release());
        look();
        boolean wentBack = runs.size() < before;
        boolean small = freed.block() <= LARGEST_SMALL;
        boolean ofStripe = freed.owner() == null;
        if (small) {
            ofClass(freed.block()).frees++;
        }
        if (thread == freed.owner()) {
            if (small || !ofStripe && !wentBack) {
                entries.get(thread).frees++;
            }
        } else if (small || !ofStripe) {
            remoteFrees++;
            if (thread != null) {
                entries.get(thread).remoteFrees++;
            }
        }
    }

    /** Somebody else has changed something. */
    void lookAgain() {
        look();
    }

    /** Looks at the map of the regions, and tells whether there is a run that was not there before. */
    private boolean look() {
        Set<Run> now = new HashSet<>();
        List<RegionStats> held = allocator.regionStats();
        compareRegions(held);
        for (RegionStats region : held) {
            for (RegionStats.Part part : region.parts()) {
                if (part.kind() != RegionStats.Kind.FREE) {
                    now.add(new Run(region.address() + part.offset(), part.kind(), part.bytes()));
                }
            }
        }
        boolean more = !runs.containsAll(now);
        runs = now;
        return more;
    }

    private void compareRegions(List<RegionStats> now) {
        Map<Long, Integer> left = new HashMap<>(regions);
        now.forEach(region -> left.remove(region.address()));
        left.forEach((address, bytes) -> {
            returned += bytes;
            regions.remove(address);
        });
        now.forEach(region -> regions.put(region.address(), region.bytes()));
        peak = Math.max(
                peak, regions.values().stream().mapToLong(bytes -> bytes).sum());
    }
}
