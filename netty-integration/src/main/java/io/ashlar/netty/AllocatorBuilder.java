// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.MemorySource;
import io.ashlar.pool.MemoryPoolBuilder;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the values of an allocator. Not for use by several threads at once; may build any number of allocators.
 */
public final class AllocatorBuilder {

    private static final long SMALLEST_HEAP_LIMIT = 1 << 20;

    final @Nullable AshlarByteBufAllocator parent;
    private String name = "default";
    boolean preferDirect = PlatformDependent.directBufferPreferred();
    boolean fallBackToHeap;
    private @Nullable Long limit;
    private long reservation;
    private Consumer<AllocationException> whenExhausted = why -> {};
    private @Nullable MemorySource source;
    private @Nullable Integer regionSize;
    private @Nullable Integer stripes;
    private @Nullable Duration trimAfter;
    private boolean discardFreeRuns;
    private long @Nullable [] watermarks;

    AllocatorBuilder() {
        this(null);
    }

    AllocatorBuilder(@Nullable AshlarByteBufAllocator parent) {
        this.parent = parent;
    }

    void configureDirect(MemoryPoolBuilder<?> pool) {
        pool.name(name).reservation(reservation).whenExhausted(whenExhausted).discardFreeRuns(discardFreeRuns);
        if (parent != null) {
            pool.parent(parent.direct().memory());
        }
        if (limit != null) {
            pool.limit(limit);
        } else if (parent == null) {
            pool.limit(PlatformDependent.maxDirectMemory());
        }
        if (source != null) {
            pool.source(source);
        }
        if (regionSize != null) {
            pool.regionSize(regionSize);
        }
        if (watermarks != null) {
            pool.watermarks(watermarks[0], watermarks[1]);
        }
        configureBoth(pool);
    }

    private void configureBoth(MemoryPoolBuilder<?> pool) {
        if (stripes != null) {
            pool.stripes(stripes);
        }
        if (trimAfter != null) {
            pool.trimAfter(trimAfter);
        }
    }

    /** A quarter of the Java heap, hence by default regions of a 64th of it. */
    void configureHeap(MemoryPoolBuilder<?> pool) {
        configureBoth(pool);
        pool.name(name + "-heap");
        if (parent != null) {
            pool.parent(parent.heap().memory());
            return;
        }
        long quarter = Runtime.getRuntime().maxMemory() / 4;
        pool.limit(Math.max(SMALLEST_HEAP_LIMIT, quarter)).source(MemorySource.heap());
    }

    /**
     * Names the allocator, for messages, logs and metrics. Names should be stable and few. Give each allocator its own: meters and JMX tell
     * them apart by it.
     *
     * @param newName the name, not blank; {@code "default"} if never set
     * @return this builder
     */
    public AllocatorBuilder name(String newName) {
        name = newName;
        return this;
    }

    /**
     * Whether {@code buffer()}, which leaves the choice to the allocator, returns a direct buffer.
     *
     * @param newPreferDirect true for direct; if never set, true unless {@code io.netty.noPreferDirect} says
     *     otherwise
     * @return this builder
     */
    public AllocatorBuilder preferDirect(boolean newPreferDirect) {
        preferDirect = newPreferDirect;
        return this;
    }

    /**
     * Limits the regions that the allocator holds at once. The limit is exact. Heap buffers do not count.
     *
     * @param bytes the limit in bytes, as {@link MemoryPoolBuilder#limit(long)} allows it; if never set, that of the parent, or what
     *     Netty takes for the maximum of direct memory ({@code io.netty.maxDirectMemory}, else the JVM's own)
     * @return this builder
     */
    public AllocatorBuilder limit(long bytes) {
        limit = bytes;
        return this;
    }

    /**
     * Promises direct memory to a child: {@link MemoryPoolBuilder#reservation(long)}.
     *
     * @param bytes from 0, the default, to the limit
     * @return this builder
     */
    public AllocatorBuilder reservation(long bytes) {
        reservation = bytes;
        return this;
    }

    /**
     * What {@code buffer()} does when direct memory is exhausted: by default it fails as {@code directBuffer()} and {@code ioBuffer()} always
     * do. With true it returns a heap buffer instead, and counts that: {@link AshlarByteBufAllocator#heapFallbacks()}. A direct buffer that
     * has to grow fails all the same.
     *
     * @param newFallBackToHeap true to fall back
     * @return this builder
     */
    public AllocatorBuilder fallBackToHeap(boolean newFallBackToHeap) {
        fallBackToHeap = newFallBackToHeap;
        return this;
    }

    /**
     * Sets who is told when direct memory is exhausted: {@link MemoryPoolBuilder#whenExhausted}.
     *
     * @param listener gets the figures; called by the thread that asked for the buffer
     * @return this builder
     */
    public AllocatorBuilder whenExhausted(Consumer<AllocationException> listener) {
        whenExhausted = listener;
        return this;
    }

    /**
     * Where regions come from. Not for a child, which shares its parent's.
     *
     * @param newSource the source; {@link MemorySource#mapped()} if never set
     * @return this builder
     */
    public AllocatorBuilder source(MemorySource newSource) {
        source = newSource;
        return this;
    }

    /**
     * How much is taken from the source at a time. Requests beyond it get a region of their own. Not for a child.
     *
     * @param bytes the size in bytes, as {@link MemoryPoolBuilder#regionSize(int)} allows it; if never set, about a 16th of the limit,
     *     from 1 to 16 MiB
     * @return this builder
     */
    public AllocatorBuilder regionSize(int bytes) {
        regionSize = bytes;
        return this;
    }

    /**
     * How many stripes serve the threads that own no shard.
     *
     * @param count the number of stripes, as {@link MemoryPoolBuilder#stripes(int)} allows it
     * @return this builder
     */
    public AllocatorBuilder stripes(int count) {
        stripes = count;
        return this;
    }

    /**
     * After which quiet time memory goes back that nobody has needed meanwhile, as {@link MemoryPoolBuilder#trimAfter} has it.
     *
     * @param quiet the time, or {@link Duration#ZERO} for never; 5 s if never set
     * @return this builder
     */
    public AllocatorBuilder trimAfter(Duration quiet) {
        trimAfter = quiet;
        return this;
    }

    /**
     * Whether trimming also gives back what is free around direct buffers that are still in use, as
     * {@link MemoryPoolBuilder#discardFreeRuns} has it: on Linux, from JDK 22 on, with {@code --enable-native-access}. Elsewhere it is
     * logged once as a warning that it does not work.
     *
     * @param on whether to do it; false if never set
     * @return this builder
     */
    public AllocatorBuilder discardFreeRuns(boolean on) {
        discardFreeRuns = on;
        return this;
    }

    /**
     * At how many used bytes direct buffers come under pressure, and at how many that ends: {@link MemoryPoolBuilder#watermarks}.
     *
     * @param lowBytes zero or more; five eighths of the limit if never set
     * @param highBytes more than that, and at most the limit; three quarters of the limit if never set
     * @return this builder
     */
    public AllocatorBuilder watermarks(long lowBytes, long highBytes) {
        watermarks = new long[] {lowBytes, highBytes};
        return this;
    }

    /**
     * Makes the allocator. It holds no memory before its first direct buffer.
     *
     * @return a new allocator
     * @throws AllocatorConfigException if a value makes no sense; the message names it
     */
    public AshlarByteBufAllocator build() {
        return new AshlarByteBufAllocator(this);
    }
}
