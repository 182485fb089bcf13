package io.ashlar.message.processor.golden;

import io.ashlar.message.BooleanField;
import io.ashlar.message.BytesField;
import io.ashlar.message.CharField;
import io.ashlar.message.DoubleField;
import io.ashlar.message.EnumField;
import io.ashlar.message.FieldType;
import io.ashlar.message.FloatField;
import io.ashlar.message.IntField;
import io.ashlar.message.LongField;
import io.ashlar.message.ObjectPool;
import io.ashlar.message.OffHeapObject;
import io.ashlar.message.Schema;
import io.ashlar.message.TextField;
import java.lang.CharSequence;
import java.lang.IllegalArgumentException;
import java.lang.Override;
import java.lang.String;
import java.lang.StringBuilder;
import javax.annotation.processing.Generated;

/**
 * The message {@link Everything}, in a block of off-heap memory.
 */
@Generated("io.ashlar.message.processor.MessageProcessor")
public final class EverythingMessage extends OffHeapObject implements Everything {
    /**
     * Where each field lies.
     */
    public static final Schema SCHEMA = Schema.builder("Everything")
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

    private static final IntField INT8 = SCHEMA.intField("int8");

    private static final IntField INT16 = SCHEMA.intField("int16");

    private static final IntField INT32 = SCHEMA.intField("int32");

    private static final LongField INT64 = SCHEMA.longField("int64");

    private static final IntField UINT8 = SCHEMA.intField("uint8");

    private static final IntField UINT16 = SCHEMA.intField("uint16");

    private static final LongField UINT32 = SCHEMA.longField("uint32");

    private static final LongField UINT64 = SCHEMA.longField("uint64");

    private static final FloatField FLOAT32 = SCHEMA.floatField("float32");

    private static final DoubleField FLOAT64 = SCHEMA.doubleField("float64");

    private static final BooleanField BOOL = SCHEMA.booleanField("bool");

    private static final CharField CHAR16 = SCHEMA.charField("char16");

    private static final EnumField<Everything.Side> SIDE = SCHEMA.enumField("side", Everything.Side.class);

    private static final TextField ASCII = SCHEMA.textField("ascii");

    private static final TextField UTF8 = SCHEMA.textField("utf8");

    private static final BytesField BYTES = SCHEMA.bytesField("bytes");

    private static final IntField INT16S = SCHEMA.intField("int16s");

    private static final IntField INT32S = SCHEMA.intField("int32s");

    private static final LongField INT64S = SCHEMA.longField("int64s");

    private static final IntField UINT8S = SCHEMA.intField("uint8s");

    private static final IntField UINT16S = SCHEMA.intField("uint16s");

    private static final LongField UINT32S = SCHEMA.longField("uint32s");

    private static final LongField UINT64S = SCHEMA.longField("uint64s");

    private static final FloatField FLOAT32S = SCHEMA.floatField("float32s");

    private static final DoubleField FLOAT64S = SCHEMA.doubleField("float64s");

    private static final BooleanField BOOLS = SCHEMA.booleanField("bools");

    private static final CharField CHARS = SCHEMA.charField("chars");

    /**
     * For the factory of a pool.
     *
     * @param slot what the factory was given
     */
    public EverythingMessage(ObjectPool.Slot slot) {
        super(slot);
    }

    /**
     * Starts the configuration of a pool of these messages.
     *
     * @return a builder with the default values
     */
    public static ObjectPool.Builder<EverythingMessage> pool() {
        return ObjectPool.builder(SCHEMA, EverythingMessage::new);
    }

    @Override
    public byte int8() {
        return (byte) INT8.get(this);
    }

    @Override
    public EverythingMessage int8(byte value) {
        INT8.set(this, value);
        return this;
    }

    @Override
    public short int16() {
        return (short) INT16.get(this);
    }

    @Override
    public EverythingMessage int16(short value) {
        INT16.set(this, value);
        return this;
    }

    @Override
    public int int32() {
        return INT32.get(this);
    }

    @Override
    public EverythingMessage int32(int value) {
        INT32.set(this, value);
        return this;
    }

    @Override
    public long int64() {
        return INT64.get(this);
    }

    @Override
    public EverythingMessage int64(long value) {
        INT64.set(this, value);
        return this;
    }

    @Override
    public int uint8() {
        return UINT8.get(this);
    }

    @Override
    public EverythingMessage uint8(int value) {
        UINT8.set(this, value);
        return this;
    }

    @Override
    public int uint16() {
        return UINT16.get(this);
    }

    @Override
    public EverythingMessage uint16(int value) {
        UINT16.set(this, value);
        return this;
    }

    @Override
    public long uint32() {
        return UINT32.get(this);
    }

    @Override
    public EverythingMessage uint32(long value) {
        UINT32.set(this, value);
        return this;
    }

