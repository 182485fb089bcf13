// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

import io.ashlar.message.EnumField;
import io.ashlar.message.IntField;
import io.ashlar.message.LongField;
import io.ashlar.message.ObjectPool;
import io.ashlar.message.OffHeapObject;
import io.ashlar.message.Schema;
import io.ashlar.message.TextField;
import io.ashlar.netty.ReferenceCountedMessage;
import org.jspecify.annotations.Nullable;

/**
 * What a trader wants: to buy or sell up to a quantity at a price or better. One of quantity 0 asks for an answer and nothing else.
 *
 * <p>Besides what is sent, the object has two Java fields for the book that it may rest in.
 */
final class Order extends OffHeapObject implements ReferenceCountedMessage {

    static final Schema SCHEMA = Schema.builder("Order")
            .int64("id")
            .int64("sentNanos")
            .int32("price")
            .int32("quantity")
            .int32("open")
            .enumeration("side", Side.class)
            .ascii("symbol", 7)
            .int32("checksum")
            .build();

    static final IntField CHECKSUM = SCHEMA.intField("checksum");

    private static final LongField ID = SCHEMA.longField("id");
    private static final LongField SENT_NANOS = SCHEMA.longField("sentNanos");
    private static final IntField PRICE = SCHEMA.intField("price");
    private static final IntField QUANTITY = SCHEMA.intField("quantity");
    private static final IntField OPEN = SCHEMA.intField("open");
    private static final EnumField<Side> SIDE = SCHEMA.enumField("side", Side.class);
    private static final TextField SYMBOL = SCHEMA.textField("symbol");

    /** Where its fills go; while it is in the book. */
    @Nullable
    Executions owner;
    /** The order behind it at the same price; while it is in the book. */
    @Nullable
    Order behind;

    Order(ObjectPool.Slot slot) {
        super(slot);
    }

    /** The number of the order on its connection, from 0. */
    long id() {
        return ID.get(this);
    }

    /** When it was sent, on the trader's clock. */
    long sentNanos() {
        return SENT_NANOS.get(this);
    }

    /** In ticks. */
    int price() {
        return PRICE.get(this);
    }

    int quantity() {
        return QUANTITY.get(this);
    }

    /** How much of the quantity is not filled yet. */
    int open() {
        return OPEN.get(this);
    }

    void open(int open) {
        OPEN.set(this, open);
    }

    Side side() {
        return SIDE.get(this);
    }

    void fill(long id, long sentNanos, Side side, int price, int quantity) {
        ID.set(this, id);
        SENT_NANOS.set(this, sentNanos);
        SIDE.set(this, side);
        PRICE.set(this, price);
        QUANTITY.set(this, quantity);
        OPEN.set(this, quantity);
        SYMBOL.set(this, "ASHL");
    }
}
