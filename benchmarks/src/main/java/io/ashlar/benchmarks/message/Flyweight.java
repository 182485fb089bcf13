// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.message;

import java.nio.ByteBuffer;

/** An object over a direct buffer that it keeps for ever: what people put into a pool. It checks nothing but what the buffer checks. */
class Flyweight {

    private final ByteBuffer memory = ByteBuffers.slice();

    final long id() {
        return memory.getLong(MessageSource.ID);
    }

    final Flyweight id(long id) {
        memory.putLong(MessageSource.ID, id);
        return this;
    }

    final long price() {
        return memory.getLong(MessageSource.PRICE);
    }

    final Flyweight price(long price) {
        memory.putLong(MessageSource.PRICE, price);
        return this;
    }

    final long time() {
        return memory.getLong(MessageSource.TIME);
    }

    final Flyweight time(long time) {
        memory.putLong(MessageSource.TIME, time);
        return this;
    }

    final int quantity() {
        return memory.getInt(MessageSource.QUANTITY);
    }

    final Flyweight quantity(int quantity) {
        memory.putInt(MessageSource.QUANTITY, quantity);
        return this;
    }

    final int flags() {
        return memory.getInt(MessageSource.FLAGS);
    }

    final Flyweight flags(int flags) {
        memory.putInt(MessageSource.FLAGS, flags);
        return this;
    }
}
