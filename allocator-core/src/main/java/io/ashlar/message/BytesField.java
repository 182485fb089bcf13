// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

/**
 * A field of {@link FieldType#BYTES}. In a {@code static final} variable its offset is a constant to the JIT.
 *
 * <p><b>Thread safety.</b> Immutable. Reads and writes are plain: they belong to whoever has the object.
 *
 * @param schema the schema that it is of
 * @param name its name there
 * @param offset bytes from the start of the message
 * @param length how many bytes it has
 */
public record BytesField(Schema schema, String name, int offset, int length) {

    /**
     * For {@link Schema}; anybody else gets what it has.
     *
     * @throws IllegalArgumentException if the schema has no such field there, or of another length
     */
    public BytesField {
        schema.check(name, FieldType.BYTES, offset, length);
    }

    /**
     * Reads a byte.
     *
     * @param message an object of the same schema
     * @param index from 0 to {@code length - 1}
     * @return the byte
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     * @throws IndexOutOfBoundsException if there is no such byte
     */
    public byte get(OffHeapObject message, int index) {
        return message.memory(schema).get(offset + schema.index(name, index, length));
    }

    /**
     * Writes a byte.
     *
     * @param message an object of the same schema
     * @param index from 0 to {@code length - 1}
     * @param value the byte
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     * @throws IndexOutOfBoundsException if there is no such byte
     */
    public void set(OffHeapObject message, int index, byte value) {
        message.memory(schema).put(offset + schema.index(name, index, length), value);
    }

    /**
     * Reads all bytes.
     *
     * @param message an object of the same schema
     * @param target gets the bytes
     * @param at where in the target the first goes
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     * @throws IndexOutOfBoundsException if the target has no room for {@code length} bytes there; it is as it was then
     */
    public void get(OffHeapObject message, byte[] target, int at) {
        message.memory(schema).get(offset, target, at, length);
    }

    /**
     * Writes all bytes.
     *
     * @param message an object of the same schema
     * @param source holds the bytes
     * @param at where in the source the first is
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     * @throws IndexOutOfBoundsException if the source has no {@code length} bytes there; the field is as it was then
     */
    public void set(OffHeapObject message, byte[] source, int at) {
        message.memory(schema).put(offset, source, at, length);
    }

    @Override
    public String toString() {
        return schema.name() + "." + name;
    }
}
