// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.MemorySource;
import io.ashlar.message.FieldType;
import io.ashlar.message.ObjectPool;
import io.ashlar.message.OffHeapObject;
import io.ashlar.message.Schema;
import io.ashlar.message.processor.golden.Everything;
import io.ashlar.message.processor.golden.EverythingMessage;
import io.ashlar.message.processor.golden.MessageSchemas;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The classes that the processor made of the interfaces in {@code golden} when these tests were compiled, at work. */
class GeneratedClassesTest {

    private final ObjectPool<EverythingMessage> pool =
            EverythingMessage.pool().source(MemorySource.heap()).limit(1 << 20).build();
    private final EverythingMessage message = pool.acquire();

    @AfterEach
    void release() {
        message.release();
        assertEquals(0, pool.stats().outstanding());
        pool.close();
    }

    @Test
    void integersAreReadAsWritten() {
        message.int8(Byte.MIN_VALUE)
                .int16(Short.MIN_VALUE)
                .int32(Integer.MIN_VALUE)
                .int64(Long.MIN_VALUE);
        assertEquals(Byte.MIN_VALUE, message.int8());
        assertEquals(Short.MIN_VALUE, message.int16());
        assertEquals(Integer.MIN_VALUE, message.int32());
        assertEquals(Long.MIN_VALUE, message.int64());
        message.uint8(0xFF).uint16(0xFFFF).uint32(0xFFFF_FFFFL).uint64(-1);
        assertEquals(0xFF, message.uint8());
        assertEquals(0xFFFF, message.uint16());
        assertEquals(0xFFFF_FFFFL, message.uint32());
        assertEquals(-1, message.uint64());
        assertThrows(IllegalArgumentException.class, () -> message.uint8(256));
        assertThrows(IllegalArgumentException.class, () -> message.uint32(-1));
    }

    @Test
    void otherValuesAreReadAsWritten() {
        message.float32(1.5f).float64(-2.5).bool(true).char16('\u20ac').side(Everything.Side.SELL);
        assertEquals(1.5f, message.float32());
        assertEquals(-2.5, message.float64());
        assertTrue(message.bool());
        assertEquals('\u20ac', message.char16());
        assertEquals(Everything.Side.SELL, message.side());
    }

    @Test
    void textsAreReadAsWritten() {
        message.ascii(new StringBuilder("a text")).utf8("Gr\u00fc\u00dfe");
        assertEquals("a text", message.ascii());
        assertEquals("Gr\u00fc\u00dfe", message.utf8());
        StringBuilder target = new StringBuilder(">");
        message.asciiTo(target);
        message.utf8To(target);
        assertEquals(">a textGr\u00fc\u00dfe", target.toString());
        assertThrows(IllegalArgumentException.class, () -> message.ascii("more than twelve"));
    }

    @Test
    void bytesAreReadAsWritten() {
        message.bytes(new byte[] {1, 2, 3, 4}).bytes(3, (byte) -4);
        assertArrayEquals(new byte[] {1, 2, 3, -4}, message.bytes());
        assertEquals(-4, message.bytes(3));
        assertEquals(
                "length=5 of the bytes for field=Everything.bytes is not 4",
                assertThrows(IllegalArgumentException.class, () -> message.bytes(new byte[5]))
                        .getMessage());
        assertArrayEquals(new byte[] {1, 2, 3, -4}, message.bytes());
    }

