// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import io.ashlar.pool.Run;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.StringJoiner;

/**
 * A message whose fields lie in a block of off-heap memory. Applications extend it; an {@link ObjectPool} makes one object for each block, hands
 * it out, and gets it back with {@link #release()}.
 *
 * <pre>{@code
 * final class Order extends OffHeapObject {
 *     static final Schema SCHEMA = Schema.builder("Order").int64("id").int32("quantity").build();
 *     private static final LongField ID = SCHEMA.longField("id");
 *     private static final IntField QUANTITY = SCHEMA.intField("quantity");
 *
 *     Order(ObjectPool.Slot slot) {
 *         super(slot);
 *     }
 *
 *     long id() {
 *         return ID.get(this);
 *     }
 *
 *     Order id(long id) {
 *         ID.set(this, id);
 *         return this;
 *     }
 *     // ...
 * }
 * }</pre>
 *
 * <p>After its release an object belongs to the pool, which may hand the same object out again at once. A use in between is noticed, and so
 * is a second release; who goes on with an object that somebody else has acquired meanwhile cannot be noticed. The checks can be removed with
 * {@code -Dashlar.message.checks=false}, but for that of {@link #release()}.
 *
 * <p><b>Thread safety.</b> An object belongs to whoever has acquired it, and may be passed on to another thread with a happens-before edge. {@link
 * #release()} may be called from any thread, by the one that has it.
 */
public abstract class OffHeapObject implements AutoCloseable {

    /** A constant to the JIT. */
    private static final boolean CHECKS = Boolean.parseBoolean(System.getProperty("ashlar.message.checks", "true"));

    private static final int FREE = 0;
    private static final int LIVE = 1;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup()
                    .findVarHandle(OffHeapObject.class, "state", int.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Schema schema;
    private final ByteBuffer memory;
    private final Run<OffHeapObject> run;
    private final int index;

    // Synchronization: belongs to the holder, and passes from thread to thread with the object; besides compared and
    // set atomically by
    // release(), so that of two releases one fails.
    private int state;

    /**
     * Binds the object to its block; for the factory of an {@link ObjectPool}.
     *
     * @param slot what the factory was given
     * @throws IllegalStateException if another object was made with it already
     */
    @SuppressWarnings("this-escape") // to the slot, which only compares it
    protected OffHeapObject(ObjectPool.Slot slot) {
        slot.use(this);
        schema = slot.schema;
        run = slot.run;
        index = slot.index;
        memory = run.memory().slice(run.blockOffset(index), schema.bytes()).order(schema.order());
    }

    /** Makes it one that is out. */
    final void handOut() {
        state = LIVE;
    }

    /**
     * Gives the object back to its pool.
     *
     * @throws IllegalStateException if it has been released already
     */
    public final void release() {
        if (!(boolean) STATE.compareAndSet(this, LIVE, FREE)) {
            throw new IllegalStateException(name() + " was released twice, or was never acquired");
        }
        run.free(this, index, schema.bytes());
    }

    /** The same as {@link #release()}. */
    @Override
    public final void close() {
        release();
    }

    /**
     * Whether it has been acquired and not released.
     *
     * @return true if so, as far as the calling thread knows
     */
    public final boolean isAlive() {
        return state == LIVE;
    }

    /**
     * What fields it has.
     *
     * @return the schema
     */
    public final Schema schema() {
        return schema;
    }

    /** The memory of the message, for a field of a schema. */
    final ByteBuffer memory(Schema wanted) {
        if (CHECKS && (state != LIVE || wanted != schema)) {
            throw misuse(wanted);
        }
        return memory;
    }

    private RuntimeException misuse(Schema wanted) {
        if (wanted != schema) {
            return new IllegalArgumentException("a field of schema=" + wanted.name() + " was used on " + name()
                    + ", which is of schema=" + schema.name());
        }
        return new IllegalStateException(name() + " was used after its release");
    }

    private String name() {
        return getClass().getSimpleName() + "@" + Integer.toHexString(System.identityHashCode(this));
    }

    // ---- content as a whole

    /**
     * Copies all fields to another object.
     *
     * @param target an object of the same schema
     * @throws IllegalArgumentException if the target is of another schema
     * @throws IllegalStateException if one of them has been released
     */
    public final void copyTo(OffHeapObject target) {
        ByteBuffer to = target.memory(schema);
        to.put(0, memory(schema), 0, schema.bytes());
    }

    /** Makes all fields zero. */
    final void clear() {
        ByteBuffer all = memory;
        int bytes = schema.bytes();
        int i = 0;
        for (; i + Long.BYTES <= bytes; i += Long.BYTES) {
            all.putLong(i, 0);
        }
        for (; i < bytes; i++) {
            all.put(i, (byte) 0);
        }
    }

    /**
     * Whether all fields are as those of another object, and all gaps between them.
     *
     * @param other an object
     * @return true if it is of the same schema, and its bytes are the same
     * @throws IllegalStateException if one of them has been released
     */
    public final boolean contentEquals(OffHeapObject other) {
        return other.schema == schema && memory(schema).equals(other.memory(schema));
    }

    /**
     * A hash code of the content, the same for objects that are {@linkplain #contentEquals equal} in content.
     *
     * @return the hash code
     * @throws IllegalStateException if the object has been released
     */
    public final int contentHashCode() {
        return memory(schema).hashCode();
    }

    /** The name of the schema, and all fields. */
    @Override
    public String toString() {
        if (!isAlive()) {
            return name() + "[released]";
        }
        StringJoiner text = new StringJoiner(", ", schema.name() + "[", "]");
        for (Schema.Field field : schema.fields()) {
            text.add(field.name() + "=" + schema.read(this, field));
        }
        return text.toString();
    }
}
