// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.nio.ByteBuffer;

/**
 * A field of {@link FieldType#UINT32} or {@link FieldType#INT64}. In a {@code static final} variable its offset and its type are
 * constants to the JIT.
 *
 * <p><b>Thread safety.</b> Immutable. Reads and writes are plain: they belong to whoever has the object.
 *
 * @param schema the schema that it is of
 * @param name its name there
 * @param type what it holds
 * @param offset bytes from the start of the message
 */
public record LongField(Schema schema, String name, FieldType type, int offset) {

    private static final long MOST_UINT32 = 0xFFFF_FFFFL;

    /**
     * For {@link Schema}; anybody else gets what it has.
     *
     * @throws IllegalArgumentException if the schema has no such field there
     */
    public LongField {
        schema.check(name, type, offset, type.bytes());
    }

    /**
     * Reads the field.
     *
     * @param message an object of the same schema
     * @return the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     */
    public long get(OffHeapObject message) {
        ByteBuffer memory = message.memory(schema);
        return switch (type) {
            case UINT32 -> memory.getInt(offset) & MOST_UINT32;
            case INT64 -> memory.getLong(offset);
            default -> throw unknownType();
        };
    }

    /**
     * Writes the field.
     *
     * @param message an object of the same schema
     * @param value the value
     * @throws IllegalArgumentException if the object is of another schema, or the value is none of the field's type
     * @throws IllegalStateException if the object has been released
     */
    public void set(OffHeapObject message, long value) {
        ByteBuffer memory = message.memory(schema);
        switch (type) {
            case UINT32 -> memory.putInt(offset, (int) checked(value));
            case INT64 -> memory.putLong(offset, value);
            default -> throw unknownType();
        }
    }

    private long checked(long value) {
        if (value < 0 || value > MOST_UINT32) {
            throw new IllegalArgumentException(
                    "value=" + value + " of field=" + this + " is not from 0 to " + MOST_UINT32);
        }
        return value;
    }

    private AssertionError unknownType() {
        return new AssertionError(type);
    }

    @Override
    public String toString() {
        return schema.name() + "." + name;
    }
}
