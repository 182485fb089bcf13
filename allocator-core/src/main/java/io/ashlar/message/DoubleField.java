// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.nio.ByteBuffer;

/**
 * A field of {@link FieldType#FLOAT64}. In a {@code static final} variable its offset is a constant to the JIT.
 *
 * <p><b>Thread safety.</b> Immutable. Reads and writes are plain: they belong to whoever has the object.
 *
 * @param schema the schema that it is of
 * @param name its name there
 * @param offset bytes from the start of the message
 * @param length how many values it has: 1, or the length of an array
 */
public record DoubleField(Schema schema, String name, int offset, int length) {

    /**
     * For {@link Schema}; anybody else gets what it has.
     *
     * @throws IllegalArgumentException if the schema has no such field there
     */
    public DoubleField {
        schema.check(name, FieldType.FLOAT64, offset, length);
    }

    /**
     * Reads the field.
     *
     * @param message an object of the same schema
     * @return the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released, or the field is an array
     */
    public double get(OffHeapObject message) {
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
    public double get(OffHeapObject message, int index) {
        ByteBuffer memory = message.memory(schema);
        return read(memory, schema.index(name, index, length));
    }

    /**
     * Writes the field.
     *
     * @param message an object of the same schema
     * @param value the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released, or the field is an array
     */
    public void set(OffHeapObject message, double value) {
        ByteBuffer memory = message.memory(schema);
        write(memory, schema.single(name, length), value);
    }

    /**
     * Writes a value of an array.
     *
     * @param message an object of the same schema
     * @param index from 0 to {@code length - 1}
     * @param value the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     * @throws IndexOutOfBoundsException if there is no such value
     */
    public void set(OffHeapObject message, int index, double value) {
        ByteBuffer memory = message.memory(schema);
        write(memory, schema.index(name, index, length), value);
    }

    private double read(ByteBuffer memory, int index) {
        return memory.getDouble(offset + Double.BYTES * index);
    }

    private void write(ByteBuffer memory, int index, double value) {
        memory.putDouble(offset + Double.BYTES * index, value);
    }

    @Override
    public String toString() {
        return schema.name() + "." + name;
    }
}
