// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.nio.ByteBuffer;

/**
 * A field of an integer of up to 32 bits, but for {@link FieldType#UINT32}. In a {@code static final} variable its offset and its type are
 * constants to the JIT.
 *
 * <p><b>Thread safety.</b> Immutable. Reads and writes are plain: they belong to whoever has the object.
 *
 * @param schema the schema that it is of
 * @param name its name there
 * @param type what it holds
 * @param offset bytes from the start of the message
 */
public record IntField(Schema schema, String name, FieldType type, int offset) {

    /**
     * For {@link Schema}; anybody else gets what it has.
     *
     * @throws IllegalArgumentException if the schema has no such field there
     */
    public IntField {
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
    public int get(OffHeapObject message) {
        ByteBuffer memory = message.memory(schema);
        return switch (type) {
            case INT8 -> memory.get(offset);
            case UINT8 -> memory.get(offset) & 0xFF;
            case INT16 -> memory.getShort(offset);
            case UINT16 -> memory.getShort(offset) & 0xFFFF;
            case INT32 -> memory.getInt(offset);
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
    public void set(OffHeapObject message, int value) {
        ByteBuffer memory = message.memory(schema);
        switch (type) {
            case INT8 -> memory.put(offset, (byte) checked(value, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case UINT8 -> memory.put(offset, (byte) checked(value, 0, 0xFF));
            case INT16 -> memory.putShort(offset, (short) checked(value, Short.MIN_VALUE, Short.MAX_VALUE));
            case UINT16 -> memory.putShort(offset, (short) checked(value, 0, 0xFFFF));
            case INT32 -> memory.putInt(offset, value);
            default -> throw unknownType();
        }
    }

    private int checked(int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "value=" + value + " of field=" + this + " is not from " + least + " to " + most);
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
