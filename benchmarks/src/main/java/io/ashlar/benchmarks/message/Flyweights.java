// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.message;

/**
 * Flyweights. No pool: for the fields alone, and to be extended by those that have one.
 *
 * @param <F> their class
 */
abstract class Flyweights<F extends Flyweight> extends MessageSource<F> {

    @Override
    public final void set(F message, long number) {
        message.id(number)
                .price(number + 1)
                .time(number + 2)
                .quantity((int) number + 3)
                .flags((int) number + 4);
    }

    @Override
    public final long sum(F message) {
        return message.id() + message.price() + message.time() + message.quantity() + message.flags();
    }

    /** A new one each time. */
    static final class Unpooled extends Flyweights<Flyweight> {

        @Override
        public Flyweight acquire() {
            return new Flyweight();
        }

        @Override
        public void release(Flyweight message) {}
    }
}
