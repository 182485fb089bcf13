package io.ashlar.message.processor.golden;

import io.ashlar.message.IntField;
import io.ashlar.message.LongField;
import io.ashlar.message.ObjectPool;
import io.ashlar.message.OffHeapObject;
import io.ashlar.message.Schema;
import java.lang.Override;
import java.nio.ByteOrder;
import javax.annotation.processing.Generated;

/**
 * The message {@link Options}, in a block of off-heap memory.
 */
@Generated("io.ashlar.message.processor.MessageProcessor")
final class OptionsMessage extends OffHeapObject implements Options {
    /**
     * Where each field lies.
     */
    static final Schema SCHEMA = Schema.builder("frame")
            .order(ByteOrder.BIG_ENDIAN)
            .packed()
            .wholeCacheLines()
            .int64("sequence")
            .int8("kind")
            .int32("reserved")
            .build();

    private static final LongField SEQUENCE = SCHEMA.longField("sequence");

    private static final IntField KIND = SCHEMA.intField("kind");

    private static final IntField RESERVED = SCHEMA.intField("reserved");

    /**
     * For the factory of a pool.
     *
     * @param slot what the factory was given
     */
    OptionsMessage(ObjectPool.Slot slot) {
        super(slot);
    }

    /**
     * Starts the configuration of a pool of these messages.
     *
     * @return a builder with the default values
     */
    static ObjectPool.Builder<OptionsMessage> pool() {
        return ObjectPool.builder(SCHEMA, OptionsMessage::new);
    }

    @Override
    public void sequence(long value) {
        SEQUENCE.set(this, value);
    }

    @Override
    public long sequence() {
        return SEQUENCE.get(this);
    }

    @Override
    public byte kind() {
        return (byte) KIND.get(this);
    }

    @Override
    public OptionsMessage kind(byte value) {
        KIND.set(this, value);
        return this;
    }

    @Override
    public int reserved() {
        return RESERVED.get(this);
    }
}
