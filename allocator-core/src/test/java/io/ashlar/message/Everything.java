// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.nio.ByteOrder;

/** A message with a field of each type. */
final class Everything extends OffHeapObject {

    static final Schema LITTLE = schema(Schema.builder("Everything"));
    static final Schema BIG = schema(Schema.builder("Everything").order(ByteOrder.BIG_ENDIAN));
    static final Schema PACKED = schema(Schema.builder("Everything").packed());

    Everything(ObjectPool.Slot slot) {
        super(slot);
    }

    private static Schema schema(Schema.Builder builder) {
        return builder.int8("int8")
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
                .build();
    }
}
