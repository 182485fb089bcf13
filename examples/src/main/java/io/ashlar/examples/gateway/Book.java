// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

import org.jspecify.annotations.Nullable;

/**
 * Matches orders: the best price first, and of several at that price the one that came first. A price is a number of ticks, from 0 to {@value
 * #PRICES} exclusively. Not for use by several threads.
 *
 * <p>An order that rests stays in the object that it came in; the book releases it when it is filled or rejected.
 */
final class Book {

    static final int PRICES = 32;

    /** How many orders may rest at one price. */
    static final int MOST_AT_A_PRICE = 1000;

    /** The orders at one price. */
    private static final class Queue {
        private @Nullable Order first;
        private @Nullable Order last;
        private int count;
    }

    private final Queue[][] queues = new Queue[Side.values().length][PRICES];
    /** Of each side, a bit for each price at which orders rest. */
    private final int[] taken = new int[Side.values().length];

    Book() {
        for (Queue[] side : queues) {
            for (int price = 0; price < PRICES; price++) {
                side[price] = new Queue();
            }
        }
    }

    /**
     * Matches an order with those that rest, and keeps what is left.
     *
     * @param order belongs to the book from now on
     * @param owner is told what happens to it, now and later
     */
    void enter(Order order, Executions owner) {
        order.owner = owner;
        while (order.open() > 0) {
            int price = best(order);
            if (price < 0) {
                break;
            }
            match(order, queues[opposite(order.side())][price], price);
        }
        if (order.open() == 0) {
            drop(order);
        } else if (queues[order.side().ordinal()][order.price()].count == MOST_AT_A_PRICE) {
            owner.rejected(order);
            drop(order);
        } else {
            add(order);
            owner.rests(order);
        }
    }

    /** Without a trace: the object is somebody else's next. */
    private static void drop(Order order) {
        order.owner = null;
        order.behind = null;
        order.release();
    }

    private static int opposite(Side side) {
        return 1 - side.ordinal();
    }

    /** The best price that somebody offers and the order takes; negative if there is none. */
    private int best(Order order) {
        int offered = taken[opposite(order.side())];
        if (order.side() == Side.BUY) {
            int lowest = Integer.numberOfTrailingZeros(offered); // 32 if there is none
            return lowest <= order.price() ? lowest : -1;
        }
        int highest = 31 - Integer.numberOfLeadingZeros(offered); // -1 if there is none
        return highest >= order.price() ? highest : -1;
    }

    private void match(Order order, Queue resting, int price) {
        Order other = resting.first;
        assert other != null && other.owner != null && order.owner != null;
        int quantity = Math.min(order.open(), other.open());
        other.open(other.open() - quantity);
        order.open(order.open() - quantity);
        other.owner.filled(other, price, quantity, false);
        order.owner.filled(order, price, quantity, order.open() == 0);
        if (other.open() == 0) {
            removeFirst(resting, other, price);
        }
    }

    private void add(Order order) {
        int side = order.side().ordinal();
        Queue queue = queues[side][order.price()];
        order.behind = null;
        if (queue.last == null) {
            queue.first = order;
            taken[side] |= 1 << order.price();
        } else {
            queue.last.behind = order;
        }
        queue.last = order;
        queue.count++;
    }

    private void removeFirst(Queue queue, Order first, int price) {
        queue.first = first.behind;
        queue.count--;
        if (queue.first == null) {
            queue.last = null;
            taken[first.side().ordinal()] &= ~(1 << price);
        }
        drop(first);
    }

    /** Takes out all orders of a trader, without a word to him. */
    void removeAll(Executions owner) {
        for (Queue[] side : queues) {
            for (Queue queue : side) {
                Order all = queue.first;
                queue.first = null;
                queue.last = null;
                queue.count = 0;
                while (all != null) {
                    Order next = all.behind;
                    if (all.owner == owner) {
                        drop(all);
                    } else {
                        readd(all, queue);
                    }
                    all = next;
                }
            }
        }
        for (int side = 0; side < queues.length; side++) {
            for (int price = 0; price < PRICES; price++) {
                if (queues[side][price].count == 0) {
                    taken[side] &= ~(1 << price);
                }
            }
        }
    }

    private static void readd(Order order, Queue queue) {
        order.behind = null;
        if (queue.last == null) {
            queue.first = order;
        } else {
            queue.last.behind = order;
        }
        queue.last = order;
        queue.count++;
    }

    /** How many orders rest. */
    int orders() {
        int sum = 0;
        for (Queue[] side : queues) {
            for (Queue queue : side) {
                sum += queue.count;
            }
        }
        return sum;
    }

    /** How much is open, of all orders of one side. */
    long open(Side side) {
        long sum = 0;
        for (Queue queue : queues[side.ordinal()]) {
            for (Order order = queue.first; order != null; order = order.behind) {
                sum += order.open();
            }
        }
        return sum;
    }
}
