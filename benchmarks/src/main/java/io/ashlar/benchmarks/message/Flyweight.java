// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.message;

import java.nio.ByteBuffer;

/** An object over a direct buffer that it keeps for ever: what people put into a pool. It checks nothing but what the buffer checks. */
class Flyweight {

    private final ByteBuffer memory = ByteBuffers.slice();

    final long id() {
        return memory.getLong(Messages.ID);
    }

    final Flyweight id(long id) {
        memory.putLong(Messages.ID, id);
        return this;
    }

    final long price() {
        return memory.getLong(Messages.PRICE);
    }

    final Flyweight price(long price) {
        memory.putLong(Messages.PRICE, price);
        return this;
    }

    final long time() {
        return memory.getLong(Messages.TIME);
    }

    final Flyweight time(long time) {
        memory.putLong(Messages.TIME, time);
        return this;
    }

    final int quantity() {
        return memory.getInt(Messages.QUANTITY);
    }

    final Flyweight quantity(int quantity) {
        memory.putInt(Messages.QUANTITY, quantity);
        return this;
    }

    final int flags() {
        return memory.getInt(Messages.FLAGS);
    }

    final Flyweight flags(int flags) {
        memory.putInt(Messages.FLAGS, flags);
        return this;
    }
}
