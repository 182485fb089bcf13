// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import org.jspecify.annotations.Nullable;

/**
 * A run that is one large block. The object and its view outlive the memory: they are used again for any large block.
 *
 * <p>Synchronization: the fields belong to whoever has the block, and pass from thread to thread with it; to the owner of
 * a shard while its cache keeps the run; to nobody while it waits in a shard's queue; otherwise they are guarded by the lock of {@link Regions}.
 */
final class LargeRun<V> extends Run<V> {

    private final LargeBlocks<V> large;

    /** The view while the block is free; null while it is out, so that a view that is dropped can be collected. */
    private @Nullable V view;

    /** The shard that may keep the block when it is freed; null if it came from a stripe. */
    private @Nullable Shard<V> home;

    private boolean live;

    private boolean sampleDue;

    private final QueuePlace<LargeRun<V>> place = new QueuePlace<>(this);

    LargeRun(LargeBlocks<V> large) {
        super(true);
        this.large = large;
    }

    QueuePlace<LargeRun<V>> place() {
        return place;
    }

    void setView(V newView) {
        view = newView;
    }

    void setHome(@Nullable Shard<V> shard) {
        home = shard;
    }

    /** Makes the block one that is out, and returns its view. */
    V handOut() {
        V handedOut = view;
        assert handedOut != null;
        view = null;
        live = true;
        return handedOut;
    }

    /** It is handed out as the n-th block, counted from one, of those that are counted together. */
    void countedAs(long n) {
        sampleDue = (n - 1) % Sampler.INTERVAL == 0;
    }

    boolean isSampleDue() {
        return sampleDue;
    }

    @Override
    public void free(V returned, int index, int requested) {
        if (!live) {
            throw new IllegalArgumentException("the large block is not handed out: freed twice?");
        }
        live = false;
        view = returned;
        Shard<V> shard = home;
        if (shard == null || !shard.tryTakeBack(this, requested)) {
            large.free(this, requested);
        }
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
        return large.tryResize(this, requested, newRequested);
    }

    @Override
    public String toString() {
        return "LargeRun[offset=" + offset() + ", bytes=" + bytes() + "]";
    }
}
