// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/**
 * A block that its view lends to a view of another kind. It has a fixed length; whoever lent it gets it back.
 *
 * @param <V> the type of the borrowing view
 */
public final class LentBlock<V> extends Run<V> {

    private final Runnable giveBack;

    /**
     * Lends a block.
     *
     * @param run the run that the block lies in
     * @param index the block's index there
     * @param bytes how many bytes of it are lent, from its start
     * @param giveBack is called when the borrower frees the block
     * @throws IllegalArgumentException if the block has fewer bytes
     */
    public LentBlock(Run<?> run, int index, int bytes, Runnable giveBack) {
        super(false);
        if (bytes < 0 || bytes > run.blockSize(index)) {
            throw new IllegalArgumentException(
                    "bytes=" + bytes + " cannot be lent of a block of " + run.blockSize(index) + " bytes");
        }
        this.giveBack = giveBack;
        bind(run.region(), run.blockOffset(index), bytes);
    }

    @Override
    public int blockOffset(int index) {
        return offset();
    }

    @Override
    public int blockSize(int index) {
        return bytes();
    }

    @Override
    boolean tryResizeTo(int index, int requested, int newRequested) {
        return newRequested <= bytes();
    }

    @Override
    public void free(V view, int index, int requested) {
        giveBack.run();
    }
}
