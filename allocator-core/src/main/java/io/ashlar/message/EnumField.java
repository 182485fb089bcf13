// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.util.List;

/**
 * A field of {@link FieldType#ENUM}. In a {@code static final} variable its offset and its constants are constants to the JIT.
 *
 * <p><b>Thread safety.</b> Immutable. Reads and writes are plain: they belong to whoever has the object.
 *
 * @param schema the schema that it is of
 * @param name its name there
 * @param offset bytes from the start of the message
 * @param constants the enum's constants, by their ordinals
 * @param <E> the enum
 */
public record EnumField<E extends Enum<E>>(Schema schema, String name, int offset, List<E> constants) {

    /**
     * For {@link Schema}; anybody else gets what it has.
     *
     * @throws IllegalArgumentException if the schema has no such field there, or of another enum
     */
    public EnumField {
        schema.check(name, FieldType.ENUM, offset, 1);
        constants = List.copyOf(constants);
        schema.checkConstants(name, constants);
    }

    /**
     * Reads the field. In a message that was zeroed it is the enum's first constant.
     *
     * @param message an object of the same schema
     * @return the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released, or the field holds what is none of the enum's ordinals, as
     *     it may when it was received
     */
    public E get(OffHeapObject message) {
        int ordinal = message.memory(schema).get(offset) & 0xFF;
        if (ordinal >= constants.size()) {
            throw new IllegalStateException("field=" + this + " holds ordinal=" + ordinal + ", and there are only "
                    + constants + ": was the message sent by a newer version, or damaged?");
        }
        return constants.get(ordinal);
    }

    /**
     * Writes the field.
     *
     * @param message an object of the same schema
     * @param value the value
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     */
    public void set(OffHeapObject message, E value) {
        message.memory(schema).put(offset, (byte) value.ordinal());
    }

    @Override
    public String toString() {
        return schema.name() + "." + name;
    }
}
