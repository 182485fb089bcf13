// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.message;

import java.util.concurrent.TimeUnit;
import stormpot.Allocator;
import stormpot.Expiration;
import stormpot.Pool;
import stormpot.PoolTap;
import stormpot.Poolable;
import stormpot.Slot;
import stormpot.Timeout;

/**
 * Flyweights in Stormpot, through a tap for one thread: the fastest way that it has, which looks up no thread-local. They
 * do not expire, so it reads no clock either.
 */
final class StormpotMessages extends Flyweights<StormpotMessages.Pooled> {

    private static final int ENOUGH = 1024;
    private static final Timeout SOON = new Timeout(10, TimeUnit.SECONDS);

    private final Pool<Pooled> pool = Pool.from(new Factory())
            .setSize(ENOUGH)
            .setExpiration(Expiration.never())
            .setBackgroundExpirationEnabled(false)
            .build();
    private final PoolTap<Pooled> tap = pool.getThreadLocalTap();

    @Override
    public Pooled acquire() throws Exception {
        return tap.claim(SOON);
    }

    @Override
    public void release(Pooled message) {
        message.release();
    }

    @Override
    public void close() throws Exception {
        pool.shutdown().await(SOON);
    }

    /** A flyweight that knows its place in the pool. */
    static final class Pooled extends Flyweight implements Poolable {

        private final Slot slot;

        private Pooled(Slot slot) {
            this.slot = slot;
        }

        @Override
        public void release() {
            slot.release(this);
        }
    }

    private static final class Factory implements Allocator<Pooled> {

        @Override
        public Pooled allocate(Slot slot) {
            return new Pooled(slot);
        }

        @Override
        public void deallocate(Pooled message) {}
    }
}
