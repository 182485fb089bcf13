// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.message;

import io.ashlar.message.IntField;
import io.ashlar.message.LongField;
import io.ashlar.message.ObjectPool;
import io.ashlar.message.OffHeapObject;
import io.ashlar.message.Schema;

/** A message object of Ashlar's, as a user writes it. */
final class Order extends OffHeapObject {

    static final Schema SCHEMA = Schema.builder("Order")
            .int64("id")
            .int64("price")
            .int64("time")
            .int32("quantity")
            .int32("flags")
            .build();
    private static final LongField ID = SCHEMA.longField("id");
    private static final LongField PRICE = SCHEMA.longField("price");
    private static final LongField TIME = SCHEMA.longField("time");
    private static final IntField QUANTITY = SCHEMA.intField("quantity");
    private static final IntField FLAGS = SCHEMA.intField("flags");

    Order(ObjectPool.Slot slot) {
        super(slot);
    }

    long id() {
        return ID.get(this);
    }

    Order id(long id) {
        ID.set(this, id);
        return this;
    }

    long price() {
        return PRICE.get(this);
    }

    Order price(long price) {
        PRICE.set(this, price);
        return this;
    }

    long time() {
        return TIME.get(this);
    }

    Order time(long time) {
        TIME.set(this, time);
        return this;
    }

    int quantity() {
        return QUANTITY.get(this);
    }

    Order quantity(int quantity) {
        QUANTITY.set(this, quantity);
        return this;
    }

    int flags() {
        return FLAGS.get(this);
    }

    Order flags(int flags) {
        FLAGS.set(this, flags);
        return this;
    }
}
