// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The layout of a fixed-size message: which field lies where. Fields lie in the order in which they were added; with natural alignment each
 * begins at a multiple of its own length, and the message is as long as a multiple of the longest. {@link #toString} draws it.
 *
 * <pre>{@code
 * static final Schema SCHEMA = Schema.builder("Order")
 *         .int64("id")
 *         .int32("quantity")
 *         .ascii("symbol", 12)
 *         .build();
 * static final LongField ID = SCHEMA.longField("id");
 * }</pre>
 *
 * <p>The typed fields belong in {@code static final} variables: then the JIT treats their offsets as constants.
 *
 * <p><b>Thread safety.</b> Immutable.
 */
public final class Schema {

    /** How long a message may be, in bytes. Blocks of slabs are longer, unless a pool's limit is below 8 MiB. */
    public static final int MOST_BYTES = 16 << 10;

    /** The types that each kind of typed field is for. */
    static final List<FieldType> INTS =
            List.of(FieldType.INT8, FieldType.UINT8, FieldType.INT16, FieldType.UINT16, FieldType.INT32);

    static final List<FieldType> LONGS = List.of(FieldType.UINT32, FieldType.INT64, FieldType.UINT64);
    static final List<FieldType> TEXTS = List.of(FieldType.ASCII, FieldType.UTF8);

    private static final int CACHE_LINE = 64;
    private static final int MOST_CONSTANTS = 256;
    /** How many bytes a row of the drawing has. */
    private static final int ROW = 16;

    private final String name;
    private final ByteOrder order;
    private final Map<String, Field> fields;
    private final int bytes;
    private final int alignment;

    private Schema(Builder builder, int bytes) {
        this.name = builder.name;
        this.order = builder.order;
        this.fields = new LinkedHashMap<>(builder.fields);
        this.bytes = bytes;
        this.alignment = builder.alignment;
    }

    /**
     * Where a field lies.
     *
     * @param name its name; that of a field of a nested schema is behind a dot
     * @param type what it holds
     * @param offset bytes from the start of the message
     * @param length how many values it has: 1, or the length of an array, of {@link FieldType#BYTES}, of a text in bytes
     * @param constants the constants of an enum; empty for all other types
     */
    public record Field(String name, FieldType type, int offset, int length, List<? extends Enum<?>> constants) {

        /**
         * Its length.
         *
         * @return bytes
         */
        public int bytes() {
            return length * type.bytes();
        }

        private Field within(String outer, int outerOffset) {
            return new Field(outer + "." + name, type, outerOffset + offset, length, constants);
        }

        private int end() {
            return offset + bytes();
        }

        private String typeName() {
            String lower = type.name().toLowerCase(Locale.ROOT);
            return length == 1 && type != FieldType.BYTES && !isText() ? lower : lower + "[" + length + "]";
        }

        private boolean isText() {
            return type == FieldType.ASCII || type == FieldType.UTF8;
        }
    }

    /**
     * Starts a schema.
     *
     * @param name what the messages are called, for texts
     * @return a builder without fields
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * What the messages are called.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * The length of a message.
     *
     * @return bytes, with all gaps
     */
    public int bytes() {
        return bytes;
    }

    /**
     * The order of the bytes in numbers.
     *
     * @return the order
     */
    public ByteOrder order() {
        return order;
    }

    /**
     * All fields, by their offsets.
     *
     * @return an immutable list
     */
    public List<Field> fields() {
        return List.copyOf(fields.values());
    }

    // ---- typed fields

    /**
     * A field of an integer of up to 32 bits, or an array of them, but for {@link FieldType#UINT32}.
     *
     * @param field its name
     * @return the access to it
     * @throws IllegalArgumentException if there is no such field, or it is of another type
     */
    public IntField intField(String field) {
        Field found = find(field, INTS);
        return new IntField(this, field, found.type(), found.offset(), found.length());
    }

    /**
     * A field of {@link FieldType#UINT32}, {@link FieldType#INT64} or {@link FieldType#UINT64}, or an array of them.
     *
     * @param field its name
     * @return the access to it
     * @throws IllegalArgumentException if there is no such field, or it is of another type
     */
    public LongField longField(String field) {
        Field found = find(field, LONGS);
        return new LongField(this, field, found.type(), found.offset(), found.length());
    }

    /**
     * A field of {@link FieldType#FLOAT32}, or an array of them.
     *
     * @param field its name
     * @return the access to it
     * @throws IllegalArgumentException if there is no such field, or it is of another type
     */
    public FloatField floatField(String field) {
        Field found = find(field, List.of(FieldType.FLOAT32));
        return new FloatField(this, field, found.offset(), found.length());
    }

    /**
     * A field of {@link FieldType#FLOAT64}, or an array of them.
     *
     * @param field its name
     * @return the access to it
     * @throws IllegalArgumentException if there is no such field, or it is of another type
     */
    public DoubleField doubleField(String field) {
        Field found = find(field, List.of(FieldType.FLOAT64));
        return new DoubleField(this, field, found.offset(), found.length());
    }

    /**
     * A field of {@link FieldType#BOOLEAN}, or an array of them.
     *
     * @param field its name
     * @return the access to it
     * @throws IllegalArgumentException if there is no such field, or it is of another type
     */
    public BooleanField booleanField(String field) {
        Field found = find(field, List.of(FieldType.BOOLEAN));
        return new BooleanField(this, field, found.offset(), found.length());
    }

    /**
     * A field of {@link FieldType#CHAR}, or an array of them.
     *
     * @param field its name
     * @return the access to it
     * @throws IllegalArgumentException if there is no such field, or it is of another type
     */
    public CharField charField(String field) {
        Field found = find(field, List.of(FieldType.CHAR));
        return new CharField(this, field, found.offset(), found.length());
    }

    /**
     * A field of {@link FieldType#BYTES}.
     *
     * @param field its name
     * @return the access to it
     * @throws IllegalArgumentException if there is no such field, or it is of another type
     */
    public BytesField bytesField(String field) {
        Field found = find(field, List.of(FieldType.BYTES));
        return new BytesField(this, field, found.offset(), found.length());
    }

    /**
     * A field of {@link FieldType#ASCII} or {@link FieldType#UTF8}.
     *
     * @param field its name
     * @return the access to it
     * @throws IllegalArgumentException if there is no such field, or it is of another type
     */
    public TextField textField(String field) {
        Field found = find(field, TEXTS);
        return new TextField(this, field, found.type(), found.offset(), found.length());
    }

    /**
     * A field of {@link FieldType#ENUM}.
     *
     * @param field its name
     * @param type the enum
     * @param <E> the enum
     * @return the access to it
     * @throws IllegalArgumentException if there is no such field, or it is of another type, or of another enum
     */
    public <E extends Enum<E>> EnumField<E> enumField(String field, Class<E> type) {
        Field found = find(field, List.of(FieldType.ENUM));
        return new EnumField<>(this, field, found.offset(), List.of(type.getEnumConstants()));
    }

    private Field find(String field, List<FieldType> types) {
        Field found = fields.get(field);
        if (found == null) {
            throw new IllegalArgumentException(
                    "field=" + field + " is not in schema=" + name + ", which has " + fields.keySet());
        }
        if (!types.contains(found.type())) {
            throw new IllegalArgumentException(
                    "field=" + field + " of schema=" + name + " is of type=" + found.type() + ", not of " + types);
        }
        return found;
    }

    void check(String field, FieldType type, int offset, int length) {
        check(field, List.of(type), type, offset, length);
    }

    /** Fails if there is no such field: who makes a typed field without asking the schema could reach beyond the message. */
    void check(String field, List<FieldType> types, FieldType type, int offset, int length) {
        Field found = find(field, types);
        if (found.type() != type || found.offset() != offset || found.length() != length) {
            throw new IllegalArgumentException("field=" + field + " of schema=" + name + " has type=" + found.type()
                    + ", offset=" + found.offset() + ", length=" + found.length() + ", not type=" + type + ", offset="
                    + offset + ", length=" + length);
        }
    }

    /** Fails if the field is one of another enum. */
    void checkConstants(String field, List<? extends Enum<?>> constants) {
        Field found = find(field, List.of(FieldType.ENUM));
        if (!found.constants().equals(constants)) {
            throw new IllegalArgumentException("field=" + field + " of schema=" + name + " has the constants "
                    + found.constants() + ", not " + constants);
        }
    }

    /** Index 0 of a field that is no array. */
    int single(String field, int length) {
        if (length != 1) {
            throw new IllegalStateException(
                    "field=" + name + "." + field + " is an array with length=" + length + ": an index is needed");
        }
        return 0;
    }

    /** The index of a value of an array. */
    int index(String field, int index, int length) {
        if (index < 0 || index >= length) {
            throw new IndexOutOfBoundsException(
                    "index=" + index + " of field=" + name + "." + field + " is not from 0 to " + (length - 1));
        }
        return index;
    }

    /** The value of a field, for texts. */
    Object read(OffHeapObject message, Field field) {
        if (field.isText()) {
            return textField(field.name()).get(message);
        }
        if (field.type() == FieldType.BYTES) {
            byte[] content = new byte[field.length()];
            bytesField(field.name()).get(message, content, 0);
            return HexFormat.of().formatHex(content);
        }
        if (field.length() == 1) {
            return read(message, field, 0);
        }
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < field.length(); i++) {
            values.add(read(message, field, i));
        }
        return values;
    }

    private Object read(OffHeapObject message, Field field, int index) {
        return switch (field.type()) {
            case INT8, UINT8, INT16, UINT16, INT32 -> intField(field.name()).get(message, index);
            case UINT32, INT64 -> longField(field.name()).get(message, index);
            case UINT64 -> Long.toUnsignedString(longField(field.name()).get(message, index));
            case FLOAT32 -> floatField(field.name()).get(message, index);
            case FLOAT64 -> doubleField(field.name()).get(message, index);
            case BOOLEAN -> booleanField(field.name()).get(message, index);
            case CHAR -> charField(field.name()).get(message, index);
            case ENUM -> constant(message, field);
            case BYTES, ASCII, UTF8 -> throw new AssertionError(field);
        };
    }

    private Object constant(OffHeapObject message, Field field) {
        int ordinal = message.memory(this).get(field.offset()) & 0xFF;
        return ordinal < field.constants().size() ? field.constants().get(ordinal) : "?" + ordinal;
    }

    // ---- drawing

    /** A table of the fields, and a drawing of where each byte belongs. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Schema " + name + ", " + bytes + " bytes, "
                + (order == ByteOrder.LITTLE_ENDIAN ? "little-endian" : "big-endian") + System.lineSeparator());
        text.append(String.format("  %6s %6s  %-12s %s%n", "offset", "bytes", "type", "field"));
        char letter = 'a';
        byte[] owners = new byte[bytes];
        for (Field field : fields.values()) {
            text.append(String.format(
                    "%c %6d %6d  %-12s %s%n", letter, field.offset(), field.bytes(), field.typeName(), field.name()));
            Arrays.fill(owners, field.offset(), field.end(), (byte) letter);
            letter = next(letter);
        }
        for (int row = 0; row < bytes; row += ROW) {
            text.append(String.format("%8d ", row));
            for (int i = row; i < Math.min(row + ROW, bytes); i++) {
                text.append(' ').append(owners[i] == 0 ? '.' : (char) owners[i]);
            }
            text.append(System.lineSeparator());
        }
        return text.toString();
    }

    private static char next(char letter) {
        return letter == 'z' ? 'A' : letter == 'Z' ? 'a' : (char) (letter + 1);
    }

    /** Collects fields. Not for use by several threads at once. */
    public static final class Builder {

        private final String name;
        private final Map<String, Field> fields = new LinkedHashMap<>();
        /** What was added, nested schemas too, for texts. */
        private final Map<String, String> names = new HashMap<>();

        private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
        private boolean packed;
        private boolean wholeCacheLines;
        private int end;
        private int alignment = 1;

        private Builder(String name) {
            if (name.isBlank()) {
                throw new IllegalArgumentException("a schema needs a name, and name='" + name + "' is blank");
            }
            this.name = name;
        }

        /**
         * Sets the order of the bytes in numbers.
         *
         * @param newOrder default little-endian
         * @return this
         * @throws IllegalStateException if there are fields already
         */
        public Builder order(ByteOrder newOrder) {
            checkEmpty("order");
            Objects.requireNonNull(newOrder, "order");
            order = newOrder;
            return this;
        }

        /**
         * Leaves no gaps between fields.
         *
         * @return this
         * @throws IllegalStateException if there are fields already
         */
        public Builder packed() {
            checkEmpty("packed");
            packed = true;
            return this;
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
        public Builder wholeCacheLines() {
            wholeCacheLines = true;
            return this;
        }

        /**
         * Adds a field of {@link FieldType#INT8}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
         */
        public Builder int8(String field) {
            return add(field, FieldType.INT8, 1);
        }

        /**
         * Adds a field of {@link FieldType#UINT8}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
         */
        public Builder uint8(String field) {
            return add(field, FieldType.UINT8, 1);
        }

        /**
         * Adds a field of {@link FieldType#INT16}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
         */
        public Builder int16(String field) {
            return add(field, FieldType.INT16, 1);
        }

        /**
         * Adds a field of {@link FieldType#UINT16}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
         */
        public Builder uint16(String field) {
            return add(field, FieldType.UINT16, 1);
        }

        /**
         * Adds a field of {@link FieldType#INT32}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
         */
        public Builder int32(String field) {
            return add(field, FieldType.INT32, 1);
        }

        /**
         * Adds a field of {@link FieldType#UINT32}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
         */
        public Builder uint32(String field) {
            return add(field, FieldType.UINT32, 1);
        }

        /**
         * Adds a field of {@link FieldType#INT64}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
         */
        public Builder int64(String field) {
            return add(field, FieldType.INT64, 1);
        }

        /**
         * Adds a field of {@link FieldType#UINT64}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
         */
        public Builder uint64(String field) {
            return add(field, FieldType.UINT64, 1);
        }

        /**
         * Adds a field of {@link FieldType#FLOAT32}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
         */
        public Builder float32(String field) {
            return add(field, FieldType.FLOAT32, 1);
        }

        /**
         * Adds a field of {@link FieldType#FLOAT64}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
         */
        public Builder float64(String field) {
            return add(field, FieldType.FLOAT64, 1);
        }

        /**
         * Adds a field of {@link FieldType#BOOLEAN}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
         */
        public Builder bool(String field) {
            return add(field, FieldType.BOOLEAN, 1);
        }

        /**
         * Adds a field of {@link FieldType#CHAR}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already or has a dot, or if the message would be too long
         */
        public Builder char16(String field) {
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
        public Builder array(String field, FieldType type, int length) {
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
        public Builder enumeration(String field, Class<? extends Enum<?>> type) {
            Enum<?>[] constants = type.getEnumConstants();
            if (constants == null) {
                throw new IllegalArgumentException("field=" + field + " of schema=" + name + ": " + type.getName()
                        + " is no enum; of a constant with a body, getDeclaringClass() is one");
            }
            if (constants.length == 0 || constants.length > MOST_CONSTANTS) {
                throw new IllegalArgumentException("field=" + field + " of schema=" + name + ": " + type.getName()
                        + " has " + constants.length + " constants, not 1 to " + MOST_CONSTANTS);
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
        public Builder bytes(String field, int length) {
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
        public Builder ascii(String field, int most) {
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
        public Builder utf8(String field, int most) {
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
        public Builder nested(String field, Schema nested) {
            if (nested.order != order) {
                throw new IllegalArgumentException("field=" + field + " of schema=" + name + " with order=" + order
                        + ": the nested schema=" + nested.name + " has order=" + nested.order
                        + "; the order is to be set before");
            }
            checkName(field, nested.name);
            int offset = packed ? end : roundUp(end, nested.alignment);
            checkRoom(field, offset, nested.bytes);
            for (Field inner : nested.fields.values()) {
                Field moved = inner.within(field, offset);
                fields.put(moved.name(), moved);
            }
            names.put(field, nested.name + " at offset=" + offset);
            end = offset + nested.bytes;
            alignment = packed ? 1 : Math.max(alignment, nested.alignment);
            return this;
        }

        /**
         * Leaves bytes out, such as those that a protocol has reserved. They are zero in a new message.
         *
         * @param bytes how many
         * @return this
         * @throws IllegalArgumentException if it is not positive, or if the message would be too long
         */
        public Builder skip(int bytes) {
            if (bytes <= 0) {
                throw new IllegalArgumentException(
                        "bytes=" + bytes + " to skip in schema=" + name + " at offset=" + end + " is not positive");
            }
            checkRoom("(skipped)", end, bytes);
            end += bytes;
            return this;
        }

        private Builder add(String field, FieldType type, int length) {
            return add(field, type, length, List.of());
        }

        private Builder add(String field, FieldType type, int length, List<? extends Enum<?>> constants) {
            checkName(field, type);
            if (length <= 0) {
                throw new IllegalArgumentException("field=" + field + " of schema=" + name + ", type=" + type
                        + ": length=" + length + " is not positive");
            }
            int offset = packed ? end : roundUp(end, type.bytes());
            checkRoom(field, offset, (long) length * type.bytes());
            fields.put(field, new Field(field, type, offset, length, constants));
            names.put(field, type + " at offset=" + offset);
            end = offset + length * type.bytes();
            alignment = packed ? 1 : Math.max(alignment, type.bytes());
            return this;
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
            if (bytes > MOST_BYTES - offset) {
                throw new IllegalArgumentException("field=" + field + " of schema=" + name + " with bytes=" + bytes
                        + " at offset=" + offset + " does not fit: a message has at most " + MOST_BYTES + " bytes");
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
            return new Schema(this, roundUp(end, wholeCacheLines ? CACHE_LINE : alignment));
        }

        private static int roundUp(int value, int multiple) {
            return value + multiple - 1 & -multiple;
        }
    }
}