    @Test
    void arraysAreReadAsWritten() {
        for (int i = 0; i < 3; i++) {
            message.int16s(i, (short) (-1 - i)).int32s(i, -10 - i).int64s(i, -100 - i);
            message.uint8s(i, 0xFF - i)
                    .uint16s(i, 0xFFFF - i)
                    .uint32s(i, 0xFFFF_FFFFL - i)
                    .uint64s(i, -1 - i);
            message.float32s(i, i + 0.5f).float64s(i, i + 0.25).bools(i, i == 1).chars(i, (char) ('x' + i));
        }
        for (int i = 0; i < 3; i++) {
            assertEquals(-1 - i, message.int16s(i));
            assertEquals(-10 - i, message.int32s(i));
            assertEquals(-100 - i, message.int64s(i));
            assertEquals(0xFF - i, message.uint8s(i));
            assertEquals(0xFFFF - i, message.uint16s(i));
            assertEquals(0xFFFF_FFFFL - i, message.uint32s(i));
            assertEquals(-1 - i, message.uint64s(i));
            assertEquals(i + 0.5f, message.float32s(i));
            assertEquals(i + 0.25, message.float64s(i));
            assertEquals(i == 1, message.bools(i));
            assertEquals('x' + i, message.chars(i));
        }
        assertThrows(IndexOutOfBoundsException.class, () -> message.int32s(3));
        assertThrows(IndexOutOfBoundsException.class, () -> message.int32s(-1, 0));
    }

    /** Two accessors that were of the same memory would disturb each other. */
    @Test
    void eachAccessorIsOfAFieldOfItsOwn() {
        Set<String> texts = new HashSet<>();
        texts.add(message.toString());
        message.int8((byte) 1);
        assertTrue(message.toString().contains("[int8=1, int16=0, "), message::toString);
        texts.add(message.toString());
        message.chars(2, 'c');
        assertTrue(message.toString().contains("int8=1, int16=0, "), message::toString);
        assertTrue(message.toString().endsWith(", c]]"), message::toString);
        texts.add(message.toString());
        assertEquals(3, texts.size());
    }

    @Test
    void theSchemaIsTheOneThatOneWouldWrite() {
        Schema byHand = Schema.builder("Everything")
                .int8("int8")
                .int16("int16")
                .int32("int32")
                .int64("int64")
                .uint8("uint8")
                .uint16("uint16")
                .uint32("uint32")
                .uint64("uint64")
                .float32("float32")
                .float64("float64")
                .bool("bool")
                .char16("char16")
                .enumeration("side", Everything.Side.class)
                .ascii("ascii", 12)
                .utf8("utf8", 20)
                .bytes("bytes", 4)
                .array("int16s", FieldType.INT16, 3)
                .array("int32s", FieldType.INT32, 3)
                .array("int64s", FieldType.INT64, 3)
                .array("uint8s", FieldType.UINT8, 3)
                .array("uint16s", FieldType.UINT16, 3)
                .array("uint32s", FieldType.UINT32, 3)
                .array("uint64s", FieldType.UINT64, 3)
                .array("float32s", FieldType.FLOAT32, 3)
                .array("float64s", FieldType.FLOAT64, 3)
                .array("bools", FieldType.BOOLEAN, 3)
                .array("chars", FieldType.CHAR, 3)
                .build();
        assertSame(byHand, EverythingMessage.SCHEMA);
    }

    @Test
    void theOptionsAreThoseOfTheSchema() {
        assertSame(
                Schema.builder("frame")
                        .order(ByteOrder.BIG_ENDIAN)
                        .packed()
                        .wholeCacheLines()
                        .int64("sequence")
                        .int8("kind")
                        .int32("reserved")
                        .build(),
                MessageSchemas.OPTIONS);
    }

    private static void assertSame(Schema expected, Schema found) {
        assertEquals(expected.toString(), found.toString());
        assertEquals(expected.fields(), found.fields());
        assertEquals(expected.order(), found.order());
    }

    @Test
    void defaultMethodsWork() {
        assertEquals("a frame, not the first", MessageSchemas.describeOptions());
    }

    @Test
    void otherBuildersOfPoolsCanMakeThem() {
        ObjectPool<EverythingMessage> other = ObjectPool.builder(EverythingMessage.SCHEMA, EverythingMessage::new)
                .source(MemorySource.heap())
                .limit(1 << 20)
                .build();
        try (other;
                EverythingMessage copy = other.acquire()) {
            message.int32(42).copyTo(copy);
            assertEquals(42, copy.int32());
        }
    }

    @Test
    void theObjectIsOneOfItsPool() {
        OffHeapObject object = message;
        assertTrue(object.isAlive());
        assertEquals(EverythingMessage.SCHEMA, object.schema());
        assertEquals("Everything", pool.schema().name());
    }
}
