// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.nio.ByteOrder;

/** A message with a field of each type. */
final class Everything extends OffHeapObject {

    static final Schema LITTLE = schema(Schema.builder("Everything"));
    static final Schema BIG = schema(Schema.builder("Everything"), ByteOrder.BIG_ENDIAN);
    static final Schema PACKED = schema(Schema.builder("Everything").packed());

    Everything(ObjectPool.Slot slot) {
        super(slot);
    }

    /** More than one bit. */
    enum Side {
        BUY,
        SELL,
        NONE
    }

    private static Schema schema(Schema.Builder builder) {
        return schema(builder, ByteOrder.LITTLE_ENDIAN);
    }

    private static Schema schema(Schema.Builder builder, ByteOrder order) {
        Schema header = Schema.builder("Header")
                .order(order)
                .uint16("kind")
                .int64("sequence")
                .build();
        return builder.order(order)
                .int8("int8")
                .int64("int64")
                .uint8("uint8")
                .int16("int16")
                .uint16("uint16")
                .int32("int32")
                .uint32("uint32")
                .float32("float32")
                .float64("float64")
                .bool("bool")
                .ascii("ascii", 12)
                .uint64("uint64")
                .char16("char16")
                .enumeration("side", Side.class)
                .nested("header", header)
                .bytes("bytes", 5)
                .utf8("utf8", 20)
                .array("int8s", FieldType.INT8, 3)
                .array("uint8s", FieldType.UINT8, 3)
                .array("int16s", FieldType.INT16, 3)
                .array("uint16s", FieldType.UINT16, 3)
                .array("int32s", FieldType.INT32, 3)
                .array("uint32s", FieldType.UINT32, 3)
                .array("int64s", FieldType.INT64, 3)
                .array("uint64s", FieldType.UINT64, 2)
                .array("float32s", FieldType.FLOAT32, 3)
                .array("float64s", FieldType.FLOAT64, 3)
                .array("bools", FieldType.BOOLEAN, 7)
                .array("chars", FieldType.CHAR, 3)
                .build();
    }
}
