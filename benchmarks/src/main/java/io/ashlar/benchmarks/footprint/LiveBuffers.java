// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import io.ashlar.benchmarks.SizePattern;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The buffers that one event loop holds, all of them written from end to end, so that their memory is resident. */
final class LiveBuffers {

    private static final int STEPS = 1 << 16;
    private static final int BYTES_PER_REFERENCE = 4;

    private final int[] sizes;
    private final int[] draws;
    private final ArrayList<ByteBuf> buffers = new ArrayList<>();
    private int step;
    private int slots;

    LiveBuffers(long seed) {
        sizes = SizePattern.draw(STEPS, seed);
        draws = new SplittableRandom(seed).ints(STEPS, 0, Integer.MAX_VALUE).toArray();
    }

    void fill(ByteBufAllocator alloc, long bytes) {
        for (long sum = 0; sum < bytes; sum += buffers.get(buffers.size() - 1).capacity()) {
            buffers.add(next(alloc));
        }
        slots = Math.max(slots, buffers.size());
    }

    void fillCount(ByteBufAllocator alloc, int count) {
        for (int i = 0; i < count; i++) {
            buffers.add(next(alloc));
        }
        slots = Math.max(slots, buffers.size());
    }

    void replace(ByteBufAllocator alloc, int times) {
        for (int i = 0; i < times; i++) {
            int slot = draws[step & STEPS - 1] % buffers.size();
            buffers.get(slot).release();
            buffers.set(slot, next(alloc));
        }
    }

    void releaseAll() {
        buffers.forEach(ByteBuf::release);
        buffers.clear();
    }

    /** Keeps every n-th of those that are no larger than {@code small} bytes. */
    void releaseAllBut(int small, int nth) {
        List<ByteBuf> survivors = new ArrayList<>();
        int seen = 0;
        for (ByteBuf buffer : buffers) {
            if (buffer.capacity() <= small && seen++ % nth == 0) {
                survivors.add(buffer);
            } else {
                buffer.release();
            }
        }
        buffers.clear();
        buffers.addAll(survivors);
    }

    /** As {@link #fill}, but every n-th buffer has {@code small} bytes. */
    void fillWithSmall(ByteBufAllocator alloc, long bytes, int nth, int small) {
        long sum = 0;
        while (sum < bytes) {
            boolean isSmall = buffers.size() % nth == nth - 1;
            buffers.add(isSmall ? alloc.directBuffer(small, small).writeZero(small) : next(alloc));
            sum += buffers.get(buffers.size() - 1).capacity();
        }
        slots = Math.max(slots, buffers.size());
    }

    /** Buffers of small sizes that are evenly spread. */
    void fillEvenly(ByteBufAllocator alloc, long bytes, int least, int most) {
        long sum = 0;
        while (sum < bytes) {
            int size = least + draws[step++ & STEPS - 1] % (most - least + 1);
            buffers.add(alloc.directBuffer(size, size).writeZero(size));
            sum += size;
        }
        slots = Math.max(slots, buffers.size());
    }

    /** Keeps every n-th buffer. */
    void releaseAllButEvery(int nth) {
        List<ByteBuf> survivors = new ArrayList<>();
        for (int i = 0; i < buffers.size(); i++) {
            if (i % nth == nth - 1) {
                survivors.add(buffers.get(i));
            } else {
                buffers.get(i).release();
            }
        }
        buffers.clear();
        buffers.addAll(survivors);
    }

    /** Bytes that were asked for and are still held. */
    long requested() {
        return buffers.stream().mapToLong(ByteBuf::capacity).sum();
    }

    /** About how much of the Java heap this object has come to hold itself, without the buffers. */
    long ownHeap() {
        return (long) slots * BYTES_PER_REFERENCE;
    }

    private ByteBuf next(ByteBufAllocator alloc) {
        int size = sizes[step++ & STEPS - 1];
        return alloc.directBuffer(size, size).writeZero(size);
    }
}
