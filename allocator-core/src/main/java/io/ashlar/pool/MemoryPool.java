// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.MemorySource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread-safe pool of memory blocks with reusable views.
 *
 * <p><b>The idea.</b> Small requests are served from slabs, one size class each; larger ones from a Buddy straight; what
 * exceeds a region gets a region of its own. A thread that opened a shard ({@link #openShard}) allocates there without
 * locks; every other thread uses one of a few stripes under a lock. A block is freed by any thread: one that does not own
 * its shard marks it in its slab, or queues it if it is large, and the owner collects it.
 *
 * <table>
 * <caption>Costs</caption>
 * <tr><th>operation</th><th>best case</th><th>worst case</th></tr>
 * <tr><td>allocate or free a block of a slab</td><td>O(1), no lock, no atomic operation</td>
 *     <td>O(regions + levels of a Buddy) when a slab has to be fetched or goes back, and a call to the OS when a region
 *     does</td></tr>
 * <tr><td>allocate or free a large block</td><td>O(1), no lock, if it came from an owned shard that
 *     has room for it; else one lock</td><td>O(regions + levels of a Buddy), and a call to
 *     the OS</td></tr>
 * <tr><td>{@link #stats()}</td><td colspan="2">O(shards × size classes), no lock that an owner waits for</td></tr>
 * </table>
 *
 * <p><b>Memory.</b> Regions come from the source one by one, as they are needed. The slabs of each size class up to 1 KiB have regions of
 * their own, which begin short: so small blocks that live long keep few bytes. Of each of these classes, and of all else together, one empty
 * region is kept; others go back at once. The limit is on the reserved bytes and is exact.
 *
 * <p><b>Closing.</b> After {@link #close()} nothing is handed out any more. Blocks that are still out stay valid: their
 * regions go back to the source when the last block of each is freed.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Example.</b>
 * <pre>{@code
 * MemoryPool<Block> pool = MemoryPool.builder(Block::new).name("frames").limit(64 << 20).build();
 * Block block = Block.allocate(pool, 1500);
 * block.memory().putLong(block.offset(), 42);
 * block.release();
 * pool.close();
 * }</pre>
 *
 * @param <V> the type of the views
 */
public final class MemoryPool<V> implements AutoCloseable {

    private static final int YIELDS_BEFORE_WAITING = 16;

    private final String name;
    private final ViewFactory<V> views;
    private final Supplier<@Nullable OwnedShard<V>> ownShard;
    private final MemorySource source;
    private final Trimmer trimmer;
    private final Regions regions;
    private final Budget budget;
    private final PoolFamily family;
    private final Consumer<AllocationException> whenExhausted;
    private final LargeBlocks<V> large;
    private final Stripe<V>[] stripes;
    private final ShardList<V> owned;
    private final int longestRunBytes;
    private final int largestSmall;
    private final int largeCacheBytes;
    private final int spareBytes;
    private final int leftInStripeBytes;

    // Synchronization: atomic; set once.
    private final AtomicBoolean closed = new AtomicBoolean();
    private final PoolCounters counters;
    private final PoolFigures<V> figures;
    private final Shortage<V> shortage;
    private final Sampler<V> sampler = new Sampler<>(this);
    private final Pressure pressure;

    MemoryPool(MemoryPoolBuilder<V> builder, PoolConfig config) {
        MemoryPool<?> parent = builder.parent;
        this.name = config.name();
        this.ownShard = builder.ownShard;
        this.views = builder.views;
        this.whenExhausted = builder.whenExhausted;
        this.source = parent == null ? MemorySource.limited(config.source(), config.limit()) : parent.source;
        this.trimmer = new Trimmer(this, config.trimAfterNanos());
        this.longestRunBytes = config.longestRunBytes();
        this.largestSmall = config.largestSmall();
        // Once and for all: linking takes a while, which must not happen later, under the lock of the regions.
        boolean discards = config.discardFreeRuns() && source.discardUnit() > 0;
        this.regions = parent == null
                ? new Regions(name, source, config.regionSize(), sizeClasses(), discards)
                : parent.regions;
        this.budget = new Budget(
                name,
                parent == null ? null : parent.budget,
                parent == null ? source.limit() : config.limit(),
                trimmer::watch);
        this.family = new PoolFamily(this, parent);
        this.large = new LargeBlocks<>(this, regions);
        this.largeCacheBytes = config.largeCacheBytes(PoolConfig.processors());
        this.spareBytes = config.spareBytes(PoolConfig.processors());
        this.leftInStripeBytes = config.leftInStripeBytes();
        this.counters = new PoolCounters(sizeClasses());
        this.owned = new ShardList<>(sizeClasses());
        this.stripes = newStripes(config.stripes());
        this.figures = new PoolFigures<>(this, source, counters, stripes, owned);
        this.shortage = new Shortage<>(this, large, regions, stripes, owned);
        this.pressure = new Pressure(
                name, new Measured(), config.watermarks(), budget.limit(), parent == null ? null : parent.pressure);
        if (config.discardFreeRuns() && !discards) {
            noteNothingDiscarded();
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private Stripe<V>[] newStripes(int count) {
        Stripe<V>[] made = (Stripe<V>[]) new Stripe[count];
        for (int i = 0; i < count; i++) {
            made[i] = new Stripe<>(this);
        }
        return made;
    }

    /**
     * Starts the configuration of a pool.
     *
     * @param views makes the views of the pool's blocks
     * @param <V> the type of the views
     * @return a builder with the default values
     */
    public static <V> MemoryPoolBuilder<V> builder(ViewFactory<V> views) {
        return new MemoryPoolBuilder<>(views);
    }

    /**
     * The pool's name, for metrics and messages.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Up to what size blocks lie in slabs, so that view and memory belong together for good.
     *
     * @return bytes
     */
    public int largestSlabBlock() {
        return largestSmall;
    }

    /**
     * Hands out the view of a block from a stripe. Costs a lock, hence about twice as much as {@link OwnedShard#allocate(int)}.
     *
     * @param size bytes, zero or more
     * @return the view of a block of at least that size, in the state in which it was freed
     * @throws IllegalArgumentException if {@code size} is negative
     * @throws IllegalStateException if the pool is closed
     * @throws AllocationException if the limit leaves no room
     */
    public V allocate(int size) {
        if (isLarge(size)) {
            return handOut(allocateLarge(null, size), size);
        }
        int sizeClass = SizeClasses.indexOf(size);
        V view;
        Stripe<V> stripe = lockStripe();
        try {
            view = stripe.tryAllocateSmall(sizeClass, size);
            if (view == null) {
                view = shortage.tryReclaimed(stripe, sizeClass, size);
            }
        } finally {
            stripe.unlock();
        }
        return view != null ? view : shortage.takeFromStripes(sizeClass, size);
    }

    /**
     * Hands out the view of a block from a stripe if there is memory at hand: without an exception if there is none, and
     * without making anybody give back what is idle. For callers that can do without.
     *
     * @param size bytes, zero or more
     * @return the view, or null if the limit leaves no room or the pool is closed
     * @throws IllegalArgumentException if {@code size} is negative
     */
    public @Nullable V tryAllocate(int size) {
        if (isLarge(size)) {
            LargeRun<V> run = tryAllocateLarge(null, size);
            return run == null ? null : handOut(run, size);
        }
        int sizeClass = SizeClasses.indexOf(size);
        V view;
        Stripe<V> stripe = lockStripe();
        try {
            view = stripe.tryAllocateSmall(sizeClass, size);
        } finally {
            stripe.unlock();
        }
        return view != null ? view : shortage.tryTakeFromStripes(sizeClass, size);
    }

    /**
     * Makes a run that a bump cuts into blocks of any size, for the calling thread. It has no memory yet.
     *
     * @return the run
     */
    public BumpRun<V> newBumpRun() {
        return new BumpRun<>(this);
    }

    /**
     * Makes a shard that the calling thread owns from now on.
     *
     * @param ownerTasks runs tasks on the calling thread later on, as an event loop does; the pool uses it to retire the
     *     shard when the pool is closed
     * @return the shard
     * @throws IllegalStateException if the pool is closed
     */
    public OwnedShard<V> openShard(Executor ownerTasks) {
        retireDead();
        OwnedShard<V> shard = new OwnedShard<>(this, Thread.currentThread(), ownerTasks);
        owned.add(shard);
        if (isClosed()) {
            shard.retire();
            throw closedException();
        }
        return shard;
    }

    /**
     * The pool's figures. Sums what the shards count, without a lock that an owner of a shard could have to wait for.
     *
     * @return the figures of about this moment
     */
    public PoolStats stats() {
        return figures.pool();
    }

    /**
     * The figures of the blocks in slabs, one entry for each size class, the smallest first. Sums what the shards count, as {@link #stats()}
     * does.
     *
     * @return the figures of about this moment
     */
    public List<SizeClassStats> sizeClassStats() {
        return figures.sizeClasses();
    }

    /**
     * The figures of the blocks of one size class. O(shards), where all of them take O(shards × size classes).
     *
     * @param sizeClass the place in {@link #sizeClassStats()}, from 0
     * @return the figures of about this moment
     * @throws IndexOutOfBoundsException if there is no such size class
     */
    public SizeClassStats sizeClassStats(int sizeClass) {
        return figures.sizeClass(sizeClass);
    }

    /**
     * What lies where in the regions. A look at memory that others are changing: what comes and goes meanwhile may be missing, or seen twice.
     * O(reserved bytes / 4 KiB), without a lock.
     *
     * @return the regions: those of each small size class, then the others, the oldest of each first, and those of a single block last; none of a child, since they
     *     belong to the root of its family
     */
    public List<RegionStats> regionStats() {
        return family.parent() == null ? regions.stats() : List.of();
    }

    /**
     * The figures of each shard: first the stripes, then those that threads own, the oldest first.
     *
     * @return the figures of about this moment
     */
    public List<ShardStats> shardStats() {
        return figures.shards();
    }

    /**
     * The figures of one shard, or of those whose threads have the same name. O(shards + size classes), where all of them take O(shards × size
     * classes).
     *
     * @param name the name, as {@link ShardStats#name()} tells it
     * @return the figures of about this moment; none if there is no such shard
     */
    public List<ShardStats> shardStats(String name) {
        return figures.shards(name);
    }

    /**
     * Whether to watch a sample of the blocks that are handed out from now on, so that {@link #sampledBlocks()} can tell how long they are out:
     * of each size class in each shard the first and every 1,024th, and of large blocks likewise; at most 4,096 at once. It is off at first. A
     * block that is not watched costs nothing more; a watched one costs a new view.
     *
     * @param on whether to watch
     */
    public void sampleBlocks(boolean on) {
        sampler.turn(on);
    }

    /**
     * The blocks that are watched and out.
     *
     * @return the blocks, the oldest first; none unless {@link #sampleBlocks} was switched on
     */
    public List<SampledBlock> sampledBlocks() {
        return sampler.blocks();
    }

    /**
     * How much of the regions is in the machine's memory, as far as the operating system tells: on Linux. It reads a file of the process that
     * takes milliseconds to make; not for the path of a request.
     *
     * @return bytes, or -1 if that cannot be found out, as of a child: it has no regions of its own
     */
    public long residentBytes() {
        return family.parent() == null ? ResidentMemory.of(regionStats()) : -1;
    }

    /**
     * Whether free runs go back to the operating system while their regions stay: it was asked for ({@link MemoryPoolBuilder#discardFreeRuns}), and the
     * source can do it.
     *
     * @return false, too, once the operating system has refused it
     */
    public boolean discardsFreeRuns() {
        return regions.discardsFreeRuns();
    }

    /**
     * All figures as a text for people, one per line: {@link #stats()}, {@link #pressureStats()}, {@link #shardStats()} and, of the size classes that
     * have slabs, {@link #sizeClassStats()}.
     *
     * @return the text; about one moment, and its lines about four
     */
    public String dump() {
        return PoolDump.of(stats(), pressureStats(), sizeClassStats(), shardStats());
    }

    /**
     * Gives back what is idle: empty slabs, large blocks that shards have kept, empty regions. Stripes and the calling
     * thread's own shards at once, the shards of other threads in tasks on those threads. The pool's children do the same. Where {@link #discardsFreeRuns()}, also
     * what is free in the other regions; of what those tasks give back, the next time.
     *
     * <p>Also makes it possible to find what was lost: until then the pool remembers the view of every block that was handed
     * out a second time; afterwards a view that was dropped without being freed can be garbage collected. Its block
     * stays outstanding.
     *
     * <p>O(blocks); not for the path of a request.
     */
    public void trim() {
        Object event = PoolEvents.beginTrim();
        long returned = regions.returnedBytes();
        long discarded = regions.discardedBytes();
        family.members().forEach(MemoryPool::trimShards);
        regions.closeEmpty();
        regions.discardFree(false);
        PoolEvents.trimmed(
                event, name, regions.returnedBytes() - returned, regions.discardedBytes() - discarded, false);
    }

    private void trimShards() {
        retireDead();
        onEachStripe(Stripe::trimThoroughly);
        for (OwnedShard<V> shard : owned.snapshot()) {
            shard.giveBackRemoteLarge();
            shard.trimThoroughlySoon();
        }
    }

    /** Gives back what nobody has needed since this was called last. What threads own they look at themselves, a moment later. */
    void trimIdle() {
        retireDead();
        regions.retryStuck();
        for (Stripe<V> stripe : stripes) {
            if (stripe.tryLock()) {
                try {
                    stripe.trimIdle();
                } finally {
                    stripe.unlock();
                }
            }
        }
        owned.snapshot().forEach(OwnedShard::trimIdleSoon);
        regions.closeIdle();
        regions.discardFree(true);
    }

    // ---- pressure

    /**
     * Whether the pool is under pressure: its used bytes have reached the high watermark, and have not been down to the low one since; or a request
     * was refused while they were above the low one. Who can put off taking more memory should. One volatile read.
     *
     * <p>That pressure begins is seen at once where memory is fetched from the regions, otherwise some milliseconds later, as is its end.
     *
     * @return true until the used bytes are down to the low watermark, or the pool is closed
     */
    public boolean isUnderPressure() {
        return pressure.isOn();
    }

    /**
     * Looks at the used bytes now: for who takes memory as fast as a network delivers it, and can stop. Blocks that are at hand in the shards may be
     * much memory, and that they are used up is otherwise noticed some milliseconds later. O(1) below the high watermark, else O(shards × size
     * classes); so it is to be called once for many bytes. No lock that an owner of a shard waits for.
     *
     * @return whether the pool is under pressure
     */
    public boolean checkPressure() {
        return pressure.check();
    }

    /**
     * Has a listener told when pressure begins and ends, some milliseconds later, on another thread. If there is pressure already it is told so. O(listeners).
     *
     * @param listener may throw, which is logged, and may block, which keeps nobody else from being told
     * @return to be closed when the listener does not want to know any more
     */
    public Registration onPressure(PressureListener listener) {
        return pressure.add(listener);
    }

    /**
     * A future that completes when the pool is not under pressure: at once if it is not now; else when pressure ends or the pool is closed, on a thread
     * of the pool's, one future after the other in the order of the calls. What blocks belongs in one of the future's {@code …Async} methods. All who wait
     * go on at once: who is about to take much memory asks {@link #isUnderPressure()} again.
     *
     * @return a future of its own for each call, which may be cancelled or given a time-out; never completed exceptionally by the pool
     */
    public CompletableFuture<Void> whenBelow() {
        return pressure.whenBelow();
    }

    /**
     * The watermarks, and how often and how long there has been pressure. O(shards × size classes), as {@link #stats()}.
     *
     * @return the figures of about this moment
     */
    public PressureStats pressureStats() {
        return pressure.stats();
    }

    Pressure pressure() {
        return pressure;
    }

    /** Whether shards are to keep nothing: what they keep may be missing elsewhere. One or two volatile reads. */
    boolean isScarce() {
        return pressure.isOn();
    }

    private void giveBackIdleSoon() {
        for (Stripe<V> stripe : stripes) {
            if (stripe.tryLock()) {
                try {
                    stripe.trim();
                } finally {
                    stripe.unlock();
                }
            }
        }
        for (OwnedShard<V> shard : owned.snapshot()) {
            shard.giveBackRemoteLarge();
            shard.trimSoon();
        }
    }

    /** What pressure is about. Nothing here gives back what is lost or dead: it is called under locks. */
    private final class Measured implements Pressure.Memory {

        @Override
        public long takenBytes() {
            return budget.taken();
        }

        @Override
        public long usedBytes() {
            return family.usedBytes();
        }

        @Override
        public void giveBackIdle() {
            CompletableFuture.runAsync(() -> {
                family.members().forEach(MemoryPool::giveBackIdleSoon);
                regions.closeEmpty();
            });
        }
    }

    /**
     * Whether {@link #close()} was called.
     *
     * @return true if nothing is handed out any more
     */
    public boolean isClosed() {
        return closed.get();
    }

    /**
     * Ends the pool. What is free goes back to the source: at once, except for the shards that other threads own, where
     * it happens on their threads as soon as they run the task for it; until then such a thread may still get what is
     * left of the slabs at hand. What is outstanding stays valid and goes back with its last block; that there is any is
     * logged as a warning, with the figures. Children are closed first. Calls after the first do nothing, but that they try once more to give
     * back a region that was in use when its last block came, and what threads have left that died since.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            retireDead();
            regions.retryStuck();
            return;
        }
        try {
            family.closeChildren();
            large.close();
            onEachStripe(Stripe::stopAllocating);
            for (OwnedShard<V> shard : owned.snapshot()) {
                shard.retireSoon();
            }
        } finally {
            closeRegions(); // also if something above has found the Java heap full
        }
        report();
    }

    private void closeRegions() {
        try {
            if (family.parent() == null) {
                regions.close();
            } else {
                family.leave();
                regions.closeEmpty();
            }
        } finally {
            pressure.close();
        }
    }

    private void report() {
        PoolStats stats = stats();
        if (stats.outstanding() > 0) {
            log(
                    System.Logger.Level.WARNING,
                    "pool " + name + " was closed with outstanding=" + stats.outstanding()
                            + " blocks (requested="
                            + stats.requestedBytes() + ", used=" + stats.usedBytes() + ", reserved="
                            + stats.reservedBytes() + ", limit=" + stats.limitBytes()
                            + " bytes): they stay valid, and their memory goes back when the last one is released",
                    null);
        }
    }

    // ---- used by shards and blocks ------------------------------------------------------------------------------

    private boolean isLarge(int size) {
        // Unsigned, so that a negative size is large, and is noticed there.
        return Integer.compareUnsigned(size, largestSmall) > 0;
    }

    V allocateFrom(OwnedShard<V> shard, int size) {
        if (isLarge(size)) {
            return handOut(allocateLarge(shard, size), size);
        }
        int sizeClass = SizeClasses.indexOf(size);
        V view = shard.tryAllocateSmall(sizeClass, size);
        return view != null ? view : shortage.allocateSmall(shard, sizeClass, size);
    }

    @Nullable
    V tryAllocateFrom(Shard<V> shard, int size) {
        if (isLarge(size)) {
            LargeRun<V> run = tryAllocateLarge(shard, size);
            return run == null ? null : handOut(run, size);
        }
        return shard.tryAllocateSmall(SizeClasses.indexOf(size), size);
    }

    LargeRun<V> allocateLarge(@Nullable Shard<V> shard, int size) {
        LargeRun<V> run = tryAllocateLarge(shard, size);
        return run != null ? run : shortage.allocateLarge(shard, size);
    }

    private V handOut(LargeRun<V> run, int size) {
        V view = run.handOut();
        if (!run.isSampleDue() || !sampler.isOn()) {
            return view;
        }
        try {
            return sampler.watch(run, 0, view, size);
        } catch (Throwable e) {
            run.free(view, 0, size);
            throw e;
        }
    }

    private @Nullable LargeRun<V> tryAllocateLarge(@Nullable Shard<V> shard, int size) {
        if (size < 0) {
            throw new IllegalArgumentException(
                    "size=" + size + " is negative: was it computed in int arithmetic and did it overflow?");
        }
        if (isClosed()) {
            return null;
        }
        LargeRun<V> run = shard == null ? null : shard.tryAllocateCached(large.runBytes(size), size);
        return run != null ? run : large.tryAllocate(size, shard);
    }

    private Stripe<V> lockStripe() {
        long thread = Thread.currentThread().getId();
        int first = (int) thread & (stripes.length - 1);
        for (int round = 0; round < YIELDS_BEFORE_WAITING; round++) {
            for (int i = 0; i < stripes.length; i++) {
                Stripe<V> stripe = stripes[(first + i) & (stripes.length - 1)];
                if (stripe.tryLock()) {
                    stripe.usedBy(thread);
                    return stripe;
                }
            }
            Thread.yield(); // their holders may be waiting for this processor
        }
        Stripe<V> stripe = stripes[first];
        stripe.lock();
        stripe.usedBy(thread);
        return stripe;
    }

    private void onEachStripe(Consumer<Stripe<V>> action) {
        for (Stripe<V> stripe : stripes) {
            stripe.lock();
            try {
                action.accept(stripe);
            } finally {
                stripe.unlock();
            }
        }
    }

    LargeBlocks<V> large() {
        return large;
    }

    Budget budget() {
        return budget;
    }

    PoolFamily family() {
        return family;
    }

    Shortage<V> shortage() {
        return shortage;
    }

    /** Whether there may be something to trim. */
    boolean holdsMemory() {
        return budget.taken() > 0 || family.parent() == null && regions.count() > 0;
    }

    /** A request is about to fail. The listener is code of others: what it throws stops nobody. */
    void exhausted(AllocationException why) {
        try {
            whenExhausted.accept(why);
        } catch (Throwable e) {
            log(System.Logger.Level.WARNING, "pool " + name + ": the listener for exhaustion failed", e);
        }
    }

    /** Bytes of the blocks of this pool that are out. */
    long usedBytes() {
        return figures.totals().used;
    }

    V newView(Run<V> run, int index) {
        return views.newView(run, index);
    }

    /** Counts blocks that the calling thread, which does not own them, has freed: in its own shard if it has one. */
    void remoteFreed(int sizeClass, int blocks, int requested) {
        OwnedShard<V> mine = shardOfCaller();
        if (mine != null) {
            mine.remoteFrees.freed(sizeClass, blocks, requested);
        } else {
            counters.freed(sizeClass, blocks, requested);
        }
    }

    /** The same for large blocks. */
    void remoteFreedLarge(int blockBytes, int requested) {
        OwnedShard<V> mine = shardOfCaller();
        if (mine != null) {
            mine.counters.freedRemotely(blockBytes, requested);
        } else {
            counters.freedLarge(blockBytes, requested);
        }
    }

    @Nullable
    OwnedShard<V> shardOfCaller() {
        OwnedShard<V> mine = ownShard.get();
        assert mine == null || mine.pool == this && mine.thread == Thread.currentThread();
        return mine == null || mine.isStopped() ? null : mine;
    }

    void resizedElsewhere(int delta) {
        counters.resized(delta);
    }

    /** Retires a shard, on its owner's thread or after that thread's death. */
    void retire(OwnedShard<V> shard) {
        Stripe<V> heir = lockStripe();
        try {
            heir.beforeForeignCode(); // regions may be closed
            try {
                shard.passAllTo(heir);
            } finally {
                heir.afterForeignCode();
            }
        } finally {
            heir.unlock();
            owned.remove(shard);
        }
    }

    void retireDead() {
        for (OwnedShard<V> shard : owned.snapshot()) {
            if (shard.isOwnerDead()) {
                shard.retire();
            }
        }
    }

    /** The logger is looked up when there is something to say: it alone is dozens of classes. One that fails stops nobody. */
    static void log(System.Logger.Level level, String message, @Nullable Throwable cause) {
        try {
            System.getLogger(MemoryPool.class.getName()).log(level, message, cause);
        } catch (RuntimeException broken) {
            // Whoever is logging is in the middle of giving memory back.
        }
    }

    private void noteNothingDiscarded() {
        log(
                System.Logger.Level.WARNING,
                "pool " + name + " was to discard free runs, but its source kind=" + source.kind() + " cannot on jdk="
                        + Runtime.version().feature() + ", os=" + System.getProperty("os.name")
                        + ". Effect: memory goes back only by whole regions. It takes mapped memory on Linux of 64 bits,"
                        + " JDK 22 or newer, and --enable-native-access=ALL-UNNAMED (io.ashlar.core on the module path)",
                null);
    }

    void noteRejectedTask(Thread thread, Exception cause) {
        log(
                System.Logger.Level.DEBUG,
                "pool " + name + ": thread " + thread.getName() + " takes no more tasks; its shard retires with it",
                cause);
    }

    /** A block that another thread left for its owner turned out not to be handed out. */
    void noteFreedTwice(int sizeClass, RuntimeException e) {
        counters.freed(sizeClass, -1, 0);
        log(System.Logger.Level.ERROR, "pool " + name + ": a block was freed that is not handed out", e);
    }

    IllegalStateException closedException() {
        return new IllegalStateException("pool " + name + " is closed: nothing can be allocated from it any more");
    }

    int sizeClasses() {
        return SizeClasses.indexOf(largestSmall) + 1;
    }

    /** The shortest run worth cutting into blocks of a class: four blocks, so that at most an eighth is left over. */
    int firstRunBytes(int sizeClass) {
        return Math.max(Region.SMALLEST_RUN, LargeBlocks.ceilingPowerOfTwo(4 * SizeClasses.blockSize(sizeClass)));
    }

    int largeCacheBytes() {
        return largeCacheBytes;
    }

    int spareBytes() {
        return spareBytes;
    }

    int leftInStripeBytes() {
        return leftInStripeBytes;
    }

    int longestRunBytes() {
        return longestRunBytes;
    }

    Sampler<V> sampler() {
        return sampler;
    }

    Regions regions() {
        return regions;
    }

    /**
     * Verifies the laws of the regions and stripes, and of the owned shards whose thread is calling. For tests and
     * debugging.
     *
     * @throws IllegalStateException if one does not hold
     */
    public void checkInvariants() {
        onEachStripe(Stripe::checkInvariants);
        for (OwnedShard<V> shard : owned.snapshot()) {
            if (shard.thread == Thread.currentThread()) {
                shard.checkInvariants();
            }
        }
        regions.checkInvariants(family.root().budget());
    }

    @Override
    public String toString() {
        return "MemoryPool[" + stats() + "]";
    }
}
