// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.MemorySource;
import io.ashlar.pool.MemoryPool;
import io.ashlar.pool.MemoryPoolBuilder;
import io.ashlar.pool.OwnedShard;
import io.ashlar.pool.Run;
import io.ashlar.pool.ThreadShards;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands out {@link OffHeapObject}s of one schema. Object and memory belong together: both are made once for each block of a slab, and
 * used again and again. Acquiring and releasing make no garbage.
 *
 * <pre>{@code
 * ObjectPool<Order> orders = ObjectPool.builder(Order.SCHEMA, Order::new).name("orders").limit(64 << 20).build();
 * try (Order order = orders.acquire()) {
 *     order.id(42).quantity(100);
 * }
 * orders.close();
 * }</pre>
 *
 * <table>
 *   <caption>Cost</caption>
 *   <tr><th>operation</th><th>best case</th><th>worst case</th></tr>
 *   <tr><td>acquire</td><td>O(1), no lock on a thread with a shard of its own, else one that is rarely contended; and zeroing</td><td>a new slab, at
 *       times a new region</td></tr>
 *   <tr><td>release</td><td>O(1)</td><td>a slab goes back, at times a region</td></tr>
 * </table>
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread, and objects released by any.
 *
 * @param <T> the class of the objects
 */
public final class ObjectPool<T extends OffHeapObject> implements AutoCloseable {

    /** The capacity of a pool that has none, so that only the limit of its memory counts. */
    public static final int NO_CAPACITY = Integer.MAX_VALUE;

    /** The largest capacity; as many again wake all who wait when the pool is closed. */
    private static final int MOST_CAPACITY = 1 << 30;
    /** How often somebody who waits for memory looks. */
    private static final long LOOK_NANOS = 1_000_000;
    /** How often he looks before he makes everybody give back what is idle. */
    private static final int LOOKS_PER_RECLAIM = 64;

    private final Schema schema;
    private final MemoryPool<OffHeapObject> memory;
    private final @Nullable ThreadShards<OffHeapObject> shards;
    private final int capacity;
    /** What the capacity leaves; null if there is none. */
    private final @Nullable Semaphore permits;

    // Synchronization: atomic; set once, after the memory was closed.
    private final AtomicBoolean closed = new AtomicBoolean();

    // Synchronization: adders, summed by stats(). Nobody counts in them who gets an object at once.
    private final LongAdder exhausted = new LongAdder();
    private final LongAdder waits = new LongAdder();
    private final LongAdder waitNanos = new LongAdder();

    private ObjectPool(Builder<T> builder) {
        Schema itsSchema = builder.schema;
        Factory<T> factory = builder.factory;
        schema = itsSchema;
        shards = builder.shards == null ? null : builder.shards.get();
        capacity = builder.capacity;
        permits = capacity == NO_CAPACITY ? null : new Semaphore(capacity);
        MemoryPoolBuilder<OffHeapObject> pool =
                MemoryPool.builder((run, index) -> new Slot(itsSchema, run, index, permits).filledBy(factory));
        if (shards != null) {
            pool.ownShard(shards::existing);
        }
        memory = builder.configure(pool).build();
        if (schema.bytes() > memory.largestSlabBlock()) {
            throw new AllocatorConfigException("schema=" + schema.name() + " with bytes=" + schema.bytes()
                    + " does not fit into a slab, whose blocks have at most " + memory.largestSlabBlock()
                    + " bytes with limit=" + memory.stats().limitBytes());
        }
    }

    /**
     * Makes the objects of a pool.
     *
     * @param <T> their class
     */
    @FunctionalInterface
    public interface Factory<T extends OffHeapObject> {

        /**
         * Makes one object, by passing the slot on to the constructor of {@link OffHeapObject}. Called on whatever thread acquires; must
         * not use the pool.
         *
         * @param slot for this object alone
         * @return the object
         */
        T create(Slot slot);
    }

    /** The place of one object in the memory of its pool. */
    public static final class Slot {

        final Schema schema;
        final Run<OffHeapObject> run;
        final int index;
        final @Nullable Semaphore permits;
        private @Nullable OffHeapObject user;

        private Slot(Schema schema, Run<OffHeapObject> run, int index, @Nullable Semaphore permits) {
            this.schema = schema;
            this.run = run;
            this.index = index;
            this.permits = permits;
        }

        void use(OffHeapObject object) {
            if (user != null) {
                throw new IllegalStateException(
                        "a slot of schema=" + schema.name()
                                + " was used for two objects: the factory has to make a new object with each slot, and only one");
            }
            user = object;
        }

        private OffHeapObject filledBy(Factory<?> factory) {
            OffHeapObject made = factory.create(this);
            if (made == null || made != user) {
                throw new IllegalStateException("the factory of schema=" + schema.name() + " returned " + made
                        + ", which was not made with the slot it was given");
            }
            return made;
        }
    }

    /**
     * Starts the configuration of a pool.
     *
     * @param schema the layout of the objects
     * @param factory makes the objects
     * @param <T> their class
     * @return a builder with the default values
     */
    public static <T extends OffHeapObject> Builder<T> builder(Schema schema, Factory<T> factory) {
        return new Builder<>(schema, factory);
    }

