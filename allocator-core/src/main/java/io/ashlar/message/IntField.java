// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.nio.ByteBuffer;

/**
 * A field of an integer of up to 32 bits, but for {@link FieldType#UINT32}. In a {@code static final} variable its offset and its type are constants to the JIT.
 *
 * <p><b>Thread safety.</b> Immutable. {@link #get} and {@link #set} are plain: they belong to whoever has the object. The others are for
 * an object that threads share: a single aligned {@link FieldType#INT32} in memory off the Java heap.
 *
 * @param schema the schema that it is of
 * @param name its name there
 * @param type what it holds
 * @param offset bytes from the start of the message
 * @param length how many values it has: 1, or the length of an array
 */
public record IntField(Schema schema, String name, FieldType type, int offset, int length) {

    /**
     * For {@link Schema}; anybody else gets what it has.
     *
     * @throws IllegalArgumentException if the schema has no such field there
     */
    public IntField {
        schema.check(name, Schema.INTS, type, offset, length);
    }

    /**
     * Reads the field.
     *
     * @param message an object of the same schema
     * @return the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released, or the field is an array
     */
    public int get(OffHeapObject message) {
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
    public int get(OffHeapObject message, int index) {
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
    public void set(OffHeapObject message, int value) {
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
    public void set(OffHeapObject message, int index, int value) {
        ByteBuffer memory = message.memory(schema);
        write(memory, schema.index(name, index, length), value);
    }

    // Compared one by one, since a switch over an enum looks its ordinal up in an array, which is no constant to the
    // JIT.

    private int read(ByteBuffer memory, int index) {
        if (type == FieldType.INT32) {
            return memory.getInt(offset + Integer.BYTES * index);
        }
        if (type == FieldType.INT16) {
            return memory.getShort(offset + Short.BYTES * index);
        }
        if (type == FieldType.UINT16) {
            return memory.getShort(offset + Short.BYTES * index) & 0xFFFF;
        }
        byte value = memory.get(offset + index);
        return type == FieldType.INT8 ? value : value & 0xFF;
    }

    private void write(ByteBuffer memory, int index, int value) {
        if (type == FieldType.INT32) {
            memory.putInt(offset + Integer.BYTES * index, value);
        } else if (type == FieldType.INT16) {
            memory.putShort(offset + Short.BYTES * index, (short) checked(value, Short.MIN_VALUE, Short.MAX_VALUE));
        } else if (type == FieldType.UINT16) {
            memory.putShort(offset + Short.BYTES * index, (short) checked(value, 0, 0xFFFF));
        } else if (type == FieldType.INT8) {
            memory.put(offset + index, (byte) checked(value, Byte.MIN_VALUE, Byte.MAX_VALUE));
        } else {
            memory.put(offset + index, (byte) checked(value, 0, 0xFF));
        }
    }

    private int checked(int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "value=" + value + " of field=" + this + " is not from " + least + " to " + most);
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
     * @throws IllegalStateException if the object has been released, the field is not a single aligned {@link FieldType#INT32},
     *     or the message is on the Java heap
     */
    public int getOpaque(OffHeapObject message) {
        return OrderedAccess.getOpaqueInt(shared(message), offset);
    }

    /**
     * Writes the field in one piece, without any order with other reads and writes.
     *
     * @param message an object of the same schema
     * @param value the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException as {@link #getOpaque}
     */
    public void setOpaque(OffHeapObject message, int value) {
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
    public int getAcquire(OffHeapObject message) {
        return OrderedAccess.getAcquireInt(shared(message), offset);
    }

    /**
     * Writes the field; who reads it with {@link #getAcquire} sees what was done before.
     *
     * @param message an object of the same schema
     * @param value the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException as {@link #getOpaque}
     */
    public void setRelease(OffHeapObject message, int value) {
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
    public boolean compareAndSet(OffHeapObject message, int expected, int value) {
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
    public int getAndAdd(OffHeapObject message, int value) {
        return OrderedAccess.getAndAdd(shared(message), offset, value);
    }

    private ByteBuffer shared(OffHeapObject message) {
        ByteBuffer memory = message.memory(schema);
        if (type != FieldType.INT32 || length != 1 || offset % Integer.BYTES != 0) {
            throw new IllegalStateException(
                    "field=" + this + " with type=" + type + ", length=" + length + " at offset=" + offset
                            + " can only be read and written plainly: the rest is for a single INT32 that is aligned");
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
