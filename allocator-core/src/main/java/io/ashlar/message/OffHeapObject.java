// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import io.ashlar.pool.LentBlock;
import io.ashlar.pool.Run;
import io.ashlar.pool.ViewFactory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

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
 * is a second release; who goes on with an object that somebody else has acquired meanwhile cannot be noticed, and who uses one while
 * another thread releases it may read what it is not to read, or crash the JVM, as with any memory that is freed. The checks can be removed with
 * {@code -Dashlar.message.checks=false}, but for that of {@link #release()}: then every use after a release may do that.
 *
 * <p><b>Thread safety.</b> An object belongs to whoever has acquired it, and may be passed on to another thread with a happens-before edge. {@link
 * #release()} may be called from any thread, by the one that has it.
 */
public abstract class OffHeapObject implements AutoCloseable {

    /** A constant to the JIT. */
    private static final boolean CHECKS = Boolean.parseBoolean(System.getProperty("ashlar.message.checks", "true"));

    /** What is longer is cleared at once. */
    private static final int MOST_BY_LONGS = 256;

    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(Schema.MOST_BYTES);

    private static final int FREE = 0;
    private static final int LIVE = 1;
    private static final int LENT = 2;
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
    /** Of a pool with a capacity. */
    private final @Nullable Semaphore permits;

    // Synchronization: belongs to the holder, and passes from thread to thread with the object; besides compared and
    // set atomically by
    // release(), so that of two releases one fails.
    private int state;

    // Synchronization: belongs to the holder.
    private @Nullable ViewFactory<?> borrowers;
    private @Nullable Object borrower;

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
        permits = slot.permits;
        memory = run.memory().slice(run.blockOffset(index), schema.bytes()).order(schema.order());
    }

    /** Makes it one that is out. */
    final void handOut() {
        state = LIVE;
    }

    /**
     * Gives the object back to its pool.
     *
     * @return true, always: so that a subclass can be reference counted, as the messages of a network framework are
     * @throws IllegalStateException if it has been released already, or is lent
     */
    public final boolean release() {
        if (!(boolean) STATE.compareAndSet(this, LIVE, FREE)) {
            throw new IllegalStateException(name()
                    + (state == LENT
                            ? " is lent to a buffer, and is released with it"
                            : " was released twice, or was never acquired"));
        }
        giveBack();
        return true;
    }

    /**
     * Lends the memory to a view of another kind, such as a buffer of a network framework. From now on the object is released when that
     * view {@linkplain io.ashlar.pool.Run#free frees} its block, and cannot be released otherwise; until then its fields may be read and
     * written as before. The view is made once and kept with the object for the next time.
     *
     * @param factory makes the view; always the same object, or else a new view is made
     * @param <V> the kind of view
     * @return the view, in the state in which it last freed its block
     * @throws IllegalStateException if the object has been released, or is lent already
     */
    @SuppressWarnings("unchecked") // made by the same factory
    public final <V> V lend(ViewFactory<V> factory) {
        if (borrowers != factory || borrower == null) {
            checkLive();
            borrower = Objects.requireNonNull(
                    factory.newView(new LentBlock<>(run, index, schema.bytes(), this::returned), 0),
                    "the factory of views returned null");
            borrowers = factory;
        }
        if (!(boolean) STATE.compareAndSet(this, LIVE, LENT)) {
            checkLive();
        }
        return (V) borrower;
    }

    private void checkLive() {
        if (state != LIVE) {
            throw new IllegalStateException(name()
                    + (state == LENT ? " is lent already: was it written twice?" : " was used after its release"));
        }
    }

    private void returned() {
        if (!(boolean) STATE.compareAndSet(this, LENT, FREE)) {
            throw new IllegalStateException(name() + " was given back twice by the buffer it was lent to");
        }
        giveBack();
    }

    /** It was not handed out after all. */
    final void giveBackUnused() {
        run.free(this, index, schema.bytes());
    }

    private void giveBack() {
        run.free(this, index, schema.bytes());
        if (permits != null) {
            permits.release();
        }
    }

    /** The same as {@link #release()}. */
    @Override
    public final void close() {
        release();
    }

    /**
     * Whether it has been acquired and not released; it may be lent.
     *
     * @return true if so, as far as the calling thread knows
     */
    public final boolean isAlive() {
        return state != FREE;
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
        if (CHECKS && (state == FREE || wanted != schema)) {
            throw misuse(wanted);
        }
        return memory;
    }

    private RuntimeException misuse(Schema wanted) {
        if (wanted != schema) {
            return new IllegalArgumentException("a field of schema=" + wanted.name() + " was used on " + name()
                    + ", which is of schema=" + schema.name());
        }
        return new IllegalStateException(name() + " was used after its release, or before the pool handed it out");
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

    /**
     * Copies bytes into the message, as they were received.
     *
     * @param at where in the message the first goes; bytes
     * @param source its bytes from position to limit are copied; the position does not change
     * @throws IndexOutOfBoundsException if they reach beyond the message; nothing is copied then
     * @throws IllegalStateException if the object has been released
     */
    public final void setContent(int at, ByteBuffer source) {
        memory(schema).put(at, source, source.position(), source.remaining());
    }

    /**
     * Copies bytes of the message.
     *
     * @param at where in the message the first is; bytes
     * @param target as many bytes as it has from position to limit are copied there; the position does not change
     * @throws IndexOutOfBoundsException if the message has not as many bytes there; nothing is copied then
     * @throws IllegalStateException if the object has been released
     */
    public final void getContent(int at, ByteBuffer target) {
        target.put(target.position(), memory(schema), at, target.remaining());
    }

    /** Makes all fields zero. */
    final void clear() {
        int bytes = schema.bytes();
        if (bytes > MOST_BY_LONGS) {
            memory.put(0, ZEROS, 0, bytes);
            return;
        }
        int i = 0;
        for (; i + Long.BYTES <= bytes; i += Long.BYTES) {
            memory.putLong(i, 0);
        }
        for (; i < bytes; i++) {
            memory.put(i, (byte) 0);
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
        try {
            return describe();
        } catch (IllegalStateException e) { // a log may print what somebody else is releasing
            return name() + "[released]";
        }
    }

    private String describe() {
        StringJoiner text = new StringJoiner(", ", schema.name() + "[", "]");
        for (Schema.Field field : schema.fields()) {
            text.add(field.name() + "=" + schema.read(this, field));
        }
        return text.toString();
    }
}