    /**
     * Hands out an object. All its fields are zero.
     *
     * @return the object
     * @throws AllocationException if the capacity or the limit leaves none
     * @throws IllegalStateException if the pool is closed
     */
    public T acquire() {
        return handOut(allocateOrFail());
    }

    /**
     * Hands out an object if there is one at hand: without making anybody give back what is idle.
     *
     * @return the object, with all fields zero; null if the capacity or the limit leaves none, or the pool is closed
     */
    public @Nullable T tryAcquire() {
        OffHeapObject object = tryAllocateWithPermit();
        if (object != null) {
            return handOut(object);
        }
        if (!memory.isClosed()) {
            exhausted.increment();
        }
        return null;
    }

    /**
     * Hands out an object, and waits for one if none is left: until one is released where there is a capacity; where the memory's limit is what lacks, it
     * looks every millisecond. No order among those who wait. Not for event loops, which must not wait.
     *
     * @param timeout how long to wait at most; zero or less for not at all
     * @param unit of what
     * @return the object, with all fields zero
     * @throws AllocationException if none came back in time
     * @throws IllegalStateException if the pool is closed, also while waiting
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public T acquire(long timeout, TimeUnit unit) throws InterruptedException {
        long nanos = unit.toNanos(timeout);
        if (nanos <= 0) {
            return acquire();
        }
        boolean hasPermit = permits == null || permits.tryAcquire();
        OffHeapObject object = hasPermit ? tryAllocateHoldingPermit(true) : null;
        return handOut(object != null ? object : await(nanos, hasPermit));
    }

    private OffHeapObject await(long nanos, boolean lackedMemory) throws InterruptedException {
        waits.increment();
        long start = System.nanoTime();
        try {
            boolean lacksMemory = lackedMemory;
            for (long looks = 1; ; looks++) {
                long left = nanos - (System.nanoTime() - start);
                if (left <= 0) {
                    return allocateOrFail();
                }
                OffHeapObject object;
                if (permits == null || lacksMemory) {
                    object = tryAllocateBeforePermit(looks % LOOKS_PER_RECLAIM == 0);
                    lacksMemory = object == null || permits == null || permits.tryAcquire();
                    if (!lacksMemory) {
                        object.giveBackUnused();
                        continue;
                    }
                } else if (permits.tryAcquire(left, TimeUnit.NANOSECONDS)) {
                    object = tryAllocateHoldingPermit(false);
                    lacksMemory = true;
                } else {
                    throw noneLeft(nanos);
                }
                if (object != null) {
                    return object;
                }
                checkOpen();
                TimeUnit.NANOSECONDS.sleep(LOOK_NANOS);
            }
        } finally {
            waitNanos.add(System.nanoTime() - start);
        }
    }

    /** So that who waits for memory has no permit that somebody else could use: objects may be free in his shard. */
    private @Nullable OffHeapObject tryAllocateBeforePermit(boolean reclaim) {
        checkOpen();
        if (!reclaim) {
            return tryAllocate();
        }
        try {
            return allocate();
        } catch (AllocationException e) {
            return null;
        }
    }

    private OffHeapObject allocateOrFail() {
        if (permits != null && !permits.tryAcquire()) {
            throw noneLeft(0);
        }
        OffHeapObject object = null;
        try {
            checkOpenIfCounted();
            object = allocate();
            return object;
        } catch (AllocationException e) {
            exhausted.increment();
            throw e;
        } finally {
            if (object == null) {
                giveBackPermit();
            }
        }
    }

    private @Nullable OffHeapObject tryAllocateWithPermit() {
        return permits == null || permits.tryAcquire() ? tryAllocateHoldingPermit(false) : null;
    }

    /** Gives the permit back if it returns null. */
    private @Nullable OffHeapObject tryAllocateHoldingPermit(boolean reclaim) {
        OffHeapObject object = null;
        try {
            if (reclaim) {
                checkOpenIfCounted();
                object = allocate();
            } else if (permits == null || !memory.isClosed()) {
                object = tryAllocate();
            }
        } catch (AllocationException e) {
            return null;
        } finally {
            if (object == null) {
                giveBackPermit();
            }
        }
        return object;
    }

    /** After {@link #close()} there are permits for everybody, so that nobody waits for one: they mean nothing then. */
    private void checkOpenIfCounted() {
        if (permits != null) {
            checkOpen();
        }
    }

    private void checkOpen() {
        if (memory.isClosed()) {
            throw new IllegalStateException("object pool " + memory.name() + " is closed");
        }
    }

    private OffHeapObject allocate() {
        OwnedShard<OffHeapObject> shard = shards == null ? null : shards.ofCurrentThread(memory);
        return shard != null ? shard.allocate(schema.bytes()) : memory.allocate(schema.bytes());
    }

    private @Nullable OffHeapObject tryAllocate() {
        OwnedShard<OffHeapObject> shard = shards == null ? null : shards.ofCurrentThread(memory);
        OffHeapObject object = shard == null ? null : shard.tryAllocate(schema.bytes());
        return object != null ? object : memory.tryAllocate(schema.bytes());
    }

