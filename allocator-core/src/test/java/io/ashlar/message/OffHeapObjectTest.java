// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.HeapBytes;
import io.ashlar.memory.MemorySource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
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
        assertEquals(0, pool.stats().memory().reservedBytes());
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

    /** Writes a random value into a field, or into one of an array's; returns what the field holds then. */
    private static Object write(Everything message, Schema.Field field, SplittableRandom random) {
        Schema schema = message.schema();
        String name = field.name();
        int at = random.nextInt(field.length());
        switch (field.type()) {
            case INT8, UINT8, INT16, UINT16, INT32 -> {
                int bits = 8 * field.type().bytes();
                int value = random.nextInt();
                boolean unsigned = field.type().name().startsWith("U");
                int fitting = bits == 32 ? value : unsigned ? value >>> 32 - bits : value >> 32 - bits;
                schema.intField(name).set(message, at, fitting);
                return in(field, at, fitting, message);
            }
            case UINT32, INT64 -> {
                long value = field.type() == FieldType.UINT32 ? random.nextLong() >>> 32 : random.nextLong();
                schema.longField(name).set(message, at, value);
                return in(field, at, value, message);
            }
            case UINT64 -> {
                long value = random.nextLong();
                schema.longField(name).set(message, at, value);
                return in(field, at, Long.toUnsignedString(value), message);
            }
            case FLOAT32 -> {
                float value = (float) random.nextDouble();
                schema.floatField(name).set(message, at, value);
                return in(field, at, value, message);
            }
            case FLOAT64 -> {
                double value = random.nextDouble();
                schema.doubleField(name).set(message, at, value);
                return in(field, at, value, message);
            }
            case BOOLEAN -> {
                boolean value = random.nextBoolean();
                schema.booleanField(name).set(message, at, value);
                return in(field, at, value, message);
            }
            case CHAR -> {
                char value = (char) random.nextInt(1 << 16);
                schema.charField(name).set(message, at, value);
                return in(field, at, value, message);
            }
            case ENUM -> {
                Everything.Side value = Everything.Side.values()[random.nextInt(3)];
                schema.enumField(name, Everything.Side.class).set(message, value);
                return value;
            }
            case BYTES -> {
                byte[] value = new byte[field.length()];
                for (int i = 0; i < value.length; i++) {
                    value[i] = (byte) random.nextInt();
                }
                schema.bytesField(name).set(message, value, 0);
                return HexFormat.of().formatHex(value);
            }
            default -> {
                StringBuilder text = new StringBuilder();
                int most = field.type() == FieldType.ASCII ? 0x7F : Character.MAX_CODE_POINT;
                while (random.nextInt(10) > 0) {
                    int point = 1 + random.nextInt(random.nextBoolean() ? most : 1 << random.nextInt(1, 8));
                    if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
                        text.appendCodePoint(Math.min(point, most));
                    }
                }
                while (text.toString().getBytes(StandardCharsets.UTF_8).length > field.bytes()) {
                    text.setLength(text.offsetByCodePoints(text.length(), -1));
                }
                schema.textField(name).set(message, text);
                assertEquals(
                        text.toString().getBytes(StandardCharsets.UTF_8).length,
                        schema.textField(name).bytes(message));
                StringBuilder appended = new StringBuilder("<");
                schema.textField(name).appendTo(message, appended);
                assertEquals("<" + text, appended.toString());
                return text.toString();
            }
        }
    }

    /** What a field reads now that one of its values was written: the others are taken as they are. */
    private static Object in(Schema.Field field, int at, Object value, Everything message) {
        Object all = message.schema().read(message, field);
        if (field.length() == 1) {
            assertEquals(value, all, field::name);
        } else {
            assertEquals(value, ((List<?>) all).get(at), field::name);
        }
        return all;
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
            refused(
                    IllegalArgumentException.class,
                    "length=13 takes more than 12 bytes",
                    () -> text.set(message, "thirteen char"));
            refused(IllegalArgumentException.class, "index=1", () -> text.set(message, "a\u00e9"));
            refused(IllegalArgumentException.class, "index=0", () -> text.set(message, "\0"));
            assertEquals("twelve chars", text.get(message), "nothing was written");
            text.set(message, "short");
            assertEquals("short", text.get(message));
            assertEquals(5, text.bytes(message));
            StringBuilder appended = new StringBuilder("<");
            text.appendTo(message, appended);
            assertEquals("<short", appended.toString());
            text.set(message, "");
            assertEquals("", text.get(message));
        }
    }

    @Test
    void utf8TakesWhatFitsInBytes() {
        try (Everything message = pool.acquire()) {
            TextField text = message.schema().textField("utf8");
            text.set(message, "\u20ac\ud83d\ude00\u00e9x");
            assertEquals(10, text.bytes(message));
            assertEquals("\u20ac\ud83d\ude00\u00e9x", text.get(message));
            refused(IllegalArgumentException.class, "20 bytes", () -> text.set(message, "\u20ac".repeat(7)));
            for (String half : List.of("a\ud83d", "a\ud83dx", "a\ude00", "a\ude00\ud83d")) {
                refused(IllegalArgumentException.class, "surrogate pair at index=1", () -> text.set(message, half));
            }
            assertEquals("\u20ac\ud83d\ude00\u00e9x", text.get(message), "nothing was written");
            text.set(message, "\u20ac".repeat(6));
            assertEquals(18, text.bytes(message));
        }
    }

    @Test
    void anIndexThatIsNoneIsRefused() {
        try (Everything message = pool.acquire()) {
            Schema schema = message.schema();
            IntField ints = schema.intField("int32s");
            String text = "of field=Everything.int32s is not from 0 to 2";
            refused(IndexOutOfBoundsException.class, "index=3 " + text, () -> ints.get(message, 3));
            refused(IndexOutOfBoundsException.class, "index=-1 " + text, () -> ints.set(message, -1, 5));
            refused(IllegalStateException.class, "is an array with length=3", () -> ints.get(message));
            refused(IllegalStateException.class, "is an array with length=3", () -> ints.set(message, 7));
            assertEquals(List.of(0, 0, 0), schema.read(message, schema.fields().get(field(schema, "int32s"))));
            assertEquals(0, schema.intField("int32").get(message, 0));
            refused(
                    IndexOutOfBoundsException.class,
                    "from 0 to 0",
                    () -> schema.intField("int32").get(message, 1));
            BytesField bytes = schema.bytesField("bytes");
            bytes.set(message, 4, (byte) 9);
            assertEquals(9, bytes.get(message, 4));
            refused(IndexOutOfBoundsException.class, "index=5", () -> bytes.get(message, 5));
            assertThrows(IndexOutOfBoundsException.class, () -> bytes.get(message, new byte[5], 1));
            assertThrows(IndexOutOfBoundsException.class, () -> bytes.set(message, new byte[4], 0));
            assertEquals(9, bytes.get(message, 4), "nothing was written");
        }
    }

    private static int field(Schema schema, String name) {
        return schema.fields().stream().map(Schema.Field::name).toList().indexOf(name);
    }

    /** As it may come from a network. */
    @Test
    void anOrdinalThatIsNoneIsToldAndPrinted() {
        try (Everything message = pool.acquire()) {
            EnumField<Everything.Side> side = message.schema().enumField("side", Everything.Side.class);
            side.set(message, Everything.Side.NONE);
            assertEquals(Everything.Side.NONE, side.get(message));
            message.memory(message.schema()).put(side.offset(), (byte) 200);
            refused(IllegalStateException.class, "holds ordinal=200", () -> side.get(message));
            assertTrue(message.toString().contains("side=?200"), message::toString);
        }
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void orderedAccessReadsAndWritesTheSameBytes(Schema schema) {
        ObjectPool<Everything> objects = pool(schema);
        try (Everything message = objects.acquire()) {
            IntField i = schema.intField("int32");
            LongField l = schema.longField("int64");
            if (schema == Everything.PACKED) {
                refused(IllegalStateException.class, "at offset=1", () -> l.getOpaque(message));
                refused(IllegalStateException.class, "at offset=1", () -> l.compareAndSet(message, 0, 1));
                return;
            }
            i.setOpaque(message, 0x01020304);
            l.setOpaque(message, 0x0102030405060708L);
            assertEquals(0x01020304, i.get(message));
            assertEquals(0x0102030405060708L, l.get(message));
            i.setRelease(message, -2);
            l.setRelease(message, -3);
            assertEquals(-2, i.getOpaque(message));
            assertEquals(-3, l.getOpaque(message));
            assertFalse(i.compareAndSet(message, 2, 5));
            assertFalse(l.compareAndSet(message, 2, 5));
            assertTrue(i.compareAndSet(message, -2, 5));
            assertTrue(l.compareAndSet(message, -3, 1L << 40));
            assertEquals(5, i.getAndAdd(message, 10));
            assertEquals(1L << 40, l.getAndAdd(message, 10));
            assertEquals(15, i.getAcquire(message));
            assertEquals((1L << 40) + 10, l.getAcquire(message));
            refused(
                    IllegalStateException.class,
                    "type=UINT32",
                    () -> schema.longField("uint32").getAndAdd(message, 1));
            refused(
                    IllegalStateException.class,
                    "length=3",
                    () -> schema.intField("int32s").getOpaque(message));
            refused(
                    IllegalStateException.class,
                    "type=INT8",
                    () -> schema.intField("int8").setRelease(message, 1));
        } finally {
            objects.close();
        }
    }

    /** Lost updates would make the sums too small, and a payload that is not there yet a wrong one. */
    @Test
    void severalThreadsShareAnObject() throws Exception {
        int rounds = 100_000;
        try (Everything message = pool.acquire()) {
            IntField i = message.schema().intField("int32");
            LongField l = message.schema().longField("int64");
            DoubleField payload = message.schema().doubleField("float64");
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                Thread thread = new Thread(() -> {
                    for (int n = 0; n < rounds; n++) {
                        l.getAndAdd(message, 1);
                        int seen;
                        do {
                            seen = i.getOpaque(message);
                        } while (!i.compareAndSet(message, seen, seen + 1));
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(3 * rounds, i.get(message));
            assertEquals(3L * rounds, l.get(message));
            Thread writer = new Thread(() -> {
                payload.set(message, 2.5);
                l.setRelease(message, -1);
            });
            writer.start();
            while (l.getAcquire(message) != -1) {
                Thread.onSpinWait();
            }
            assertEquals(2.5, payload.get(message));
            writer.join();
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
                        + " bool=false, ascii=text, uint64=0, char16=\0, side=BUY, header.kind=0, header.sequence=0,"
                        + " bytes=0000000000, utf8=, int8s=[0, 0, 0], uint8s=[0, 0, 0], int16s=[0, 0, 0],"
                        + " uint16s=[0, 0, 0], int32s=[0, 0, 0], uint32s=[0, 0, 0], int64s=[0, 0, 0], uint64s=[0, 0],"
                        + " float32s=[0.0, 0.0, 0.0], float64s=[0.0, 0.0, 0.0],"
                        + " bools=[false, false, false, false, false, false, false], chars=[\0, \0, \0]]",
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
                if (id.get(message) != i || text.bytes(message) != 8) {
                    throw new AssertionError(message);
                }
                message.release();
            }
        });
    }

    @Test
    void onTheJavaHeapNothingIsShared() {
        ObjectPool<Everything> onHeap = ObjectPool.builder(Everything.LITTLE, Everything::new)
                .limit(1 << 20)
                .source(MemorySource.heap())
                .build();
        try (Everything message = onHeap.acquire()) {
            LongField field = Everything.LITTLE.longField("int64");
            field.set(message, 7);
            assertEquals(7, field.get(message));
            refused(IllegalStateException.class, "on the Java heap", () -> field.getAndAdd(message, 1));
            refused(
                    IllegalStateException.class,
                    "on the Java heap",
                    () -> Everything.LITTLE.intField("int32").setRelease(message, 1));
        }
        onHeap.close();
    }

    /** Long ones are cleared in another way. */
    @Test
    void messagesOfAnyLengthAreZero() {
        for (int bytes : new int[] {1, 7, 8, 255, 256, 257, 1000, Schema.MOST_BYTES}) {
            Schema schema = Schema.builder("Bytes").bytes("all", bytes).build();
            BytesField all = schema.bytesField("all");
            ObjectPool<Everything> objects =
                    ObjectPool.builder(schema, Everything::new).limit(8 << 20).build();
            Everything neighbour = objects.acquire();
            Everything message = objects.acquire();
            byte[] ones = new byte[bytes];
            Arrays.fill(ones, (byte) 1);
            all.set(neighbour, ones, 0);
            all.set(message, ones, 0);
            message.release();
            Everything again = objects.acquire();
            byte[] found = ones.clone();
            all.get(again, found, 0);
            assertArrayEquals(new byte[bytes], found);
            all.get(neighbour, found, 0);
            assertArrayEquals(ones, found);
            again.release();
            neighbour.release();
            objects.close();
        }
    }

    @Test
    void wholeCacheLinesBeginOnOne() {
        Schema schema =
                Schema.builder("Lines").bytes("all", 300).wholeCacheLines().build();
        ObjectPool<Everything> objects =
                ObjectPool.builder(schema, Everything::new).limit(8 << 20).build();
        List<Everything> out = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Everything message = objects.acquire();
            out.add(message);
            assertEquals(0, message.memory(schema).alignmentOffset(0, 64));
        }
        out.forEach(OffHeapObject::release);
        objects.close();
    }

    /** What a constructor sees is not the application's yet. */
    @Test
    void aFieldInTheConstructorIsRefused() {
        ObjectPool<OffHeapObject> eager = ObjectPool.<OffHeapObject>builder(Everything.LITTLE, slot -> {
                    Everything made = new Everything(slot);
                    Everything.LITTLE.longField("int64").set(made, 1);
                    return made;
                })
                .build();
        refused(IllegalStateException.class, "before the pool handed it out", eager::acquire);
        eager.close();
    }
}
