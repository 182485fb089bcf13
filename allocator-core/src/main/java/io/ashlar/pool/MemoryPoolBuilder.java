// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.MemorySource;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a {@link MemoryPool}. Not for use by several threads at once; may build any number of pools.
 *
 * <p>All sizes are in bytes. Nothing is checked before {@link #build()}.
 *
 * @param <V> the type of the views
 */
public final class MemoryPoolBuilder<V> {

    final ViewFactory<V> views;
    private String name = "pool";

    @Nullable
    MemoryPool<?> parent;

    private @Nullable MemorySource source;
    private @Nullable Long limit;
    private long reservation;
    private @Nullable Integer regionSize;
    private int stripes = PoolConfig.defaultStripes();
    private Duration trimAfter = PoolConfig.DEFAULT_TRIM_AFTER;
    private @Nullable Watermarks watermarks;
    private boolean discardFreeRuns;
    Supplier<@Nullable OwnedShard<V>> ownShard = () -> null;
    Consumer<AllocationException> whenExhausted = why -> {};

    MemoryPoolBuilder(ViewFactory<V> views) {
        this.views = views;
    }

    /**
     * Names the pool, for metrics and messages.
     *
     * @param newName not blank; default {@code "pool"}
     * @return this
     */
    public MemoryPoolBuilder<V> name(String newName) {
        name = newName;
        return this;
    }

    /**
     * Makes the pool a child of another one: it takes its memory from the parent's regions, within the parent's limit and one of its own. Its
     * name becomes {@code parent/name}. It has shards of its own, so that nothing is mixed below the size of a run, and is closed by itself
     * or with its parent. {@link PoolStats} says what the figures of a child are.
     *
     * @param newParent the parent; null, the default, for none
     * @return this
     */
    public MemoryPoolBuilder<V> parent(@Nullable MemoryPool<?> newParent) {
        parent = newParent;
        return this;
    }

    /**
     * Promises memory to a child: so many bytes of runs nobody else gets, neither its parent nor another child. As with any limit in bytes, a
     * block that needs a longer run than is free in one piece may still be refused.
     *
     * @param bytes from 0, the default, to the limit
     * @return this
     */
    public MemoryPoolBuilder<V> reservation(long bytes) {
        reservation = bytes;
        return this;
    }

    /**
     * Sets who is told when a request is about to fail for want of memory, after all that is idle was given back. It is called by the thread
     * that asked, which goes on when it returns; what it throws is logged.
     *
     * @param listener gets what the caller is about to get; default: nobody
     * @return this
     */
    public MemoryPoolBuilder<V> whenExhausted(Consumer<AllocationException> listener) {
        whenExhausted = listener;
        return this;
    }

    /**
     * Sets where regions come from. Not for a child.
     *
     * @param newSource default {@link MemorySource#mapped()}
     * @return this
     */
    public MemoryPoolBuilder<V> source(MemorySource newSource) {
        source = newSource;
        return this;
    }

    /**
     * Sets the ceiling of the bytes held from the source; of a child, of the bytes of the runs it takes from its parent's regions.
     *
     * @param bytes at least 64 KiB; default the maximum size of the Java heap, or the parent's limit, which a child's must not exceed
     * @return this
     */
    public MemoryPoolBuilder<V> limit(long bytes) {
        limit = bytes;
        return this;
    }

    /**
     * Sets the length of a region, and what counts as small: up to a 512th of it. If the limit is less than that, regions are
     * made as large as fits below it. Those that serve a small size class alone are shorter at first. Not for a child.
     *
     * @param bytes a power of two from 64 KiB to 1 GiB; default about a 16th of the limit, from 1 to 16 MiB, but up to 32 KiB are
     *     small if the limit is at least 16 MiB
     * @return this
     */
    public MemoryPoolBuilder<V> regionSize(int bytes) {
        regionSize = bytes;
        return this;
    }

    /**
     * Sets how many shards there are for threads that own none.
     *
     * @param count a power of two up to 256; default about twice the number of processors
     * @return this
     */
    public MemoryPoolBuilder<V> stripes(int count) {
        stripes = count;
        return this;
    }

    /**
     * Sets after which quiet time memory goes back that nobody has needed meanwhile: empty slabs, large blocks that shards keep, empty regions.
     * Owners of shards are asked to do it in a task of their own.
     *
     * @param quiet from 10 ms to a day, or {@link Duration#ZERO} for never; default 5 s
     * @return this
     */
    public MemoryPoolBuilder<V> trimAfter(Duration quiet) {
        trimAfter = quiet;
        return this;
    }

    /**
     * Whether memory that is trimmed also goes back by parts of a region, so that a block that stays out does not keep the whole region around
     * it resident: the operating system is told which runs are free. They remain reserved, and become resident again when
     * they are used, which costs a fault for each OS page, as the first time. Not for a child.
     *
     * <p>The source has to be able to do it when the pool is made, see {@link MemorySource#discardUnit()}. Where it cannot, that is logged once as a warning, and the pool works without:
     * the same program may run on several JDKs. {@link MemoryPool#discardsFreeRuns()} tells.
     *
     * @param on whether to do it; default false
     * @return this
     */
    public MemoryPoolBuilder<V> discardFreeRuns(boolean on) {
        discardFreeRuns = on;
        return this;
    }

    /**
     * Sets at how many used bytes the pool comes under pressure, and at how many that ends: see {@link MemoryPool#isUnderPressure()}. Nothing is
     * refused because of it.
     *
     * @param lowBytes zero or more; default five eighths of the limit
     * @param highBytes more than that, and at most the limit; default three quarters of the limit. What lies between it and the limit is for what
     *     is under way when everybody stops to take more
     * @return this
     */
    public MemoryPoolBuilder<V> watermarks(long lowBytes, long highBytes) {
        watermarks = new Watermarks(lowBytes, highBytes);
        return this;
    }

    /**
     * Tells how to find the shard that the calling thread owns in this pool. With it, freeing the blocks of others costs
     * such a thread two atomic operations less, which would otherwise go to shared counters.
     *
     * @param newOwnShard returns the calling thread's own shard of this pool, or null if it has none; is called while a block
     *     is freed, hence must neither throw nor open a shard
     * @return this
     */
    public MemoryPoolBuilder<V> ownShard(Supplier<@Nullable OwnedShard<V>> newOwnShard) {
        ownShard = newOwnShard;
        return this;
    }

    /**
     * Makes the pool. It holds no memory until the first block is asked for.
     *
     * @return the pool
     * @throws io.ashlar.memory.AllocatorConfigException if a value makes no sense; the message names it
     */
    public MemoryPool<V> build() {
        if (ownShard == null) {
            throw new AllocatorConfigException("ownShard=null: leave it out if no thread has a shard of its own");
        }
        if (whenExhausted == null) {
            throw new AllocatorConfigException("whenExhausted=null: leave it out if nobody is to be told");
        }
        MemoryPool<V> pool = new MemoryPool<>(this, parent == null ? checkRoot() : checkChild(parent));
        pool.family().join(reservation);
        return pool;
    }

    private PoolConfig checkRoot() {
        if (reservation != 0) {
            throw new AllocatorConfigException("reservation=" + reservation + " bytes, but pool " + name
                    + " has no parent who could promise them");
        }
        return PoolConfig.check(
                name,
                source == null ? MemorySource.mapped() : source,
                limit == null ? Runtime.getRuntime().maxMemory() : limit,
                regionSize,
                stripes,
                trimAfter,
                watermarks,
                discardFreeRuns);
    }

    private PoolConfig checkChild(MemoryPool<?> elder) {
        if (source != null || regionSize != null || discardFreeRuns) {
            throw new AllocatorConfigException("source=" + source + " regionSize=" + regionSize
                    + " discardFreeRuns=" + discardFreeRuns + ": pool " + name
                    + " is a child of " + elder.name()
                    + " and shares its regions, so it has none of these of its own");
        }
        long most = elder.budget().limit();
        long own = limit == null ? most : limit;
        if (own > most) {
            throw new AllocatorConfigException("limit=" + own + " bytes for pool " + name
                    + " exceeds the limit of its parent " + elder.name() + ", " + most + " bytes");
        }
        PoolConfig config =
                PoolConfig.check(name, elder.regions().source(), own, null, stripes, trimAfter, watermarks, false);
        if (reservation < 0 || reservation > own) {
            throw new AllocatorConfigException(
                    "reservation=" + reservation + " bytes is not from 0 to the limit=" + own + " of pool " + name);
        }
        return config.childOf(elder.name(), elder.regions().regionSize(), elder.longestRunBytes());
    }
}
