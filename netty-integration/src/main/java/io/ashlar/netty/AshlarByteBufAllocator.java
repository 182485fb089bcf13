// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.pool.MemoryPool;
import io.ashlar.pool.PoolStats;
import io.ashlar.pool.PressureListener;
import io.ashlar.pool.PressureStats;
import io.ashlar.pool.RegionStats;
import io.ashlar.pool.Registration;
import io.ashlar.pool.SampledBlock;
import io.ashlar.pool.ShardStats;
import io.ashlar.pool.SizeClassStats;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.ChannelOption;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A drop-in {@link io.netty.buffer.ByteBufAllocator} whose buffers come from two {@link MemoryPool}s, a direct one and one of
 * arrays.
 *
 * <p>Each allocator has pools of its own, with a name, a limit and statistics. {@link #DEFAULT} is shared by the whole
 * process; {@link #builder()} makes others. Buffers of any size are pooled; heap buffers beyond a quarter of the Java heap are
 * plain Netty ones.
 *
 * <table>
 *   <caption>Cost</caption>
 *   <tr><th>operation</th><th>event loop thread</th><th>any other thread</th></tr>
 *   <tr><td>allocate a buffer up to 32 KiB</td><td>O(1), no lock</td><td>O(1), under the lock of a stripe</td></tr>
 *   <tr><td>allocate a larger one</td><td>O(1), no lock if one of its length was freed lately</td><td>under the lock of the regions</td></tr>
 *   <tr><td>release it</td><td colspan="2">O(1); a remote free if another thread's shard owns it</td></tr>
 *   <tr><td>grow it beyond its block</td><td colspan="2">one allocation and a copy of its capacity</td></tr>
 * </table>
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread. A buffer may be released by another thread than
 * the one that allocated it.
 *
 * <p><b>Errors.</b> A direct buffer that the limit, or the source, has no room for is an {@link OutOfPoolMemoryError};
 * the allocator goes on as before. There is no silent fall-back to the heap, but a counted one: {@link AllocatorBuilder#fallBackToHeap}. After {@link #close()} every request for a
 * direct buffer is an {@link IllegalStateException}; heap buffers go on, unpooled.
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

    private final boolean prefersDirect;
    private final boolean fallsBackToHeap;
    private final @Nullable AshlarByteBufAllocator parent;
    // Synchronization: a concurrent set; whoever makes or closes a child changes it, who closes the parent reads it.
    private final Set<AshlarByteBufAllocator> children = ConcurrentHashMap.newKeySet();
    // Synchronization: an adder; anybody adds and reads.
    private final LongAdder heapFallbacks = new LongAdder();
    private final BufferPool<AshlarByteBuf> direct;
    private final HeapBufferPool heap;
    private final UnpooledHeapBuffers unpooledHeap = new UnpooledHeapBuffers();
    private final Metric metric = new Metric();
    // Synchronization: volatile; made once, under the lock of this object.
    private volatile @Nullable ReadGate readGate;

    AshlarByteBufAllocator(AllocatorBuilder builder) {
        super(builder.preferDirect);
        prefersDirect = builder.preferDirect;
        fallsBackToHeap = builder.fallBackToHeap;
        parent = builder.parent;
        direct = new BufferPool<>(this, AshlarByteBuf::new, builder::configureDirect);
        heap = newHeapPool(builder);
        if (parent != null) {
            parent.children.add(this);
            if (parent.stats().closed()) { // meanwhile, perhaps without having seen this one
                close();
            }
        }
    }

    private HeapBufferPool newHeapPool(AllocatorBuilder builder) {
        try {
            return new HeapBufferPool(this, builder::configureHeap);
        } catch (RuntimeException e) {
            direct.close();
            throw e;
        }
    }

    /**
     * Starts an allocator with the values of {@link #DEFAULT}, each of which can be changed.
     *
     * @return a builder
     */
    public static AllocatorBuilder builder() {
        return new AllocatorBuilder();
    }

    /**
     * Makes an allocator with a limit of its own that takes its memory from this one: for a tenant, a protocol, or buffers of another lifetime.
     * Its name becomes {@code parent/name}, and it is closed by itself or with its parent.
     *
     * @param childName its name, not blank, not that of another child that is open
     * @param limit bytes of direct memory, from 64 KiB to the limit of this allocator
     * @return a new allocator
     * @throws AllocatorConfigException if a value makes no sense; the message names it
     * @throws IllegalStateException if this allocator is closed
     */
    public AshlarByteBufAllocator child(String childName, long limit) {
        return childBuilder(childName).limit(limit).build();
    }

    /**
     * Starts a child as {@link #child} makes it, with the values of {@link #builder()}, and with the limit of this allocator if none is set.
     *
     * @param childName its name, not blank, not that of another child that is open
     * @return a builder
     */
    public AllocatorBuilder childBuilder(String childName) {
        return new AllocatorBuilder(this).name(childName);
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
        return direct.memory().name();
    }

    /**
     * The figures of the pool that direct buffers come from: one consistent enough look while others go on working,
     * exact when nobody does. Cost: O(shards × size classes), no lock on any allocation path.
     *
     * @return the figures
     */
    public PoolStats stats() {
        return direct.memory().stats();
    }

    /**
     * The figures of direct buffers by size class, of all that lie in slabs. Cost: O(shards × size classes), no lock on any allocation path.
     *
     * @return the figures, the smallest class first
     */
    public List<SizeClassStats> sizeClassStats() {
        return direct.memory().sizeClassStats();
    }

    /**
     * The figures of direct buffers of one size class: {@link MemoryPool#sizeClassStats(int)}. Cost: O(shards).
     *
     * @param sizeClass the place in {@link #sizeClassStats()}, from 0
     * @return the figures
     * @throws IndexOutOfBoundsException if there is no such size class
     */
    public SizeClassStats sizeClassStats(int sizeClass) {
        return direct.memory().sizeClassStats(sizeClass);
    }

    /**
     * What lies where in the regions of direct buffers: {@link MemoryPool#regionStats()}.
     *
     * @return the regions, in the order of {@link MemoryPool#regionStats()}
     */
    public List<RegionStats> regionStats() {
        return direct.memory().regionStats();
    }

    /**
     * The figures of direct buffers by shard: {@link MemoryPool#shardStats()}.
     *
     * @return the figures, those of stripes first
     */
    public List<ShardStats> shardStats() {
        return direct.memory().shardStats();
    }

    /**
     * The figures of direct buffers of the shards of one name: {@link MemoryPool#shardStats(String)}.
     *
     * @param name the name of a thread, or of a stripe
     * @return the figures; none if there is no such shard
     */
    public List<ShardStats> shardStats(String name) {
        return direct.memory().shardStats(name);
    }

    /**
     * How much of the memory of direct buffers is resident: {@link MemoryPool#residentBytes()}. Takes milliseconds.
     *
     * @return bytes, or -1 if that cannot be found out
     */
    public long residentBytes() {
        return direct.memory().residentBytes();
    }

    /**
     * Whether free memory around direct buffers goes back to the operating system while they are in use:
     * {@link MemoryPool#discardsFreeRuns()}.
     *
     * @return true if it was asked for ({@link AllocatorBuilder#discardFreeRuns}), and works here
     */
    public boolean discardsFreeRuns() {
        return direct.memory().discardsFreeRuns();
    }

    /**
     * Whether to watch a sample of the direct buffers, to tell how long they are out: {@link MemoryPool#sampleBlocks}.
     *
     * @param on whether to watch; off at first
     */
    public void sampleBlocks(boolean on) {
        direct.memory().sampleBlocks(on);
    }

    /**
     * The direct buffers that are watched and out: {@link MemoryPool#sampledBlocks()}.
     *
     * @return their blocks, the oldest first
     */
    public List<SampledBlock> sampledBlocks() {
        return direct.memory().sampledBlocks();
    }

    /**
     * The arrays of heap buffers that found no room in the pool of heap buffers, and what others grew to beyond it.
     *
     * @return bytes
     */
    public long unpooledHeapBytes() {
        return unpooledHeap.usedBytes() + heap.beyondBytes();
    }

    /**
     * How often {@link #buffer()} returned a heap buffer because direct memory was exhausted: {@link AllocatorBuilder#fallBackToHeap}.
     *
     * @return a count, never falling
     */
    public long heapFallbacks() {
        return heapFallbacks.sum();
    }

    /**
     * The figures of the pool that heap buffers come from. It takes at most a quarter of the Java heap; what exceeds that
     * is served by unpooled heap buffers, which these figures do not know.
     *
     * @return the figures
     */
    public PoolStats heapStats() {
        return heap.memory().stats();
    }

    /**
     * Whether direct buffers are under pressure: {@link MemoryPool#isUnderPressure()}. One volatile read. {@link MemoryPressureHandler} has
     * channels stop reading then.
     *
     * @return true from when the high watermark is reached until the used bytes are down to the low one
     */
    public boolean isUnderPressure() {
        return direct.memory().isUnderPressure();
    }

    /**
     * Has a listener told when pressure begins and ends: {@link MemoryPool#onPressure}.
     *
     * @param listener is called on a thread of the pool's; may throw and may block
     * @return to be closed when the listener does not want to know any more
     */
    public Registration onPressure(PressureListener listener) {
        return direct.memory().onPressure(listener);
    }

    /**
     * A future that completes when direct buffers are not under pressure: {@link MemoryPool#whenBelow()}.
     *
     * @return a future of its own for each call
     */
    public CompletableFuture<Void> whenBelow() {
        return direct.memory().whenBelow();
    }

    /**
     * The watermarks of direct buffers, and how often and how long there has been pressure: {@link MemoryPool#pressureStats()}.
     *
     * @return the figures
     */
    public PressureStats pressureStats() {
        return direct.memory().pressureStats();
    }

    /**
     * How many channels with a {@link MemoryPressureHandler} of this allocator are paused. They go on some at a time, so there may be some for a moment
     * after pressure has ended. One volatile read.
     *
     * @return channels
     */
    public int pausedChannels() {
        ReadGate gate = readGate;
        return gate == null ? 0 : gate.paused();
    }

    /** Where channels stop while direct buffers are under pressure; made when the first channel wants it. */
    ReadGate readGate() {
        ReadGate gate = readGate;
        if (gate == null) {
            synchronized (this) {
                gate = readGate;
                if (gate == null) {
                    List<MemoryPool<?>> above = new ArrayList<>();
                    for (AshlarByteBufAllocator each = parent; each != null; each = each.parent) {
                        above.add(each.direct.memory());
                    }
                    gate = ReadGate.of(direct.memory(), above, GlobalEventExecutor.INSTANCE::schedule);
                    readGate = gate;
                }
            }
        }
        return gate;
    }

    /**
     * Gives back what is idle: empty slabs, large blocks that event loops keep, empty regions. See {@link MemoryPool#trim()}; not for the path
     * of a request.
     */
    public void trim() {
        direct.memory().trim();
        heap.memory().trim();
    }

    /**
     * All figures as a text for people, of direct buffers and of heap buffers: {@link MemoryPool#dump()}.
     *
     * @return the text
     */
    public String dump() {
        return direct.memory().dump() + heap.memory().dump();
    }

    /**
     * Netty's own two figures. Used direct memory is the bytes of the regions held from the OS
     * ({@link PoolStats#reservedBytes()}), used heap memory the bytes of the arrays held for heap buffers, pooled or not.
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
     * Ends the allocator, its children first. No direct buffer can be allocated or moved to a larger block any more; only an event loop may still get
     * what is left of the slabs at hand until it runs the task for it. Buffers that are still
     * out stay valid, and their memory goes back with the last of them; the pool logs how many there are. Calls after
     * the first only try again to give back regions that could not be closed.
     *
     * @throws UnsupportedOperationException if this is {@link #DEFAULT}
     */
    @Override
    public void close() {
        if (this == DEFAULT) {
            throw new UnsupportedOperationException("the allocator name=" + name()
                    + " is shared by the whole process and is not closed: build one of your own to close it");
        }
        children.forEach(AshlarByteBufAllocator::close);
        if (parent != null) {
            parent.children.remove(this);
        }
        direct.close();
        heap.close();
    }

    @Override
    public ByteBuf buffer() {
        try {
            return super.buffer();
        } catch (OutOfPoolMemoryError exhausted) {
            return counted(heapInsteadOf(exhausted).heapBuffer());
        }
    }

    @Override
    public ByteBuf buffer(int initialCapacity) {
        try {
            return super.buffer(initialCapacity);
        } catch (OutOfPoolMemoryError exhausted) {
            return counted(heapInsteadOf(exhausted).heapBuffer(initialCapacity));
        }
    }

    @Override
    public ByteBuf buffer(int initialCapacity, int maxCapacity) {
        try {
            return super.buffer(initialCapacity, maxCapacity);
        } catch (OutOfPoolMemoryError exhausted) {
            return counted(heapInsteadOf(exhausted).heapBuffer(initialCapacity, maxCapacity));
        }
    }

    AshlarByteBufAllocator heapInsteadOf(OutOfPoolMemoryError exhausted) {
        if (!fallsBackToHeap) {
            throw exhausted;
        }
        return this;
    }

    ByteBuf counted(ByteBuf onHeap) {
        heapFallbacks.increment();
        return onHeap;
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return watched(direct.allocate(initialCapacity).handOut(initialCapacity, maxCapacity));
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        AshlarHeapByteBuf buf = heap.tryAllocate(initialCapacity);
        return buf != null
                ? watched(buf.handOut(initialCapacity, maxCapacity))
                : watched(unpooledHeap.newBuffer(this, initialCapacity, maxCapacity));
    }

    /** The place of leak detection: whatever is to watch a buffer from its hand-out on starts here. */
    static ByteBuf watched(ByteBuf buf) {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        boolean wrap = level == ResourceLeakDetector.Level.ADVANCED || level == ResourceLeakDetector.Level.PARANOID;
        if (!wrap) {
            return buf;
        }
        ByteBuf wrapped = toLeakAwareBuffer(buf);
        if (wrapped != buf && buf instanceof AbstractPooledByteBuf<?> pooled) {
            pooled.beForgotten(); // a detector learns of a leak from the garbage collector
        }
        return wrapped;
    }

    boolean prefersDirect() {
        return prefersDirect;
    }

    BufferPool<AshlarByteBuf> direct() {
        return direct;
    }

    BufferPool<AshlarHeapByteBuf> heap() {
        return heap;
    }

    UnpooledHeapBuffers unpooledHeap() {
        return unpooledHeap;
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
            return heap.memory().stats().reservedBytes() + unpooledHeapBytes();
        }

        @Override
        public long usedDirectMemory() {
            return stats().reservedBytes();
        }

        @Override
        public String toString() {
            return "Metric[name=" + name() + ", usedHeapMemory=" + usedHeapMemory() + ", usedDirectMemory="
                    + usedDirectMemory() + "]";
        }
    }
}
