// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.MemorySource;
import io.ashlar.pool.Block;
import io.ashlar.pool.MemoryPool;
import io.ashlar.pool.OwnedShard;
import io.ashlar.pool.PoolStats;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.ChannelOption;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.internal.PlatformDependent;
import org.jspecify.annotations.Nullable;

/**
 * A drop-in {@link io.netty.buffer.ByteBufAllocator} whose direct buffers come from a {@link MemoryPool}.
 *
 * <p>Each allocator is a pool of its own, with a name, a limit and statistics. {@link #DEFAULT} is shared by the whole
 * process; {@link #builder()} makes others. Direct buffers of any size are pooled; heap buffers are plain Netty ones.
 *
 * <table>
 *   <caption>Cost</caption>
 *   <tr><th>operation</th><th>event loop thread</th><th>any other thread</th></tr>
 *   <tr><td>allocate a direct buffer</td><td>O(1), no lock</td><td>O(1), under the lock of a stripe</td></tr>
 *   <tr><td>release it</td><td colspan="2">O(1); a remote free if another thread's shard owns it</td></tr>
 *   <tr><td>grow it beyond its block</td><td colspan="2">one allocation and a copy of its capacity</td></tr>
 * </table>
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread. A buffer may be released by another thread than
 * the one that allocated it.
 *
 * <p><b>Errors.</b> A direct buffer that the limit, or the source, has no room for is an {@link OutOfPoolMemoryError};
 * the allocator goes on as before. There is no silent fall-back to the heap. After {@link #close()} every request for a
 * direct buffer is an {@link IllegalStateException}.
 *
 * <p><b>Leak detection.</b> At the levels {@code ADVANCED} and {@code PARANOID} of {@code io.netty.leakDetection.level}
 * direct buffers are wrapped as Netty's own allocators wrap theirs. At {@code SIMPLE} and {@code DISABLED} nothing is
 * recorded per buffer; what is outstanding is counted at every level.
 *
 * <p>Example:
 * <pre>{@code
 * AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder().name("edge").limit(512L << 20).build();
 * alloc.install(serverBootstrap); // on the server channel and on every connection
 * }</pre>
 */
