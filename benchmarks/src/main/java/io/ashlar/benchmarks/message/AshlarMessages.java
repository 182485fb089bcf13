// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.message;

import io.ashlar.message.ObjectPool;
import io.ashlar.netty.Messages;

/** Ours: objects of an {@link ObjectPool} with a shard for each event loop, which makes all fields zero first. */
final class AshlarMessages extends MessageSource<Order> {

    private final ObjectPool<Order> pool =
            Messages.poolBuilder(Order.SCHEMA, Order::new).name("benchmark").build();

    @Override
    public Order acquire() {
        return pool.acquire();
    }

    @Override
    public void set(Order order, long number) {
        order.id(number)
                .price(number + 1)
                .time(number + 2)
                .quantity((int) number + 3)
                .flags((int) number + 4);
    }

    @Override
    public long sum(Order order) {
        return order.id() + order.price() + order.time() + order.quantity() + order.flags();
    }

    @Override
    public void release(Order order) {
        order.release();
    }

    @Override
    public void close() {
        long outstanding = pool.stats().outstanding();
        if (outstanding != 0) {
            throw new IllegalStateException("outstanding=" + outstanding + " messages were never released");
        }
        pool.close();
    }
}
