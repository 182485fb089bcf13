// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

/**
 * A field of {@link FieldType#BOOLEAN}. In a {@code static final} variable its offset is a constant to the JIT.
 *
 * <p><b>Thread safety.</b> Immutable. Reads and writes are plain: they belong to whoever has the object.
 *
 * @param schema the schema that it is of
 * @param name its name there
 * @param offset bytes from the start of the message
 */
public record BooleanField(Schema schema, String name, int offset) {

    /**
     * For {@link Schema}; anybody else gets what it has.
     *
     * @throws IllegalArgumentException if the schema has no such field there
     */
    public BooleanField {
        schema.check(name, FieldType.BOOLEAN, offset, 1);
    }

    /**
     * Reads the field.
     *
     * @param message an object of the same schema
     * @return the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     */
    public boolean get(OffHeapObject message) {
        return message.memory(schema).get(offset) != 0;
    }

    /**
     * Writes the field.
     *
     * @param message an object of the same schema
     * @param value the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     */
    public void set(OffHeapObject message, boolean value) {
        message.memory(schema).put(offset, (byte) (value ? 1 : 0));
    }

    @Override
    public String toString() {
        return schema.name() + "." + name;
    }
}
