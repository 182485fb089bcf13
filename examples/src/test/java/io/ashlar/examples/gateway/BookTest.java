// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ashlar.message.ObjectPool;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BookTest {

    private final ObjectPool<Order> pool =
            ObjectPool.builder(Order.SCHEMA, Order::new).build();
    private final Book book = new Book();
    private final List<String> told = new ArrayList<>();
    private final Executions ann = new Told("ann");
    private final Executions bob = new Told("bob");
    private int nextId;

    /** Writes down what a trader is told. */
    private final class Told implements Executions {

        private final String name;

        Told(String name) {
            this.name = name;
        }

        @Override
        public void filled(Order order, int price, int quantity, boolean last) {
            told.add(name + " #" + order.id() + " " + quantity + " at " + price + ", open " + order.open()
                    + (last ? ", last" : ""));
        }

        @Override
        public void rests(Order order) {
            told.add(name + " #" + order.id() + " rests " + order.open());
        }

        @Override
        public void rejected(Order order) {
            told.add(name + " #" + order.id() + " rejected " + order.open());
        }
    }

    @AfterEach
    void everyOrderCameBack() {
        book.removeAll(ann);
        book.removeAll(bob);
        assertEquals(0, book.orders());
        assertEquals(0, pool.stats().outstanding());
        pool.close();
    }

    private void enter(Executions owner, Side side, int quantity, int price) {
        Order order = pool.acquire();
        order.fill(nextId++, 0, side, price, quantity);
        book.enter(order, owner);
    }

    private void tells(String... lines) {
        assertEquals(List.of(lines), told);
        told.clear();
    }

    @Test
    void theBestPriceComesFirstAndThenWhoCameFirst() {
        enter(ann, Side.SELL, 10, 7);
        enter(ann, Side.SELL, 10, 5);
        enter(bob, Side.SELL, 10, 5);
        enter(ann, Side.SELL, 10, 6);
        tells("ann #0 rests 10", "ann #1 rests 10", "bob #2 rests 10", "ann #3 rests 10");
        enter(bob, Side.BUY, 25, 6);
        tells(
                "ann #1 10 at 5, open 0",
                "bob #4 10 at 5, open 15",
                "bob #2 10 at 5, open 0",
                "bob #4 10 at 5, open 5",
                "ann #3 5 at 6, open 5",
                "bob #4 5 at 6, open 0, last");
        assertEquals(2, book.orders());
        assertEquals(15, book.open(Side.SELL));
        assertEquals(0, book.open(Side.BUY));
    }

    @Test
    void whoSellsGetsTheHighestPriceAndWhatIsLeftRests() {
        enter(ann, Side.BUY, 3, 0);
        enter(ann, Side.BUY, 4, Book.PRICES - 1);
        told.clear();
        enter(bob, Side.SELL, 9, 1);
        tells("ann #1 4 at 31, open 0", "bob #2 4 at 31, open 5", "bob #2 rests 5");
        enter(ann, Side.BUY, 1, 0);
        tells("ann #3 rests 1");
        assertEquals(3, book.orders());
        enter(bob, Side.SELL, 4, 0);
        tells("ann #0 3 at 0, open 0", "bob #4 3 at 0, open 1", "ann #3 1 at 0, open 0", "bob #4 1 at 0, open 0, last");
    }

    @Test
    void tooManyAtOnePriceAreRejected() {
        for (int i = 0; i < Book.MOST_AT_A_PRICE; i++) {
            enter(ann, Side.BUY, 1, 3);
        }
        told.clear();
        enter(bob, Side.BUY, 7, 3);
        tells("bob #1000 rejected 7");
        assertEquals(Book.MOST_AT_A_PRICE, book.orders());
        enter(bob, Side.BUY, 7, 4);
        tells("bob #1001 rests 7");
        enter(bob, Side.SELL, 8, 3);
        tells(
                "bob #1001 7 at 4, open 0",
                "bob #1002 7 at 4, open 1",
                "ann #0 1 at 3, open 0",
                "bob #1002 1 at 3, open 0, last");
        enter(bob, Side.BUY, 1, 3);
        tells("bob #1003 rests 1");
    }

    @Test
    void theOrdersOfOneTraderGo() {
        enter(ann, Side.SELL, 1, 5);
        enter(bob, Side.SELL, 2, 5);
        enter(ann, Side.SELL, 3, 5);
        enter(ann, Side.SELL, 4, 6);
        enter(ann, Side.BUY, 5, 4);
        told.clear();
        book.removeAll(ann);
        assertEquals(1, book.orders());
        assertEquals(1, pool.stats().outstanding());
        enter(ann, Side.BUY, 9, 31);
        tells("bob #1 2 at 5, open 0", "ann #5 2 at 5, open 7", "ann #5 rests 7");
    }
}