public final class AshlarByteBufAllocator extends AbstractByteBufAllocator
        implements ByteBufAllocatorMetricProvider, AutoCloseable {

    /**
     * The allocator of the whole process: named {@code "default"}, limited to what Netty takes for the maximum of
     * direct memory. It cannot be closed.
     */
    public static final AshlarByteBufAllocator DEFAULT = builder().build();

    private final MemoryPool<AshlarByteBuf> pool;
    private final EventLoopShards shards = new EventLoopShards();
    private final HeapBuffers heapBuffers = new HeapBuffers();
    private final Metric metric = new Metric();

    private AshlarByteBufAllocator(Builder builder) {
        super(builder.preferDirect);
        MemoryPool.Builder<AshlarByteBuf> poolBuilder = MemoryPool.<AshlarByteBuf>builder(
                        block -> new AshlarByteBuf(this, block))
                .name(builder.name)
                .limit(builder.limit)
                .source(builder.source == null ? MemorySource.mapped() : builder.source);
        if (builder.regionSize != null) {
            poolBuilder.regionSize(builder.regionSize);
        }
        if (builder.stripes != null) {
            poolBuilder.stripes(builder.stripes);
        }
        pool = poolBuilder.build();
    }

    /**
     * Starts an allocator with the values of {@link #DEFAULT}, each of which can be changed.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Makes a server use this allocator: on its server channel ({@code option}) and on every connection that it accepts
     * ({@code childOption}). Setting one of the two alone is a common mistake.
     *
     * @param bootstrap what to install into
     * @return the same bootstrap
     */
    public ServerBootstrap install(ServerBootstrap bootstrap) {
        return bootstrap.option(ChannelOption.ALLOCATOR, this).childOption(ChannelOption.ALLOCATOR, this);
    }

    /**
     * Makes a client, or a datagram channel, use this allocator.
     *
     * @param bootstrap what to install into
     * @return the same bootstrap
     */
    public Bootstrap install(Bootstrap bootstrap) {
        return bootstrap.option(ChannelOption.ALLOCATOR, this);
    }

    /**
     * The name that the allocator has in messages, logs and metrics.
     *
     * @return the name
     */
    public String name() {
        return pool.name();
    }

    /**
     * The figures of the pool that direct buffers come from: one consistent enough look while others go on working,
     * exact when nobody does. Cost: O(shards), no lock on any allocation path.
     *
     * @return the figures
     */
    public PoolStats stats() {
        return pool.stats();
    }

    /**
     * Netty's own two figures. Used direct memory is the bytes of the regions held from the OS
     * ({@link PoolStats#reservedBytes()}), used heap memory the bytes of live heap buffers.
     *
     * @return a live view, always the same object
     */
    @Override
    public ByteBufAllocatorMetric metric() {
        return metric;
    }

    @Override
    public boolean isDirectBufferPooled() {
        return true;
    }

    /**
     * Ends the allocator. No direct buffer can be allocated or moved to a larger block any more. Buffers that are still
     * out stay valid, and their memory goes back with the last of them; the pool logs how many there are. Calls after
     * the first do nothing.
     *
     * @throws UnsupportedOperationException if this is {@link #DEFAULT}
     */
    @Override
    public void close() {
        if (this == DEFAULT) {
            throw new UnsupportedOperationException("the allocator name=" + name()
                    + " is shared by the whole process and is not closed: build one of your own to close it");
        }
        pool.close();
        shards.retireAll();
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return watched(AshlarByteBuf.handOut(allocateBlock(initialCapacity), initialCapacity, maxCapacity));
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return heapBuffers.newBuffer(this, initialCapacity, maxCapacity);
    }

    /** The place of leak detection: whatever is to watch a direct buffer from its hand-out on starts here. */
    private static ByteBuf watched(AshlarByteBuf buf) {
        return ResourceLeakDetector.getLevel().compareTo(ResourceLeakDetector.Level.ADVANCED) >= 0
                ? toLeakAwareBuffer(buf)
                : buf;
    }

    /** Takes a block from the current thread's shard, or from the stripes if it has none. */
    Block<AshlarByteBuf> allocateBlock(int size) {
        try {
            OwnedShard<AshlarByteBuf> shard = shards.ofCurrentThread(pool);
            return shard != null ? shard.allocate(size) : pool.allocate(size);
        } catch (AllocationException e) {
            throw new OutOfPoolMemoryError(e);
        }
    }

    /**
     * As {@link #allocateBlock}, for a caller that can do without: null if there is no memory or the pool is closed.
     */
    @Nullable
    Block<AshlarByteBuf> tryAllocateBlock(int size) {
        if (pool.isClosed()) {
            return null;
        }
        try {
            return allocateBlock(size);
        } catch (OutOfPoolMemoryError | IllegalStateException noneToBeHad) {
            return null;
        }
    }

    HeapBuffers heapBuffers() {
        return heapBuffers;
    }

    @Override
    public String toString() {
        PoolStats s = stats();
        return "AshlarByteBufAllocator[name=" + s.name() + ", source=" + s.source() + ", requested="
                + s.requestedBytes() + ", used=" + s.usedBytes() + ", reserved=" + s.reservedBytes() + ", limit="
                + s.limitBytes() + ", outstanding=" + s.outstanding() + (s.closed() ? ", closed]" : "]");
    }

    private final class Metric implements ByteBufAllocatorMetric {

        @Override
        public long usedHeapMemory() {
            return heapBuffers.usedBytes();
        }

        @Override
        public long usedDirectMemory() {
            return pool.stats().reservedBytes();
        }

        @Override
        public String toString() {
            return "Metric[name=" + pool.name() + ", usedHeapMemory=" + usedHeapMemory() + ", usedDirectMemory="
                    + usedDirectMemory() + "]";
        }
    }

    /**
     * Collects the values of an allocator. Not for use by several threads at once; may build any number of allocators.
     */
    public static final class Builder {

        private String name = "default";
        private boolean preferDirect = PlatformDependent.directBufferPreferred();
        private long limit = PlatformDependent.maxDirectMemory();
        private @Nullable MemorySource source;
        private @Nullable Integer regionSize;
        private @Nullable Integer stripes;

        private Builder() {}

        /**
         * Names the allocator, for messages, logs and metrics. Names should be stable and few; they need not be unique.
         *
         * @param newName the name, not blank; {@code "default"} if never set
         * @return this builder
         */
        public Builder name(String newName) {
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
        public Builder preferDirect(boolean newPreferDirect) {
            preferDirect = newPreferDirect;
            return this;
        }

        /**
         * Limits the regions that the allocator holds at once. The limit is exact. Heap buffers do not count.
         *
         * @param bytes the limit in bytes, as {@link MemoryPool.Builder#limit(long)} allows it; if never set, what
         *     Netty takes for the maximum of direct memory ({@code io.netty.maxDirectMemory}, else the JVM's own)
         * @return this builder
         */
        public Builder limit(long bytes) {
            limit = bytes;
            return this;
        }

        /**
         * Where regions come from.
         *
         * @param newSource the source; {@link MemorySource#mapped()} if never set
         * @return this builder
         */
        public Builder source(MemorySource newSource) {
            source = newSource;
            return this;
        }

        /**
         * How much is taken from the source at a time. Requests beyond it get a region of their own.
         *
         * @param bytes the size in bytes, as {@link MemoryPool.Builder#regionSize(int)} allows it
         * @return this builder
         */
        public Builder regionSize(int bytes) {
            regionSize = bytes;
            return this;
        }

        /**
         * How many stripes serve the threads that own no shard.
         *
         * @param count the number of stripes, as {@link MemoryPool.Builder#stripes(int)} allows it
         * @return this builder
         */
        public Builder stripes(int count) {
            stripes = count;
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
}
