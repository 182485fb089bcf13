// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

/** Is told what happens to the orders of one trader. The order stays the book's. */
interface Executions {

    /**
     * A quantity was exchanged.
     *
     * @param order with what is open now
     * @param price in ticks
     * @param quantity how much
     * @param last whether this ends what the order's arrival has caused
     */
    void filled(Order order, int price, int quantity, boolean last);

    /** What is open waits in the book. */
    void rests(Order order);

    /** What is open was not taken. */
    void rejected(Order order);
}
