// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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

    /** How long a message may be, in bytes: as long as the largest block of a slab. */
    public static final int MOST_BYTES = 16 << 10;

    private static final int CACHE_LINE = 64;
    /** How many bytes a row of the drawing has. */
    private static final int ROW = 16;

    private final String name;
    private final ByteOrder order;
    private final Map<String, Field> fields;
    private final int bytes;

    private Schema(Builder builder, int bytes) {
        this.name = builder.name;
        this.order = builder.order;
        this.fields = new LinkedHashMap<>(builder.fields);
        this.bytes = bytes;
    }

    /**
     * Where a field lies.
     *
     * @param name its name
     * @param type what it holds
     * @param offset bytes from the start of the message
     * @param bytes its length
     */
    public record Field(String name, FieldType type, int offset, int bytes) {

        private int end() {
            return offset + bytes;
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
     * A field of an integer of up to 32 bits, but for {@link FieldType#UINT32}.
     *
     * @param field its name
     * @return the access to it
     * @throws IllegalArgumentException if there is no such field, or it is of another type
     */
    public IntField intField(String field) {
        Field found = find(field, FieldType.INT8, FieldType.UINT8, FieldType.INT16, FieldType.UINT16, FieldType.INT32);
        return new IntField(this, field, found.type(), found.offset());
    }

    /**
     * A field of {@link FieldType#UINT32} or {@link FieldType#INT64}.
     *
     * @param field its name
     * @return the access to it
     * @throws IllegalArgumentException if there is no such field, or it is of another type
     */
    public LongField longField(String field) {
        Field found = find(field, FieldType.UINT32, FieldType.INT64);
        return new LongField(this, field, found.type(), found.offset());
    }

    /**
     * A field of {@link FieldType#FLOAT32}.
     *
     * @param field its name
     * @return the access to it
     * @throws IllegalArgumentException if there is no such field, or it is of another type
     */
    public FloatField floatField(String field) {
        Field found = find(field, FieldType.FLOAT32);
        return new FloatField(this, field, found.offset());
    }

    /**
     * A field of {@link FieldType#FLOAT64}.
     *
     * @param field its name
     * @return the access to it
     * @throws IllegalArgumentException if there is no such field, or it is of another type
     */
    public DoubleField doubleField(String field) {
        Field found = find(field, FieldType.FLOAT64);
        return new DoubleField(this, field, found.offset());
    }

    /**
     * A field of {@link FieldType#BOOLEAN}.
     *
     * @param field its name
     * @return the access to it
     * @throws IllegalArgumentException if there is no such field, or it is of another type
     */
    public BooleanField booleanField(String field) {
        Field found = find(field, FieldType.BOOLEAN);
        return new BooleanField(this, field, found.offset());
    }

    /**
     * A field of {@link FieldType#ASCII}.
     *
     * @param field its name
     * @return the access to it
     * @throws IllegalArgumentException if there is no such field, or it is of another type
     */
    public TextField textField(String field) {
        Field found = find(field, FieldType.ASCII);
        return new TextField(this, field, found.offset(), found.bytes());
    }

    private Field find(String field, FieldType... types) {
        Field found = fields.get(field);
        if (found == null) {
            throw new IllegalArgumentException(
                    "field=" + field + " is not in schema=" + name + ", which has " + fields.keySet());
        }
        if (!List.of(types).contains(found.type())) {
            throw new IllegalArgumentException("field=" + field + " of schema=" + name + " is of type=" + found.type()
                    + ", not of " + List.of(types));
        }
        return found;
    }

    /** Fails if there is no such field: who makes a typed field without asking the schema could reach beyond the message. */
    void check(String field, FieldType type, int offset, int length) {
        Field found = find(field, type);
        if (found.offset() != offset || found.bytes() != length) {
            throw new IllegalArgumentException("field=" + field + " of schema=" + name + " lies at offset="
                    + found.offset() + " with bytes=" + found.bytes() + ", not at offset=" + offset + " with bytes="
                    + length);
        }
    }

    /** The value of a field, for texts. */
    Object read(OffHeapObject message, Field field) {
        return switch (field.type()) {
            case INT8, UINT8, INT16, UINT16, INT32 -> intField(field.name()).get(message);
            case UINT32, INT64 -> longField(field.name()).get(message);
            case FLOAT32 -> floatField(field.name()).get(message);
            case FLOAT64 -> doubleField(field.name()).get(message);
            case BOOLEAN -> booleanField(field.name()).get(message);
            case ASCII -> textField(field.name()).get(message);
        };
    }

    // ---- drawing

    /** A table of the fields, and a drawing of where each byte belongs. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Schema " + name + ", " + bytes + " bytes, "
                + (order == ByteOrder.LITTLE_ENDIAN ? "little-endian" : "big-endian") + System.lineSeparator());
        text.append(String.format("  %6s %6s  %-8s %s%n", "offset", "bytes", "type", "field"));
        char letter = 'a';
        byte[] owners = new byte[bytes];
        for (Field field : fields.values()) {
            text.append(String.format(
                    "%c %6d %6d  %-8s %s%n",
                    letter, field.offset(), field.bytes(), field.type().name().toLowerCase(Locale.ROOT), field.name()));
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
         */
        public Builder order(ByteOrder newOrder) {
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
            if (!fields.isEmpty()) {
                throw new IllegalStateException(
                        "schema=" + name + " has fields already, which were not packed: call packed() first");
            }
            packed = true;
            return this;
        }

        /**
         * Makes the message a multiple of 64 bytes long, so that no two messages share a cache line.
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
         * @throws IllegalArgumentException if the name is blank or known already, or if the message would be too long
         */
        public Builder int8(String field) {
            return add(field, FieldType.INT8);
        }

        /**
         * Adds a field of {@link FieldType#UINT8}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already, or if the message would be too long
         */
        public Builder uint8(String field) {
            return add(field, FieldType.UINT8);
        }

        /**
         * Adds a field of {@link FieldType#INT16}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already, or if the message would be too long
         */
        public Builder int16(String field) {
            return add(field, FieldType.INT16);
        }

        /**
         * Adds a field of {@link FieldType#UINT16}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already, or if the message would be too long
         */
        public Builder uint16(String field) {
            return add(field, FieldType.UINT16);
        }

        /**
         * Adds a field of {@link FieldType#INT32}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already, or if the message would be too long
         */
        public Builder int32(String field) {
            return add(field, FieldType.INT32);
        }

        /**
         * Adds a field of {@link FieldType#UINT32}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already, or if the message would be too long
         */
        public Builder uint32(String field) {
            return add(field, FieldType.UINT32);
        }

        /**
         * Adds a field of {@link FieldType#INT64}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already, or if the message would be too long
         */
        public Builder int64(String field) {
            return add(field, FieldType.INT64);
        }

        /**
         * Adds a field of {@link FieldType#FLOAT32}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already, or if the message would be too long
         */
        public Builder float32(String field) {
            return add(field, FieldType.FLOAT32);
        }

        /**
         * Adds a field of {@link FieldType#FLOAT64}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already, or if the message would be too long
         */
        public Builder float64(String field) {
            return add(field, FieldType.FLOAT64);
        }

        /**
         * Adds a field of {@link FieldType#BOOLEAN}.
         *
         * @param field its name
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already, or if the message would be too long
         */
        public Builder bool(String field) {
            return add(field, FieldType.BOOLEAN);
        }

        /**
         * Adds a field of {@link FieldType#ASCII}.
         *
         * @param field its name
         * @param most how many characters it holds at most
         * @return this
         * @throws IllegalArgumentException if the name is blank or known already, if {@code most} is not positive, or if the message
         *     would be too long
         */
        public Builder ascii(String field, int most) {
            if (most <= 0) {
                throw new IllegalArgumentException(
                        "field=" + field + " of schema=" + name + ": most=" + most + " characters is not positive");
            }
            return add(field, FieldType.ASCII, most);
        }

        private Builder add(String field, FieldType type) {
            return add(field, type, type.bytes());
        }

        private Builder add(String field, FieldType type, int bytes) {
            if (field.isBlank()) {
                throw new IllegalArgumentException(
                        "field='" + field + "' of schema=" + name + ", type=" + type + ": the name is blank");
            }
            Field earlier = fields.get(field);
            if (earlier != null) {
                throw new IllegalArgumentException("field=" + field + " of schema=" + name
                        + " was added before, with type=" + earlier.type() + " at offset=" + earlier.offset());
            }
            int offset = packed ? end : roundUp(end, type.bytes());
            if (bytes > MOST_BYTES - offset) {
                throw new IllegalArgumentException("field=" + field + " of schema=" + name + " with bytes=" + bytes
                        + " at offset=" + offset + " does not fit: a message has at most " + MOST_BYTES + " bytes");
            }
            fields.put(field, new Field(field, type, offset, bytes));
            end = offset + bytes;
            alignment = packed ? 1 : Math.max(alignment, type.bytes());
            return this;
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
