// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The layout of a schema that is being built: each field that is added gets its offset, or is refused. {@link Schema.Builder} is what
 * users call it.
 */
abstract sealed class SchemaLayout permits Schema.Builder {

    private static final int CACHE_LINE = 64;
    private static final int MOST_CONSTANTS = 256;

    private final String name;
    private final Map<String, Schema.Field> fields = new LinkedHashMap<>();
    /** What was added, nested schemas too, for texts. */
    private final Map<String, String> names = new HashMap<>();

    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    private boolean packed;
    private boolean wholeCacheLines;
    private int end;
    private int alignment = 1;

    SchemaLayout(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a schema needs a name, and name='" + name + "' is blank");
        }
        this.name = name;
    }

    /** This, by the name that users have for it. */
    abstract Schema.Builder self();

    /**
     * Sets the order of the bytes in numbers.
     *
     * @param newOrder default little-endian
     * @return this
     * @throws IllegalStateException if there are fields already
     */
    public Schema.Builder order(ByteOrder newOrder) {
        checkEmpty("order");
        Objects.requireNonNull(newOrder, "order");
        order = newOrder;
        return self();
    }

    /**
     * Leaves no gaps between fields.
     *
     * @return this
     * @throws IllegalStateException if there are fields already
     */
    public Schema.Builder packed() {
        checkEmpty("packed");
        packed = true;
        return self();
    }

    private void checkEmpty(String method) {
        if (!fields.isEmpty()) {
            throw new IllegalStateException(
                    "schema=" + name + " has fields already, which it would change: call " + method + "() first");
        }
    }

    /**
     * Makes the message a multiple of 64 bytes long, so that no two messages share a cache line, unless they are on the Java heap.
     *
     * @return this
     */
    public Schema.Builder wholeCacheLines() {
        wholeCacheLines = true;
        return self();
    }

    /**
     * Adds a field of {@link FieldType#INT8}.
     *
     * @param field its name
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
     */
    public Schema.Builder int8(String field) {
        return add(field, FieldType.INT8, 1);
    }

    /**
     * Adds a field of {@link FieldType#UINT8}.
     *
     * @param field its name
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
     */
    public Schema.Builder uint8(String field) {
        return add(field, FieldType.UINT8, 1);
    }

    /**
     * Adds a field of {@link FieldType#INT16}.
     *
     * @param field its name
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
     */
    public Schema.Builder int16(String field) {
        return add(field, FieldType.INT16, 1);
    }

    /**
     * Adds a field of {@link FieldType#UINT16}.
     *
     * @param field its name
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
     */
    public Schema.Builder uint16(String field) {
        return add(field, FieldType.UINT16, 1);
    }

    /**
     * Adds a field of {@link FieldType#INT32}.
     *
     * @param field its name
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
     */
    public Schema.Builder int32(String field) {
        return add(field, FieldType.INT32, 1);
    }

    /**
     * Adds a field of {@link FieldType#UINT32}.
     *
     * @param field its name
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
     */
    public Schema.Builder uint32(String field) {
        return add(field, FieldType.UINT32, 1);
    }

    /**
     * Adds a field of {@link FieldType#INT64}.
     *
     * @param field its name
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
     */
    public Schema.Builder int64(String field) {
        return add(field, FieldType.INT64, 1);
    }

    /**
     * Adds a field of {@link FieldType#UINT64}.
     *
     * @param field its name
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
     */
    public Schema.Builder uint64(String field) {
        return add(field, FieldType.UINT64, 1);
    }

    /**
     * Adds a field of {@link FieldType#FLOAT32}.
     *
     * @param field its name
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
     */
    public Schema.Builder float32(String field) {
        return add(field, FieldType.FLOAT32, 1);
    }

    /**
     * Adds a field of {@link FieldType#FLOAT64}.
     *
     * @param field its name
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
     */
    public Schema.Builder float64(String field) {
        return add(field, FieldType.FLOAT64, 1);
    }

    /**
     * Adds a field of {@link FieldType#BOOLEAN}.
     *
     * @param field its name
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
     */
    public Schema.Builder bool(String field) {
        return add(field, FieldType.BOOLEAN, 1);
    }

    /**
     * Adds a field of {@link FieldType#CHAR}.
     *
     * @param field its name
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
     */
    public Schema.Builder char16(String field) {
        return add(field, FieldType.CHAR, 1);
    }

    /**
     * Adds an array of a primitive type.
     *
     * @param field its name
     * @param type what its values are: an integer, float, double, boolean or char
     * @param length how many
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, if the length is not positive or the type is
     *     not primitive, or if the message would be too long
     */
    public Schema.Builder array(String field, FieldType type, int length) {
        switch (type) {
            case ENUM, BYTES, ASCII, UTF8 ->
                throw new IllegalArgumentException(
                        "field=" + field + " of schema=" + name + ": type=" + type + " is not one for arrays");
            default -> {
                return add(field, type, length);
            }
        }
    }

    /**
     * Adds a field of {@link FieldType#ENUM}.
     *
     * @param field its name
     * @param type an enum of at most 256 constants
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, if there are no constants, or too many, or if
     *     the message would be too long
     */
    public Schema.Builder enumeration(String field, Class<? extends Enum<?>> type) {
        Enum<?>[] constants = type.getEnumConstants();
        if (constants == null) {
            throw new IllegalArgumentException("field=" + field + " of schema=" + name + ": " + type.getName()
                    + " is no enum; of a constant with a body, getDeclaringClass() is one");
        }
        if (constants.length == 0 || constants.length > MOST_CONSTANTS) {
            throw new IllegalArgumentException("field=" + field + " of schema=" + name + ": " + type.getName() + " has "
                    + constants.length + " constants, not 1 to " + MOST_CONSTANTS);
        }
        return add(field, FieldType.ENUM, 1, List.of(constants));
    }

    /**
     * Adds a field of {@link FieldType#BYTES}.
     *
     * @param field its name
     * @param length how many bytes
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, if the length is not positive, or if the
     *     message would be too long
     */
    public Schema.Builder bytes(String field, int length) {
        return add(field, FieldType.BYTES, length);
    }

    /**
     * Adds a field of {@link FieldType#ASCII}.
     *
     * @param field its name
     * @param most how many characters it holds at most
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, if {@code most} is not positive, or if the
     *     message would be too long
     */
    public Schema.Builder ascii(String field, int most) {
        return add(field, FieldType.ASCII, most);
    }

    /**
     * Adds a field of {@link FieldType#UTF8}.
     *
     * @param field its name
     * @param most how many bytes it holds at most; a character takes one to four
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, if {@code most} is not positive, or if the
     *     message would be too long
     */
    public Schema.Builder utf8(String field, int most) {
        return add(field, FieldType.UTF8, most);
    }

    /**
     * Adds all fields of another schema, under names such as {@code header.id} for the field {@code id} of the one nested as {@code
     * header}. It lies as it does by itself; with natural alignment it begins where its longest field may.
     *
     * @param field the name in front of the dot
     * @param nested the other schema
     * @return this
     * @throws IllegalArgumentException if the name is blank or known already or has a dot, if the other schema has another order of
     *     bytes, or if the message would be too long
     */
    public Schema.Builder nested(String field, Schema nested) {
        if (nested.order() != order) {
            throw new IllegalArgumentException("field=" + field + " of schema=" + name + " with order=" + order
                    + ": the nested schema=" + nested.name() + " has order=" + nested.order()
                    + "; the order is to be set before");
        }
        checkName(field, nested.name());
        int offset = packed ? end : roundUp(end, nested.alignment());
        checkRoom(field, offset, nested.bytes());
        for (Schema.Field inner : nested.fields()) {
            Schema.Field moved = inner.within(field, offset);
            fields.put(moved.name(), moved);
        }
        names.put(field, nested.name() + " at offset=" + offset);
        end = offset + nested.bytes();
        alignment = packed ? 1 : Math.max(alignment, nested.alignment());
        return self();
    }

    /**
     * Leaves bytes out, such as those that a protocol has reserved. They are zero in a new message.
     *
     * @param bytes how many
     * @return this
     * @throws IllegalArgumentException if it is not positive, or if the message would be too long
     */
    public Schema.Builder skip(int bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException(
                    "bytes=" + bytes + " to skip in schema=" + name + " at offset=" + end + " is not positive");
        }
        checkRoom("(skipped)", end, bytes);
        end += bytes;
        return self();
    }

    private Schema.Builder add(String field, FieldType type, int length) {
        return add(field, type, length, List.of());
    }

    private Schema.Builder add(String field, FieldType type, int length, List<? extends Enum<?>> constants) {
        checkName(field, type);
        if (length <= 0) {
            throw new IllegalArgumentException("field=" + field + " of schema=" + name + ", type=" + type + ": length="
                    + length + " is not positive");
        }
        int offset = packed ? end : roundUp(end, type.bytes());
        checkRoom(field, offset, (long) length * type.bytes());
        fields.put(field, new Schema.Field(field, type, offset, length, constants));
        names.put(field, type + " at offset=" + offset);
        end = offset + length * type.bytes();
        alignment = packed ? 1 : Math.max(alignment, type.bytes());
        return self();
    }

    private void checkName(String field, Object type) {
        if (field.isBlank() || field.contains(".")) {
            throw new IllegalArgumentException("field='" + field + "' of schema=" + name + ", type=" + type
                    + ": the name is blank or has a dot, which is for fields of nested schemas");
        }
        String earlier = names.get(field);
        if (earlier != null) {
            throw new IllegalArgumentException(
                    "field=" + field + " of schema=" + name + " was added before, with type=" + earlier);
        }
    }

    private void checkRoom(String field, int offset, long bytes) {
        if (bytes > Schema.MOST_BYTES - offset) {
            throw new IllegalArgumentException("field=" + field + " of schema=" + name + " with bytes=" + bytes
                    + " at offset=" + offset + " does not fit: a message has at most " + Schema.MOST_BYTES + " bytes");
        }
    }

    /**
     * Makes the schema.
     *
     * @return the schema
     * @throws IllegalStateException if there is no field
     */
    public Schema build() {
        if (fields.isEmpty()) {
            throw new IllegalStateException("schema=" + name + " has no field");
        }
        return new Schema(name, order, fields, roundUp(end, wholeCacheLines ? CACHE_LINE : alignment), alignment);
    }

    private static int roundUp(int value, int multiple) {
        return value + multiple - 1 & -multiple;
    }
}
