// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Where fields lie, what a schema refuses, and how it is drawn. */
class SchemaTest {

    private static Schema.Builder mixed(Schema.Builder builder) {
        return builder.int8("a")
                .int64("b")
                .uint16("c")
                .float32("d")
                .ascii("e", 5)
                .bool("f")
                .uint32("g");
    }

    private static String offsets(Schema schema) {
        return schema.fields().stream()
                .map(field -> field.name() + field.offset())
                .collect(Collectors.joining(" "));
    }

    @Test
    void fieldsBeginAtMultiplesOfTheirLength() {
        Schema schema = mixed(Schema.builder("Mixed")).build();
        assertEquals("a0 b8 c16 d20 e24 f29 g32", offsets(schema));
        assertEquals(40, schema.bytes());
        assertEquals(ByteOrder.LITTLE_ENDIAN, schema.order());
    }

    @Test
    void packedFieldsLeaveNoGaps() {
        Schema schema = mixed(Schema.builder("Mixed").packed()).build();
        assertEquals("a0 b1 c9 d11 e15 f20 g21", offsets(schema));
        assertEquals(25, schema.bytes());
    }

    @Test
    void wholeCacheLinesAreMultiplesOf64() {
        assertEquals(
                64, mixed(Schema.builder("Mixed").wholeCacheLines()).build().bytes());
        assertEquals(
                128,
                Schema.builder("Long")
                        .ascii("text", 65)
                        .wholeCacheLines()
                        .build()
                        .bytes());
    }

    @Test
    void aFieldOfEveryTypeHasItsLength() {
        Schema schema = Schema.builder("All")
                .packed()
                .int8("int8")
                .uint8("uint8")
                .int16("int16")
                .uint16("uint16")
                .int32("int32")
                .uint32("uint32")
                .int64("int64")
                .float32("float32")
                .float64("float64")
                .bool("bool")
                .ascii("ascii", 3)
                .build();
        assertEquals(
                List.of(1, 1, 2, 2, 4, 4, 8, 4, 8, 1, 3),
                schema.fields().stream().map(Schema.Field::bytes).toList());
    }

    @Test
    void itIsDrawn() {
        String drawn = Schema.builder("Order")
                .int32("quantity")
                .int64("id")
                .ascii("symbol", 6)
                .build()
                .toString();
        assertEquals("""
                Schema Order, 24 bytes, little-endian
                  offset  bytes  type     field
                a      0      4  int32    quantity
                b      8      8  int64    id
                c     16      6  ascii    symbol
                       0  a a a a . . . . b b b b b b b b
                      16  c c c c c c . .
                """, drawn.replace(System.lineSeparator(), "\n"));
    }

    private static void refused(String part, Executable action) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, action);
        assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }

    @Test
    void whatMakesNoSenseIsRefusedWithTheNameOfTheField() {
        refused("blank", () -> Schema.builder(" "));
        Schema.Builder builder = Schema.builder("Order").int64("id");
        refused("field=id of schema=Order was added before, with type=INT64 at offset=0", () -> builder.int32("id"));
        refused("type=INT32: the name is blank", () -> builder.int32(""));
        refused("field=text of schema=Order: most=0", () -> builder.ascii("text", 0));
        refused("most=-1", () -> builder.ascii("text", -1));
        refused("does not fit", () -> builder.ascii("text", Schema.MOST_BYTES - 7));
        refused("does not fit", () -> builder.ascii("text", Integer.MAX_VALUE));
        assertThrows(IllegalStateException.class, builder::packed);
        assertEquals(
                "id0 text8",
                offsets(builder.ascii("text", Schema.MOST_BYTES - 8).build()));
        refused("does not fit", () -> builder.int8("one"));
        IllegalStateException empty = assertThrows(
                IllegalStateException.class, () -> Schema.builder("Empty").build());
        assertTrue(empty.getMessage().contains("schema=Empty has no field"), empty.getMessage());
    }

    @Test
    void aTypedFieldIsOfItsType() {
        Schema schema = mixed(Schema.builder("Mixed")).build();
        List<Consumer<String>> lookups = List.of(
                schema::intField,
                schema::longField,
                schema::floatField,
                schema::doubleField,
                schema::booleanField,
                schema::textField);
        List<String> fits = List.of("ac", "bg", "d", "", "f", "e");
        for (int i = 0; i < lookups.size(); i++) {
            for (String field : List.of("a", "b", "c", "d", "e", "f", "g")) {
                Consumer<String> lookup = lookups.get(i);
                if (fits.get(i).contains(field)) {
                    lookup.accept(field);
                } else {
                    refused("field=" + field + " of schema=Mixed is of type=", () -> lookup.accept(field));
                }
            }
        }
        refused("field=z is not in schema=Mixed, which has [a, b, c, d, e, f, g]", () -> schema.intField("z"));
    }

    /** A record's constructor is public. */
    @Test
    void aTypedFieldCannotBeForged() {
        Schema schema = mixed(Schema.builder("Mixed")).build();
        assertEquals(schema.longField("b"), new LongField(schema, "b", FieldType.INT64, 8));
        refused("lies at offset=8", () -> new LongField(schema, "b", FieldType.INT64, 40));
        refused("is of type=INT64", () -> new IntField(schema, "b", FieldType.INT32, 8));
        refused("is of type=INT64", () -> new LongField(schema, "b", FieldType.UINT32, 8));
        refused("with bytes=5", () -> new TextField(schema, "e", 24, 6));
        refused("is not in schema", () -> new DoubleField(schema, "x", 0));
    }

    @Test
    void aSchemaDoesNotChangeWithItsBuilder() {
        Schema.Builder builder = Schema.builder("Order").int64("id");
        Schema before = builder.build();
        builder.int64("more");
        assertEquals(1, before.fields().size());
        assertEquals(8, before.bytes());
        assertThrows(
                UnsupportedOperationException.class,
                () -> before.fields().add(before.fields().get(0)));
    }
}