    private void giveBackPermit() {
        if (permits != null) {
            permits.release();
        }
    }

    private AllocationException noneLeft(long nanos) {
        checkOpen();
        exhausted.increment();
        return new AllocationException(
                AllocationException.Reason.EXHAUSTED,
                "object pool " + memory.name(),
                schema.bytes(),
                0,
                "all objects of capacity=" + capacity + " are out"
                        + (nanos > 0 ? ", and none came back in " + Duration.ofNanos(nanos) : "")
                        + ": are they all released? Otherwise raise the capacity, or slow down");
    }

    @SuppressWarnings("unchecked") // made by the factory
    private T handOut(OffHeapObject object) {
        object.handOut();
        object.clear();
        return (T) object;
    }

    /**
     * The layout of the objects.
     *
     * @return the schema
     */
    public Schema schema() {
        return schema;
    }

    /**
     * The pool's figures. O(shards × size classes), without a lock that an event loop could have to wait for.
     *
     * @return the figures of about this moment
     */
    public ObjectPoolStats stats() {
        return new ObjectPoolStats(capacity, exhausted.sum(), waits.sum(), waitNanos.sum(), memory.stats());
    }

    /** Gives back memory that is idle, as {@link MemoryPool#trim()} does. */
    public void trim() {
        memory.trim();
    }

    /**
     * Hands out nothing more, and wakes who waits; only an event loop may still get what is left of the slabs at hand until it runs the task for it, if
     * the pool has no capacity. Objects that are still out stay valid, and their memory goes back with the last of them; that
     * there are any, and how many, is logged as a warning. Calls after the first do nothing.
     */
    @Override
    public void close() {
        memory.close();
        if (shards != null) {
            shards.retireAll();
        }
        if (permits != null && closed.compareAndSet(false, true)) {
            permits.release(MOST_CAPACITY - 1); // who waits finds the pool closed
        }
    }

    @Override
    public String toString() {
        return "ObjectPool[schema=" + schema.name() + ", " + stats() + "]";
    }

    /**
     * The configuration of a pool.
     *
     * @param <T> the class of the objects
     */
    public static final class Builder<T extends OffHeapObject> {

        private final Schema schema;
        private final Factory<T> factory;
        private @Nullable String name;
        private @Nullable MemorySource source;
        private @Nullable Long limit;
        private @Nullable Supplier<? extends ThreadShards<OffHeapObject>> shards;
        private int capacity = NO_CAPACITY;

        private Builder(Schema schema, Factory<T> factory) {
            this.schema = Objects.requireNonNull(schema, "schema");
            this.factory = Objects.requireNonNull(factory, "factory");
        }

        /**
         * Names the pool, for metrics and messages.
         *
         * @param newName not blank; default the name of the schema
         * @return this
         */
        public Builder<T> name(String newName) {
            name = newName;
            return this;
        }

        /**
         * Sets where memory comes from.
         *
         * @param newSource default {@link MemorySource#mapped()}
         * @return this
         */
        public Builder<T> source(MemorySource newSource) {
            source = newSource;
            return this;
        }

        /**
         * Sets the ceiling of the bytes held from the source.
         *
         * @param bytes at least 64 KiB; default the maximum size of the Java heap
         * @return this
         */
        public Builder<T> limit(long bytes) {
            limit = bytes;
            return this;
        }

        /**
         * Sets how many objects may be out at once. Costs two atomic operations per object. The limit should be well above what they take: each
         * event loop has slabs of its own, whose free objects are nobody else's.
         *
         * @param objects from 1 to 2^30; default as many as the limit has room for
         * @return this
         * @throws AllocatorConfigException if it is out of that range
         */
        public Builder<T> capacity(int objects) {
            if (objects <= 0 || objects > MOST_CAPACITY) {
                throw new AllocatorConfigException("capacity=" + objects + " of the object pool of schema="
                        + schema.name() + " is not from 1 to " + MOST_CAPACITY);
            }
            capacity = objects;
            return this;
        }

        /**
         * Lets some threads, such as the event loops of a framework, have shards of their own: they acquire without a lock, and release without
         * a lock what is theirs.
         *
         * @param newShards makes what knows those threads, for one pool each; default: no thread has a shard
         * @return this
         */
        public Builder<T> threadShards(Supplier<? extends ThreadShards<OffHeapObject>> newShards) {
            shards = newShards;
            return this;
        }

        /**
         * Makes the pool. It holds no memory until the first object is asked for.
         *
         * @return the pool
         * @throws io.ashlar.memory.AllocatorConfigException if a value makes no sense; the message names it
         */
        public ObjectPool<T> build() {
            return new ObjectPool<>(this);
        }

        private MemoryPoolBuilder<OffHeapObject> configure(MemoryPoolBuilder<OffHeapObject> target) {
            target.name(name == null ? schema.name() : name);
            if (source != null) {
                target.source(source);
            }
            if (limit != null) {
                target.limit(limit);
            }
            return target;
        }
    }
}
