// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

    private final String name;
    private final ByteOrder order;
    private final Map<String, Field> fields;
    private final int bytes;
    private final int alignment;

    Schema(String name, ByteOrder order, Map<String, Field> fields, int bytes, int alignment) {
        this.name = name;
        this.order = order;
        this.fields = new LinkedHashMap<>(fields);
        this.bytes = bytes;
        this.alignment = alignment;
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

        Field within(String outer, int outerOffset) {
            return new Field(outer + "." + name, type, outerOffset + offset, length, constants);
        }

        int end() {
            return offset + bytes();
        }

        boolean isText() {
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

    /** What its offset must be a multiple of where it is nested; bytes. */
    int alignment() {
        return alignment;
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

    /** A table of the fields, and a drawing of where each byte belongs. */
    @Override
    public String toString() {
        return SchemaDrawing.of(this);
    }

    /** Collects fields. Not for use by several threads at once. */
    public static final class Builder extends SchemaLayout {

        private Builder(String name) {
            super(name);
        }

        @Override
        Builder self() {
            return this;
        }
    }
}
