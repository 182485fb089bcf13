// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.HeapBytes;
import io.ashlar.memory.MemorySource;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reading and writing of fields, the content as a whole, and what is refused. */
class OffHeapObjectTest {

    private static final int STEPS = 20_000;

    private final ObjectPool<Everything> pool = pool(Everything.LITTLE);

    private static ObjectPool<Everything> pool(Schema schema) {
        return ObjectPool.builder(schema, Everything::new)
                .limit(1 << 20)
                .source(MemorySource.direct())
                .build();
    }

    @AfterEach
    void everythingCameBack() {
        assertEquals(0, pool.stats().outstanding());
        pool.close();
        assertEquals(0, pool.stats().reservedBytes());
    }

    static Stream<Schema> schemas() {
        return Stream.of(Everything.LITTLE, Everything.BIG, Everything.PACKED);
    }

    /** Three objects beside each other, written at random: each field is what was written last, and nothing else changes. */
    @ParameterizedTest
    @MethodSource("schemas")
    void everyFieldIsWhatWasWrittenLast(Schema schema) {
        long seed = Long.getLong("ashlar.test.seed", System.nanoTime());
        System.out.println("OffHeapObjectTest: -Dashlar.test.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        ObjectPool<Everything> objects = pool(schema);
        Everything[] messages = {objects.acquire(), objects.acquire(), objects.acquire()};
        Map<String, Object> expected = new HashMap<>();
        for (int step = 0; step < STEPS; step++) {
            int at = random.nextInt(messages.length);
            Schema.Field field =
                    schema.fields().get(random.nextInt(schema.fields().size()));
            expected.put(at + field.name(), write(messages[at], field, random));
            for (int i = 0; i < messages.length && step % 100 == 0; i++) {
                for (Schema.Field each : schema.fields()) {
                    Object wanted = expected.get(i + each.name());
                    if (wanted != null) {
                        assertEquals(wanted, schema.read(messages[i], each), each::name);
                    }
                }
            }
        }
        Stream.of(messages).forEach(OffHeapObject::release);
        objects.close();
    }

    private static Object write(Everything message, Schema.Field field, SplittableRandom random) {
        Schema schema = message.schema();
        String name = field.name();
        switch (field.type()) {
            case INT8, UINT8, INT16, UINT16, INT32 -> {
                int bits = 8 * field.bytes();
                int value = random.nextInt();
                int fitting = bits == 32 ? value : name.startsWith("u") ? value >>> 32 - bits : value >> 32 - bits;
                schema.intField(name).set(message, fitting);
                return fitting;
            }
            case UINT32, INT64 -> {
                long value = name.startsWith("u") ? random.nextLong() >>> 32 : random.nextLong();
                schema.longField(name).set(message, value);
                return value;
            }
            case FLOAT32 -> {
                float value = (float) random.nextDouble();
                schema.floatField(name).set(message, value);
                return value;
            }
            case FLOAT64 -> {
                double value = random.nextDouble();
                schema.doubleField(name).set(message, value);
                return value;
            }
            case BOOLEAN -> {
                boolean value = random.nextBoolean();
                schema.booleanField(name).set(message, value);
                return value;
            }
            default -> {
                StringBuilder text = new StringBuilder();
                for (int i = random.nextInt(field.bytes() + 1); i > 0; i--) {
                    text.append((char) (1 + random.nextInt(127)));
                }
                schema.textField(name).set(message, text);
                return text.toString();
            }
        }
    }

    @Test
    void bytesLieAsTheSchemaSays() {
        for (boolean little : new boolean[] {true, false}) {
            ObjectPool<Everything> objects = pool(little ? Everything.LITTLE : Everything.BIG);
            try (Everything message = objects.acquire()) {
                Schema schema = message.schema();
                schema.longField("int64").set(message, 0x0102030405060708L);
                assertEquals(little ? 8 : 1, message.memory(schema).get(8));
                assertEquals(little ? 1 : 8, message.memory(schema).get(15));
            }
            objects.close();
        }
    }

    private static void refused(Class<? extends RuntimeException> kind, String part, Runnable action) {
        RuntimeException refused = assertThrows(kind, action::run);
        assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }

    @Test
    void aValueThatIsNoneOfTheFieldIsRefused() {
        try (Everything message = pool.acquire()) {
            Schema schema = message.schema();
            Object[][] bounds = {{"int8", -128, 127}, {"uint8", 0, 255}, {"int16", -32768, 32767}, {"uint16", 0, 65535}
            };
            for (Object[] bound : bounds) {
                IntField field = schema.intField((String) bound[0]);
                int least = (int) bound[1];
                int most = (int) bound[2];
                String text = "Everything." + bound[0] + " is not from " + least + " to " + most;
                refused(IllegalArgumentException.class, text, () -> field.set(message, least - 1));
                refused(IllegalArgumentException.class, text, () -> field.set(message, most + 1));
                field.set(message, least);
                assertEquals(least, field.get(message));
                field.set(message, most);
                assertEquals(most, field.get(message));
            }
            LongField unsigned = schema.longField("uint32");
            refused(IllegalArgumentException.class, "4294967295", () -> unsigned.set(message, -1));
            refused(IllegalArgumentException.class, "4294967295", () -> unsigned.set(message, 1L << 32));
            unsigned.set(message, 0xFFFF_FFFFL);
            assertEquals(0xFFFF_FFFFL, unsigned.get(message));
        }
    }

    @Test
    void aTextIsFilledUpAndNeverCutOff() {
        try (Everything message = pool.acquire()) {
            TextField text = message.schema().textField("ascii");
            text.set(message, "twelve chars");
            assertEquals("twelve chars", text.get(message));
            refused(IllegalArgumentException.class, "length=13", () -> text.set(message, "thirteen char"));
            refused(IllegalArgumentException.class, "index=1", () -> text.set(message, "a\u00e9"));
            refused(IllegalArgumentException.class, "index=0", () -> text.set(message, "\0"));
            assertEquals("twelve chars", text.get(message), "nothing was written");
            text.set(message, "short");
            assertEquals("short", text.get(message));
            assertEquals(5, text.length(message));
            StringBuilder appended = new StringBuilder("<");
            text.appendTo(message, appended);
            assertEquals("<short", appended.toString());
            text.set(message, "");
            assertEquals("", text.get(message));
        }
    }

    @Test
    void useAfterReleaseIsRefused() {
        Everything message = pool.acquire();
        LongField field = message.schema().longField("int64");
        assertTrue(message.isAlive());
        message.release();
        assertFalse(message.isAlive());
        assertTrue(message.toString().endsWith("[released]"), message::toString);
        refused(IllegalStateException.class, "after its release", () -> field.get(message));
        refused(IllegalStateException.class, "after its release", () -> field.set(message, 1));
        refused(IllegalStateException.class, "after its release", message::contentHashCode);
        refused(IllegalStateException.class, "released twice", message::release);
        refused(IllegalStateException.class, "released twice", message::close);
        Everything again = pool.acquire();
        refused(IllegalStateException.class, "after its release", () -> copyToReleased(again));
        again.release();
    }

    private void copyToReleased(Everything from) {
        Everything released = pool.acquire();
        released.release();
        from.copyTo(released);
    }

    @Test
    void aFieldOfAnotherSchemaIsRefused() {
        try (Everything message = pool.acquire()) {
            LongField other = Everything.BIG.longField("int64");
            refused(IllegalArgumentException.class, "a field of schema=Everything was used", () -> other.get(message));
            refused(
                    IllegalArgumentException.class,
                    "a field of schema=Everything was used",
                    () -> other.set(message, 1));
        }
    }

    @Test
    void contentIsCopiedAndCompared() {
        Everything one = pool.acquire();
        Everything two = pool.acquire();
        assertTrue(one.contentEquals(two));
        Schema schema = one.schema();
        schema.longField("int64").set(one, 42);
        schema.textField("ascii").set(one, "text");
        assertFalse(one.contentEquals(two));
        one.copyTo(two);
        assertTrue(one.contentEquals(two));
        assertEquals(one.contentHashCode(), two.contentHashCode());
        assertEquals(42, schema.longField("int64").get(two));
        assertEquals(
                "Everything[int8=0, int64=42, uint8=0, int16=0, uint16=0, int32=0, uint32=0, float32=0.0, float64=0.0,"
                        + " bool=false, ascii=text]",
                two.toString());
        ObjectPool<Everything> others = pool(Everything.BIG);
        Everything other = others.acquire();
        assertFalse(one.contentEquals(other));
        refused(IllegalArgumentException.class, "schema=Everything", () -> one.copyTo(other));
        other.release();
        others.close();
        one.release();
        two.release();
    }

    @Test
    void nothingIsAllocatedOnTheJavaHeap() {
        LongField id = Everything.LITTLE.longField("int64");
        TextField text = Everything.LITTLE.textField("ascii");
        HeapBytes.assertNoneAllocated(() -> {
            for (int i = 0; i < 1000; i++) {
                Everything message = pool.acquire();
                id.set(message, i);
                text.set(message, "constant");
                if (id.get(message) != i || text.length(message) != 8) {
                    throw new AssertionError(message);
                }
                message.release();
            }
        });
    }
}
