// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A view factory that stops at the blocks of one size until it is opened. Views of small blocks are made under the lock
 * of the stripe, so that a stripe is busy for as long as a test wants it to be.
 */
final class GatedViews implements ViewFactory<Block> {

    private final int stopsAt;
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);

    GatedViews(int stopsAt) {
        this.stopsAt = stopsAt;
    }

    @Override
    public Block newView(Run<Block> run, int index) {
        if (run.blockSize(index) == stopsAt) {
            reached.countDown();
            await(opened);
        }
        return new Block(run, index);
    }

    /** Waits until somebody has stopped. */
    void awaitReached() {
        await(reached);
    }

    void open() {
        opened.countDown();
    }

    static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(Daemon.PATIENCE_SECONDS, TimeUnit.SECONDS), "waited for nothing");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
