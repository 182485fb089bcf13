// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.nio.ByteBuffer;

/**
 * A field of {@link FieldType#UINT32}, {@link FieldType#INT64} or {@link FieldType#UINT64}. In a {@code static final} variable its offset and its type are constants to the JIT.
 *
 * <p><b>Thread safety.</b> Immutable. {@link #get} and {@link #set} are plain: they belong to whoever has the object. The others are for
 * an object that threads share: a single aligned {@link FieldType#INT64} in memory off the Java heap.
 *
 * @param schema the schema that it is of
 * @param name its name there
 * @param type what it holds
 * @param offset bytes from the start of the message
 * @param length how many values it has: 1, or the length of an array
 */
public record LongField(Schema schema, String name, FieldType type, int offset, int length) {

    private static final long MOST_UINT32 = 0xFFFF_FFFFL;

    /**
     * For {@link Schema}; anybody else gets what it has.
     *
     * @throws IllegalArgumentException if the schema has no such field there
     */
    public LongField {
        schema.check(name, Schema.LONGS, type, offset, length);
    }

    /**
     * Reads the field.
     *
     * @param message an object of the same schema
     * @return the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released, or the field is an array
     */
    public long get(OffHeapObject message) {
        ByteBuffer memory = message.memory(schema);
        return read(memory, schema.single(name, length));
    }

    /**
     * Reads a value of an array.
     *
     * @param message an object of the same schema
     * @param index from 0 to {@code length - 1}
     * @return the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     * @throws IndexOutOfBoundsException if there is no such value
     */
    public long get(OffHeapObject message, int index) {
        ByteBuffer memory = message.memory(schema);
        return read(memory, schema.index(name, index, length));
    }

    /**
     * Writes the field.
     *
     * @param message an object of the same schema
     * @param value the value
     * @throws IllegalArgumentException if the object is of another schema, or the value is none of the field's type
     * @throws IllegalStateException if the object has been released, or the field is an array
     */
    public void set(OffHeapObject message, long value) {
        ByteBuffer memory = message.memory(schema);
        write(memory, schema.single(name, length), value);
    }

    /**
     * Writes a value of an array.
     *
     * @param message an object of the same schema
     * @param index from 0 to {@code length - 1}
     * @param value the value
     * @throws IllegalArgumentException if the object is of another schema, or the value is none of the field's type
     * @throws IllegalStateException if the object has been released
     * @throws IndexOutOfBoundsException if there is no such value
     */
    public void set(OffHeapObject message, int index, long value) {
        ByteBuffer memory = message.memory(schema);
        write(memory, schema.index(name, index, length), value);
    }

    // Compared, since a switch over an enum looks its ordinal up in an array, which is no constant to the JIT.

    private long read(ByteBuffer memory, int index) {
        return type == FieldType.UINT32
                ? memory.getInt(offset + Integer.BYTES * index) & MOST_UINT32
                : memory.getLong(offset + Long.BYTES * index);
    }

    private void write(ByteBuffer memory, int index, long value) {
        if (type == FieldType.UINT32) {
            memory.putInt(offset + Integer.BYTES * index, (int) checked(value));
        } else {
            memory.putLong(offset + Long.BYTES * index, value);
        }
    }

    private long checked(long value) {
        if (value < 0 || value > MOST_UINT32) {
            throw new IllegalArgumentException(
                    "value=" + value + " of field=" + this + " is not from 0 to " + MOST_UINT32);
        }
        return value;
    }

    // ---- in order, and as one step

    /**
     * Reads the field once and in one piece, without any order with other reads and writes.
     *
     * @param message an object of the same schema
     * @return the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released, the field is not a single aligned {@link FieldType#INT64},
     *     or the message is on the Java heap
     */
    public long getOpaque(OffHeapObject message) {
        return OrderedAccess.getOpaqueLong(shared(message), offset);
    }

    /**
     * Writes the field in one piece, without any order with other reads and writes.
     *
     * @param message an object of the same schema
     * @param value the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException as {@link #getOpaque}
     */
    public void setOpaque(OffHeapObject message, long value) {
        OrderedAccess.setOpaque(shared(message), offset, value);
    }

    /**
     * Reads the field; what its writer did before {@link #setRelease} is seen afterwards.
     *
     * @param message an object of the same schema
     * @return the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException as {@link #getOpaque}
     */
    public long getAcquire(OffHeapObject message) {
        return OrderedAccess.getAcquireLong(shared(message), offset);
    }

    /**
     * Writes the field; who reads it with {@link #getAcquire} sees what was done before.
     *
     * @param message an object of the same schema
     * @param value the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException as {@link #getOpaque}
     */
    public void setRelease(OffHeapObject message, long value) {
        OrderedAccess.setRelease(shared(message), offset, value);
    }

    /**
     * Writes the field if it is as expected, in one step, and ordered as a volatile write.
     *
     * @param message an object of the same schema
     * @param expected what it has to be
     * @param value what it becomes
     * @return false if it was something else, and has stayed so
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException as {@link #getOpaque}
     */
    public boolean compareAndSet(OffHeapObject message, long expected, long value) {
        return OrderedAccess.compareAndSet(shared(message), offset, expected, value);
    }

    /**
     * Adds to the field in one step, ordered as a volatile write.
     *
     * @param message an object of the same schema
     * @param value what to add
     * @return what it was before
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException as {@link #getOpaque}
     */
    public long getAndAdd(OffHeapObject message, long value) {
        return OrderedAccess.getAndAdd(shared(message), offset, value);
    }

    private ByteBuffer shared(OffHeapObject message) {
        ByteBuffer memory = message.memory(schema);
        if (type != FieldType.INT64 || length != 1 || offset % Long.BYTES != 0) {
            throw new IllegalStateException(
                    "field=" + this + " with type=" + type + ", length=" + length + " at offset=" + offset
                            + " can only be read and written plainly: the rest is for a single INT64 that is aligned");
        }
        if (!memory.isDirect()) {
            throw new IllegalStateException(
                    "field=" + this
                            + " can only be read and written plainly, since its message is on the Java heap: give the pool another source");
        }
        return memory;
    }

    @Override
    public String toString() {
        return schema.name() + "." + name;
    }
}
