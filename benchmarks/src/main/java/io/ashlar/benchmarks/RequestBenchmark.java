// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.netty.RequestArena;
import io.ashlar.netty.RequestArenas;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledUnsafeDirectByteBuf;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * What do the buffers of a request cost? A request allocates 20 direct buffers of 64 B to 8 KiB, writes eight bytes into each, releases
 * them and ends. Nanoseconds are per buffer.
 *
 * <p>The buffers are held by local variables, as handlers hold theirs, and not by an array: one that has grown old would cost a fence
 * per buffer, whoever it comes from.
 */
public class RequestBenchmark extends PeerBenchmark {

    private static final int BUFFERS = 20;
    private static final int LEVELS = 4;
    private static final int PER_LEVEL = BUFFERS / LEVELS;

    private final int[] sizes = new int[BUFFERS];
    private final Counted[] ready = new Counted[BUFFERS];
    private @Nullable RequestArena request;

    @Override
    protected void prepare() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < BUFFERS; i++) {
            sizes[i] = (int) Math.round(64 * Math.pow(2, 7 * random.nextDouble()));
            ready[i] = new Counted(sizes[i]);
        }
        if (alloc instanceof AshlarByteBufAllocator ashlar) {
            request = RequestArenas.builder(ashlar).build().newArena();
        }
    }

    @Override
    protected void releaseAll() {
        if (request != null) {
            request.close();
        }
    }

    /**
     * One request, from the allocator.
     *
     * @return something that depends on it
     */
    @Benchmark
    @OperationsPerInvocation(BUFFERS)
    public int buffer() {
        return level(alloc, 0);
    }

    /**
     * One request, from an arena where there are such: the peers do the same as in {@link #buffer()}.
     *
     * @return something that depends on it
     */
    @Benchmark
    @OperationsPerInvocation(BUFFERS)
    public int bufferInArena() {
        RequestArena arena = request;
        if (arena == null) {
            return level(alloc, 0);
        }
        arena.begin();
        int sum = level(arena, 0);
        arena.end();
        return sum;
    }

    /**
     * The same with 20 buffers that are there already: only their counts and indices are set, so this is what
     * no allocator can do without.
     *
     * @return something that depends on it
     */
    @Benchmark
    @OperationsPerInvocation(BUFFERS)
    public int baseline() {
        return readyLevel(0);
    }

    private int readyLevel(int level) {
        int first = level * PER_LEVEL;
        ByteBuf a = ready[first].handOut().writeLong(first);
        ByteBuf b = ready[first + 1].handOut().writeLong(first);
        ByteBuf c = ready[first + 2].handOut().writeLong(first);
        ByteBuf d = ready[first + 3].handOut().writeLong(first);
        ByteBuf e = ready[first + 4].handOut().writeLong(first);
        int sum = level + 1 < LEVELS ? readyLevel(level + 1) : 0;
        sum += a.release() ? 1 : 0;
        sum += b.release() ? 1 : 0;
        sum += c.release() ? 1 : 0;
        sum += d.release() ? 1 : 0;
        sum += e.release() ? 1 : 0;
        return sum;
    }

    private int level(ByteBufAllocator from, int level) {
        int first = level * PER_LEVEL;
        ByteBuf a = from.directBuffer(sizes[first]).writeLong(first);
        ByteBuf b = from.directBuffer(sizes[first + 1]).writeLong(first);
        ByteBuf c = from.directBuffer(sizes[first + 2]).writeLong(first);
        ByteBuf d = from.directBuffer(sizes[first + 3]).writeLong(first);
        ByteBuf e = from.directBuffer(sizes[first + 4]).writeLong(first);
        int sum = level + 1 < LEVELS ? level(from, level + 1) : 0;
        sum += a.release() ? 1 : 0;
        sum += b.release() ? 1 : 0;
        sum += c.release() ? 1 : 0;
        sum += d.release() ? 1 : 0;
        sum += e.release() ? 1 : 0;
        return sum;
    }

    private static final class Counted extends UnpooledUnsafeDirectByteBuf {

        Counted(int bytes) {
            super(UnpooledByteBufAllocator.DEFAULT, bytes, bytes);
        }

        ByteBuf handOut() {
            resetRefCnt();
            return clear();
        }

        @Override
        protected void deallocate() {}
    }
}
