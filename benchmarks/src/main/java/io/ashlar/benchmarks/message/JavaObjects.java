// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.message;

/** No pool: a new Java object for each message, left to the garbage collector. */
final class JavaObjects extends MessageSource<JavaObjects.JavaOrder> {

    /** Plain fields. */
    static final class JavaOrder {
        private long id;
        private long price;
        private long time;
        private int quantity;
        private int flags;
    }

    @Override
    public JavaOrder acquire() {
        return new JavaOrder();
    }

    @Override
    public void set(JavaOrder order, long number) {
        order.id = number;
        order.price = number + 1;
        order.time = number + 2;
        order.quantity = (int) number + 3;
        order.flags = (int) number + 4;
    }

    @Override
    public long sum(JavaOrder order) {
        return order.id + order.price + order.time + order.quantity + order.flags;
    }

    @Override
    public void release(JavaOrder order) {}
}
