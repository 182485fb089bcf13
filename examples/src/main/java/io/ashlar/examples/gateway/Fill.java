// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

import io.ashlar.message.BooleanField;
import io.ashlar.message.EnumField;
import io.ashlar.message.IntField;
import io.ashlar.message.LongField;
import io.ashlar.message.ObjectPool;
import io.ashlar.message.OffHeapObject;
import io.ashlar.message.Schema;
import io.ashlar.netty.ReferenceCountedMessage;

/** What has happened to an order. */
final class Fill extends OffHeapObject implements ReferenceCountedMessage {

    /** What it was. */
    enum Kind {
        /** A part of it, or all, was exchanged. */
        FILLED,
        /** What is open rests in the book. */
        RESTS,
        /** What is open was not taken: too many rest at that price. */
        REJECTED,
        /** The order had no quantity. */
        ANSWERED
    }

    static final Schema SCHEMA = Schema.builder("Fill")
            .int64("number")
            .int64("orderId")
            .int64("sentNanos")
            .int32("price")
            .int32("quantity")
            .int32("open")
            .enumeration("kind", Kind.class)
            .bool("last")
            .int32("checksum")
            .build();

    static final IntField CHECKSUM = SCHEMA.intField("checksum");

    private static final LongField NUMBER = SCHEMA.longField("number");
    private static final LongField ORDER_ID = SCHEMA.longField("orderId");
    private static final LongField SENT_NANOS = SCHEMA.longField("sentNanos");
    private static final IntField PRICE = SCHEMA.intField("price");
    private static final IntField QUANTITY = SCHEMA.intField("quantity");
    private static final IntField OPEN = SCHEMA.intField("open");
    private static final EnumField<Kind> KIND = SCHEMA.enumField("kind", Kind.class);
    private static final BooleanField LAST = SCHEMA.booleanField("last");

    Fill(ObjectPool.Slot slot) {
        super(slot);
    }

    /** The number of the fill on its connection, from 0. */
    long number() {
        return NUMBER.get(this);
    }

    long orderId() {
        return ORDER_ID.get(this);
    }

    /** When the order was sent, as it said. */
    long sentNanos() {
        return SENT_NANOS.get(this);
    }

    /** At which price, in ticks. */
    int price() {
        return PRICE.get(this);
    }

    /** How much was exchanged. */
    int quantity() {
        return QUANTITY.get(this);
    }

    /** How much of the order is open now. */
    int open() {
        return OPEN.get(this);
    }

    Kind kind() {
        return KIND.get(this);
    }

    /** Whether this ends what the order's arrival has caused; it may be filled later if it rests. */
    boolean last() {
        return LAST.get(this);
    }

    void fill(long number, Order order, Kind kind, int price, int quantity, boolean last) {
        NUMBER.set(this, number);
        ORDER_ID.set(this, order.id());
        SENT_NANOS.set(this, order.sentNanos());
        PRICE.set(this, price);
        QUANTITY.set(this, quantity);
        OPEN.set(this, order.open());
        KIND.set(this, kind);
        LAST.set(this, last);
    }
}
