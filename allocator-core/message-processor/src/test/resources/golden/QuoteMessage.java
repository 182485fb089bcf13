package io.ashlar.message.processor.golden;

import io.ashlar.message.LongField;
import io.ashlar.message.ObjectPool;
import io.ashlar.message.OffHeapObject;
import io.ashlar.message.Schema;
import io.ashlar.message.TextField;
import java.lang.CharSequence;
import java.lang.Override;
import java.lang.String;
import javax.annotation.processing.Generated;

/**
 * The message {@link Quote}, in a block of off-heap memory.
 */
@Generated("io.ashlar.message.processor.MessageProcessor")
final class QuoteMessage extends OffHeapObject implements Quote {
    /**
     * Where each field lies.
     */
    static final Schema SCHEMA = Schema.builder("Quote")
            .int64("instrument")
            .ascii("symbol", 12)
            .build();

    private static final LongField INSTRUMENT = SCHEMA.longField("instrument");

    private static final TextField SYMBOL = SCHEMA.textField("symbol");

    /**
     * For the factory of a pool.
     *
     * @param slot what the factory was given
     */
    QuoteMessage(ObjectPool.Slot slot) {
        super(slot);
    }

    /**
     * Starts the configuration of a pool of these messages.
     *
     * @return a builder with the default values
     */
    static ObjectPool.Builder<QuoteMessage> pool() {
        return ObjectPool.builder(SCHEMA, QuoteMessage::new);
    }

    @Override
    public long instrument() {
        return INSTRUMENT.get(this);
    }

    @Override
    public void instrument(long value) {
        INSTRUMENT.set(this, value);
    }

    @Override
    public String symbol() {
        return SYMBOL.get(this);
    }

    @Override
    public void symbol(CharSequence value) {
        SYMBOL.set(this, value);
    }
}
