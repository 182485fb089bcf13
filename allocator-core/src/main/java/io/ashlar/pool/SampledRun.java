// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What stands between a block and its view while the block is watched by a {@link Sampler}. The view is one made for the purpose; the
 * block's own waits here. So nobody who frees a block has to look whether it is watched.
 */
final class SampledRun<V> extends Run<V> {

    private static final VarHandle OUT;

    static {
        try {
            OUT = MethodHandles.lookup()
                    .findVarHandle(SampledRun.class, "out", boolean.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Sampler<V> sampler;
    private final Run<V> run;
    private final V ownView;
    private final int requested;
    private final String allocatedBy = Thread.currentThread().getName();
    private final long since = System.nanoTime();

    // Synchronization: compare-and-set, once, by whoever frees the block.
    private boolean out = true;

    SampledRun(Sampler<V> sampler, Run<V> run, V ownView, int requested) {
        super(run.isLarge());
        this.sampler = sampler;
        this.run = run;
        this.ownView = ownView;
        this.requested = requested;
        bind(run.region(), run.offset(), run.bytes());
    }

    SampledBlock stats(long now, int index) {
        return new SampledBlock(requested, run.blockSize(index), Math.max(0, now - since));
    }

    @Override
    public int blockOffset(int index) {
        return run.blockOffset(index);
    }

    @Override
    public int blockSize(int index) {
        return run.blockSize(index);
    }

    @Override
    boolean tryResizeTo(int index, int before, int newRequested) {
        return run.tryResizeTo(index, before, newRequested);
    }

    @Override
    public void free(V view, int index, int requestedAtLast) {
        if (!OUT.compareAndSet(this, true, false)) {
            throw new IllegalArgumentException("the block with index=" + index + " is not handed out: freed twice?");
        }
        sampler.freed(this, stats(System.nanoTime(), index), allocatedBy);
        run.free(ownView, index, requestedAtLast);
    }
}
