package io.ashlar.message.processor.golden;

import io.ashlar.message.EnumField;
import io.ashlar.message.FieldType;
import io.ashlar.message.IntField;
import io.ashlar.message.ObjectPool;
import io.ashlar.message.OffHeapObject;
import io.ashlar.message.TextField;
import java.lang.Override;
import java.lang.String;
import java.lang.SuppressWarnings;
import javax.annotation.processing.Generated;

/**
 * The message {@link Outer.Middle.Inner}, in a block of off-heap memory.
 */
@Generated("io.ashlar.message.processor.MessageProcessor")
@SuppressWarnings({"deprecation", "removal"})
final class Outer_Middle_InnerMessage extends OffHeapObject implements Outer.Middle.Inner {
    /**
     * Where each field lies.
     */
    static final io.ashlar.message.Schema SCHEMA = io.ashlar.message.Schema.builder("Inner")
            .enumeration("bestBid", Outer.Middle.Inner.Schema.class)
            .int64("best_bid")
            .int64("BEST_BID")
            .int32("SCHEMA")
            .int32("value")
            .int32("index")
            .array("target", FieldType.INT32, 2)
            .ascii("slot", 4)
            .int64("old")
            .array("pool", FieldType.INT32, 2)
            .int32("$1x")
            .build();

    private static final EnumField<Outer.Middle.Inner.Schema> BEST_BID = SCHEMA.enumField("bestBid", Outer.Middle.Inner.Schema.class);

    private static final io.ashlar.message.LongField BEST_BID_ = SCHEMA.longField("best_bid");

    private static final io.ashlar.message.LongField BEST_BID__ = SCHEMA.longField("BEST_BID");

    private static final IntField SCHEMA_ = SCHEMA.intField("SCHEMA");

    private static final IntField VALUE = SCHEMA.intField("value");

    private static final IntField INDEX = SCHEMA.intField("index");

    private static final IntField TARGET = SCHEMA.intField("target");

    private static final TextField SLOT = SCHEMA.textField("slot");

    private static final io.ashlar.message.LongField OLD = SCHEMA.longField("old");

    private static final IntField POOL = SCHEMA.intField("pool");

    private static final IntField $1X = SCHEMA.intField("$1x");

    /**
     * For the factory of a pool.
     *
     * @param slot what the factory was given
     */
    Outer_Middle_InnerMessage(ObjectPool.Slot slot) {
        super(slot);
    }

    /**
     * Starts the configuration of a pool of these messages.
     *
     * @return a builder with the default values
     */
    static ObjectPool.Builder<Outer_Middle_InnerMessage> pool() {
        return ObjectPool.builder(SCHEMA, Outer_Middle_InnerMessage::new);
    }

    @Override
    public Outer.Middle.Inner.Schema bestBid() {
        return BEST_BID.get(this);
    }

    @Override
    public Outer_Middle_InnerMessage bestBid(Outer.Middle.Inner.Schema value) {
        BEST_BID.set(this, value);
        return this;
    }

    @Override
    public long best_bid() {
        return BEST_BID_.get(this);
    }

    @Override
    public long BEST_BID() {
        return BEST_BID__.get(this);
    }

    @Override
    public int SCHEMA() {
        return SCHEMA_.get(this);
    }

    @Override
    public int value() {
        return VALUE.get(this);
    }

    @Override
    public int index() {
        return INDEX.get(this);
    }

    @Override
    public int target(int index) {
        return TARGET.get(this, index);
    }

    @Override
    public String slot() {
        return SLOT.get(this);
    }

    @Override
    public long old() {
        return OLD.get(this);
    }

    @Override
    public int pool(int index) {
        return POOL.get(this, index);
    }

    @Override
    public void pool(int index, int value) {
        POOL.set(this, index, value);
    }

    @Override
    public int $1x() {
        return $1X.get(this);
    }
}
