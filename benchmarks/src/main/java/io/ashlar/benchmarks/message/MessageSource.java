// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.message;

/**
 * Where messages come from, and how they are written and read. All have the same five fields, little-endian where they are bytes: id,
 * price and time of 64 bits, quantity and flags of 32.
 *
 * <p>A fork has only one of them, so the JIT knows what each call leads to.
 *
 * @param <M> a message
 */
public abstract class MessageSource<M> implements AutoCloseable {

    /** How long a message is, where it is bytes. */
    static final int BYTES = 32;

    static final int ID = 0;
    static final int PRICE = 8;
    static final int TIME = 16;
    static final int QUANTITY = 24;
    static final int FLAGS = 28;

    /**
     * Gets a message.
     *
     * @return one that nobody else has
     * @throws Exception if there is none
     */
    public abstract M acquire() throws Exception;

    /**
     * Sets all fields: the id to the number, the others to the next ones.
     *
     * @param message what was acquired
     * @param number any
     */
    public abstract void set(M message, long number);

    /**
     * Reads all fields.
     *
     * @param message what was acquired
     * @return their sum
     */
    public abstract long sum(M message);

    /**
     * Gives a message back.
     *
     * @param message what was acquired
     */
    public abstract void release(M message);

    /** Ends the pool. */
    @Override
    public void close() throws Exception {}
}
