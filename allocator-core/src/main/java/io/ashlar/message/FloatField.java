// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

/**
 * A field of {@link FieldType#FLOAT32}. In a {@code static final} variable its offset is a constant to the JIT.
 *
 * <p><b>Thread safety.</b> Immutable. Reads and writes are plain: they belong to whoever has the object.
 *
 * @param schema the schema that it is of
 * @param name its name there
 * @param offset bytes from the start of the message
 */
public record FloatField(Schema schema, String name, int offset) {

    /**
     * For {@link Schema}; anybody else gets what it has.
     *
     * @throws IllegalArgumentException if the schema has no such field there
     */
    public FloatField {
        schema.check(name, FieldType.FLOAT32, offset, Float.BYTES);
    }

    /**
     * Reads the field.
     *
     * @param message an object of the same schema
     * @return the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     */
    public float get(OffHeapObject message) {
        return message.memory(schema).getFloat(offset);
    }

    /**
     * Writes the field.
     *
     * @param message an object of the same schema
     * @param value the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     */
    public void set(OffHeapObject message, float value) {
        message.memory(schema).putFloat(offset, value);
    }

    @Override
    public String toString() {
        return schema.name() + "." + name;
    }
}
