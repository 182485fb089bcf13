// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.MemorySource;
import io.ashlar.pool.MemoryPool;
import io.ashlar.pool.PoolStats;
import io.ashlar.pool.Run;
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
 *   <tr><td>acquire</td><td>O(1), one lock that is rarely contended, and zeroing</td><td>a new slab, at times a new region</td></tr>
 *   <tr><td>release</td><td>O(1)</td><td>a slab goes back, at times a region</td></tr>
 * </table>
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread, and objects released by any.
 *
 * @param <T> the class of the objects
 */
public final class ObjectPool<T extends OffHeapObject> implements AutoCloseable {

    private final Schema schema;
    private final MemoryPool<OffHeapObject> memory;

    private ObjectPool(Builder<T> builder) {
        Schema itsSchema = builder.schema;
        Factory<T> factory = builder.factory;
        schema = itsSchema;
        memory = builder.configure(
                        MemoryPool.builder((run, index) -> new Slot(itsSchema, run, index).filledBy(factory)))
                .build();
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
        private @Nullable OffHeapObject user;

        private Slot(Schema schema, Run<OffHeapObject> run, int index) {
            this.schema = schema;
            this.run = run;
            this.index = index;
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
     * @throws io.ashlar.memory.AllocationException if the limit leaves no room
     * @throws IllegalStateException if the pool is closed
     */
    public T acquire() {
        return handOut(memory.allocate(schema.bytes()));
    }

    /**
     * Hands out an object if there is room at hand.
     *
     * @return the object, with all fields zero; null if the limit leaves no room or the pool is closed
     */
    public @Nullable T tryAcquire() {
        OffHeapObject object = memory.tryAllocate(schema.bytes());
        return object == null ? null : handOut(object);
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
     * The pool's figures.
     *
     * @return the figures of about this moment; an outstanding block is an object that has not been released
     */
    public PoolStats stats() {
        return memory.stats();
    }

    /** Hands out nothing more. Objects that are still out stay valid; that there are any is logged. */
    @Override
    public void close() {
        memory.close();
    }

    @Override
    public String toString() {
        return "ObjectPool[schema=" + schema.name() + ", " + memory.stats() + "]";
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

        private Builder(Schema schema, Factory<T> factory) {
            this.schema = schema;
            this.factory = factory;
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
         * Makes the pool. It holds no memory until the first object is asked for.
         *
         * @return the pool
         * @throws io.ashlar.memory.AllocatorConfigException if a value makes no sense; the message names it
         */
        public ObjectPool<T> build() {
            return new ObjectPool<>(this);
        }

        private MemoryPool.Builder<OffHeapObject> configure(MemoryPool.Builder<OffHeapObject> target) {
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
