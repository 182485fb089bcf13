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
                .uint32("g")
                .char16("h")
                .bytes("i", 3)
                .enumeration("j", Everything.Side.class)
                .utf8("k", 2)
                .uint64("l");
    }

    private static String offsets(Schema schema) {
        return schema.fields().stream()
                .map(field -> field.name() + field.offset())
                .collect(Collectors.joining(" "));
    }

    @Test
    void fieldsBeginAtMultiplesOfTheirLength() {
        Schema schema = mixed(Schema.builder("Mixed")).build();
        assertEquals("a0 b8 c16 d20 e24 f29 g32 h36 i38 j41 k42 l48", offsets(schema));
        assertEquals(56, schema.bytes());
        assertEquals(ByteOrder.LITTLE_ENDIAN, schema.order());
    }

    @Test
    void packedFieldsLeaveNoGaps() {
        Schema schema = mixed(Schema.builder("Mixed").packed()).build();
        assertEquals("a0 b1 c9 d11 e15 f20 g21 h25 i27 j30 k31 l33", offsets(schema));
        assertEquals(41, schema.bytes());
    }

    @Test
    void bytesCanBeLeftOut() {
        Schema schema =
                Schema.builder("Wire").packed().skip(3).int32("a").skip(2).build();
        assertEquals("a3", offsets(schema));
        assertEquals(9, schema.bytes());
        assertEquals(
                "a4 b8",
                offsets(Schema.builder("Natural").skip(1).int32("a").int8("b").build()));
        for (int bytes : new int[] {0, -1, Integer.MIN_VALUE}) {
            refused("bytes=" + bytes + " to skip", () -> Schema.builder("Wire").skip(bytes));
        }
        refused("does not fit", () -> Schema.builder("Wire").int8("a").skip(Integer.MAX_VALUE));
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
                .uint64("uint64")
                .float32("float32")
                .float64("float64")
                .bool("bool")
                .char16("char16")
                .enumeration("side", Everything.Side.class)
                .bytes("bytes", 7)
                .ascii("ascii", 3)
                .utf8("utf8", 9)
                .array("chars", FieldType.CHAR, 5)
                .array("doubles", FieldType.FLOAT64, 2)
                .build();
        assertEquals(
                List.of(1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 1, 2, 1, 7, 3, 9, 10, 16),
                schema.fields().stream().map(Schema.Field::bytes).toList());
        assertEquals(91, schema.bytes());
    }

    private static Schema header() {
        return Schema.builder("Header").uint16("kind").int32("sequence").build();
    }

    @Test
    void aNestedSchemaLiesAsByItself() {
        Schema schema = Schema.builder("Order")
                .int8("first")
                .nested("header", header())
                .nested("trailer", header())
                .int8("last")
                .build();
        assertEquals("first0 header.kind4 header.sequence8 trailer.kind12 trailer.sequence16 last20", offsets(schema));
        assertEquals(24, schema.bytes());
        assertEquals(8, schema.intField("header.sequence").offset());
        Schema outer = Schema.builder("Outer")
                .packed()
                .int8("x")
                .nested("order", schema)
                .build();
        assertEquals(9, outer.intField("order.header.sequence").offset());
        assertEquals(25, outer.bytes());
    }

    @Test
    void itIsDrawn() {
        String drawn = Schema.builder("Order")
                .int32("quantity")
                .int64("id")
                .ascii("symbol", 6)
                .enumeration("side", Everything.Side.class)
                .array("legs", FieldType.UINT16, 3)
                .nested("header", header())
                .build()
                .toString();
        assertEquals("""
                Schema Order, 40 bytes, little-endian
                  offset  bytes  type         field
                a      0      4  int32        quantity
                b      8      8  int64        id
                c     16      6  ascii[6]     symbol
                d     22      1  enum         side
                e     24      6  uint16[3]    legs
                f     32      2  uint16       header.kind
                g     36      4  int32        header.sequence
                       0  a a a a . . . . b b b b b b b b
                      16  c c c c c c d . e e e e e e . .
                      32  f f . . g g g g
                """, drawn.replace(System.lineSeparator(), "\n"));
    }

    private enum Nothing {}

    private enum WithBody {
        ONE {
            @Override
            public String toString() {
                return "one";
            }
        }
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
        refused("field=text of schema=Order, type=ASCII: length=0", () -> builder.ascii("text", 0));
        refused("length=-1", () -> builder.utf8("text", -1));
        refused("length=0", () -> builder.bytes("bytes", 0));
        refused("length=-5", () -> builder.array("array", FieldType.INT64, -5));
        refused("does not fit", () -> builder.array("array", FieldType.INT64, Integer.MAX_VALUE));
        refused("type=UTF8 is not one for arrays", () -> builder.array("array", FieldType.UTF8, 2));
        refused("has a dot", () -> builder.int32("a.b"));
        refused("has 0 constants", () -> builder.enumeration("enum", Nothing.class));
        refused("getDeclaringClass()", () -> builder.enumeration("enum", WithBody.ONE.getClass()));
        assertThrows(NullPointerException.class, () -> Schema.builder("Order").order(null));
        Schema big = Schema.builder("Big").order(ByteOrder.BIG_ENDIAN).int8("x").build();
        refused("the nested schema=Big has order=BIG_ENDIAN", () -> builder.nested("big", big));
        refused("field=id of schema=Order was added before", () -> builder.nested("id", header()));
        refused("does not fit", () -> builder.ascii("text", Schema.MOST_BYTES - 7));
        refused("does not fit", () -> builder.ascii("text", Integer.MAX_VALUE));
        assertThrows(IllegalStateException.class, builder::packed);
        assertThrows(IllegalStateException.class, () -> builder.order(ByteOrder.BIG_ENDIAN));
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
                schema::textField,
                schema::charField,
                schema::bytesField,
                field -> schema.enumField(field, Everything.Side.class));
        List<String> fits = List.of("ac", "bgl", "d", "", "f", "ek", "h", "i", "j");
        for (int i = 0; i < lookups.size(); i++) {
            for (String field : List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l")) {
                Consumer<String> lookup = lookups.get(i);
                if (fits.get(i).contains(field)) {
                    lookup.accept(field);
                } else {
                    refused("field=" + field + " of schema=Mixed is of type=", () -> lookup.accept(field));
                }
            }
        }
        refused("has the constants [BUY, SELL, NONE]", () -> schema.enumField("j", FieldType.class));
        refused(
                "field=z is not in schema=Mixed, which has [a, b, c, d, e, f, g, h, i, j, k, l]",
                () -> schema.intField("z"));
    }

    /** A record's constructor is public. */
    @Test
    void aTypedFieldCannotBeForged() {
        Schema schema = mixed(Schema.builder("Mixed")).build();
        assertEquals(schema.longField("b"), new LongField(schema, "b", FieldType.INT64, 8, 1));
        refused(
                "has type=INT64, offset=8, length=1, not type=INT64, offset=40",
                () -> new LongField(schema, "b", FieldType.INT64, 40, 1));
        refused("is of type=INT64", () -> new IntField(schema, "b", FieldType.INT32, 8, 1));
        refused("is of type=INT64", () -> new IntField(schema, "b", FieldType.INT64, 8, 1));
        refused("not type=UINT32", () -> new LongField(schema, "b", FieldType.UINT32, 8, 1));
        refused("length=1, not", () -> new LongField(schema, "b", FieldType.INT64, 8, 2));
        refused("length=5, not", () -> new TextField(schema, "e", FieldType.ASCII, 24, 6));
        refused("not type=UTF8", () -> new TextField(schema, "e", FieldType.UTF8, 24, 5));
        refused("length=3, not", () -> new BytesField(schema, "i", 38, 4));
        refused("is not in schema", () -> new DoubleField(schema, "x", 0, 1));
        refused(
                "has the constants [BUY, SELL, NONE], not [SELL]",
                () -> new EnumField<>(schema, "j", 41, List.of(Everything.Side.SELL)));
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