    @Override
    public long uint64() {
        return UINT64.get(this);
    }

    @Override
    public EverythingMessage uint64(long value) {
        UINT64.set(this, value);
        return this;
    }

    @Override
    public float float32() {
        return FLOAT32.get(this);
    }

    @Override
    public EverythingMessage float32(float value) {
        FLOAT32.set(this, value);
        return this;
    }

    @Override
    public double float64() {
        return FLOAT64.get(this);
    }

    @Override
    public EverythingMessage float64(double value) {
        FLOAT64.set(this, value);
        return this;
    }

    @Override
    public boolean bool() {
        return BOOL.get(this);
    }

    @Override
    public EverythingMessage bool(boolean value) {
        BOOL.set(this, value);
        return this;
    }

    @Override
    public char char16() {
        return CHAR16.get(this);
    }

    @Override
    public EverythingMessage char16(char value) {
        CHAR16.set(this, value);
        return this;
    }

    @Override
    public Everything.Side side() {
        return SIDE.get(this);
    }

    @Override
    public EverythingMessage side(Everything.Side value) {
        SIDE.set(this, value);
        return this;
    }

    @Override
    public String ascii() {
        return ASCII.get(this);
    }

    @Override
    public void asciiTo(StringBuilder target) {
        ASCII.appendTo(this, target);
    }

    @Override
    public EverythingMessage ascii(CharSequence value) {
        ASCII.set(this, value);
        return this;
    }

    @Override
    public String utf8() {
        return UTF8.get(this);
    }

    @Override
    public void utf8To(StringBuilder target) {
        UTF8.appendTo(this, target);
    }

    @Override
    public EverythingMessage utf8(String value) {
        UTF8.set(this, value);
        return this;
    }

    @Override
    public byte[] bytes() {
        byte[] value = new byte[BYTES.length()];
        BYTES.get(this, value, 0);
        return value;
    }

    @Override
    public byte bytes(int index) {
        return BYTES.get(this, index);
    }

    @Override
    public EverythingMessage bytes(byte[] value) {
        if (value.length != BYTES.length()) {
            throw new IllegalArgumentException("length=" + value.length + " of the bytes for field=" + BYTES + " is not " + BYTES.length());
        }
        BYTES.set(this, value, 0);
        return this;
    }

    @Override
    public EverythingMessage bytes(int index, byte value) {
        BYTES.set(this, index, value);
        return this;
    }

    @Override
    public short int16s(int index) {
        return (short) INT16S.get(this, index);
    }

    @Override
    public EverythingMessage int16s(int index, short value) {
        INT16S.set(this, index, value);
        return this;
    }

    @Override
    public int int32s(int index) {
        return INT32S.get(this, index);
    }

    @Override
    public EverythingMessage int32s(int index, int value) {
        INT32S.set(this, index, value);
        return this;
    }

    @Override
    public long int64s(int index) {
        return INT64S.get(this, index);
    }

    @Override
    public EverythingMessage int64s(int index, long value) {
        INT64S.set(this, index, value);
        return this;
    }

    @Override
    public int uint8s(int index) {
        return UINT8S.get(this, index);
    }

    @Override
    public EverythingMessage uint8s(int index, int value) {
        UINT8S.set(this, index, value);
        return this;
    }

    @Override
    public int uint16s(int index) {
        return UINT16S.get(this, index);
    }

    @Override
    public EverythingMessage uint16s(int index, int value) {
        UINT16S.set(this, index, value);
        return this;
    }

    @Override
    public long uint32s(int index) {
        return UINT32S.get(this, index);
    }

    @Override
    public EverythingMessage uint32s(int index, long value) {
        UINT32S.set(this, index, value);
        return this;
    }

    @Override
    public long uint64s(int index) {
        return UINT64S.get(this, index);
    }

    @Override
    public EverythingMessage uint64s(int index, long value) {
        UINT64S.set(this, index, value);
        return this;
    }

    @Override
    public float float32s(int index) {
        return FLOAT32S.get(this, index);
    }

    @Override
    public EverythingMessage float32s(int index, float value) {
        FLOAT32S.set(this, index, value);
        return this;
    }

    @Override
    public double float64s(int index) {
        return FLOAT64S.get(this, index);
    }

    @Override
    public EverythingMessage float64s(int index, double value) {
        FLOAT64S.set(this, index, value);
        return this;
    }

    @Override
    public boolean bools(int index) {
        return BOOLS.get(this, index);
    }

    @Override
    public EverythingMessage bools(int index, boolean value) {
        BOOLS.set(this, index, value);
        return this;
    }

    @Override
    public char chars(int index) {
        return CHARS.get(this, index);
    }

    @Override
    public EverythingMessage chars(int index, char value) {
        CHARS.set(this, index, value);
        return this;
    }
}
