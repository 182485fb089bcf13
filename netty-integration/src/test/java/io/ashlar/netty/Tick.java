// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.message.IntField;
import io.ashlar.message.LongField;
import io.ashlar.message.ObjectPool;
import io.ashlar.message.OffHeapObject;
import io.ashlar.message.Schema;

/** A message for tests: a number, and another that follows from it. */
final class Tick extends OffHeapObject implements ReferenceCountedMessage {

    static final Schema SCHEMA = Schema.builder("Tick")
            .packed()
            .int64("number")
            .int32("check")
            .int8("end")
            .build();

    private static final LongField NUMBER = SCHEMA.longField("number");
    private static final IntField CHECK = SCHEMA.intField("check");
    private static final IntField END = SCHEMA.intField("end");

    Tick(ObjectPool.Slot slot) {
        super(slot);
    }

    Tick fill(long number) {
        NUMBER.set(this, number);
        CHECK.set(this, check(number));
        END.set(this, 7);
        return this;
    }

    long number() {
        return NUMBER.get(this);
    }

    boolean isWhole() {
        return CHECK.get(this) == check(number()) && END.get(this) == 7;
    }

    private static int check(long number) {
        return Long.hashCode(number * 0x9E3779B97F4A7C15L);
    }
}
