// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A source that fails on chosen calls, to see what those above it do then. */
public final class FailingMemorySource implements MemorySource {

    /** How a call fails. */
    public enum Failure {
        /** Null: nothing left. */
        NULL,
        /** An exception out of the blue. */
        EXCEPTION,
        /** An error out of the blue. */
        ERROR
    }

    private final MemorySource source;
    private final Failure failure;
    private final int failingCall;
    // Synchronization: atomic counter.
    private final AtomicInteger calls = new AtomicInteger();

    /**
     * Fails once.
     *
     * @param source where regions come from otherwise
     * @param failingCall the call that fails, from 1; 0 lets every call fail
     * @param failure how
     */
    public FailingMemorySource(MemorySource source, int failingCall, Failure failure) {
        this.source = source;
        this.failingCall = failingCall;
        this.failure = failure;
    }

    @Override
    public String kind() {
        return source.kind();
    }

    @Override
    public @Nullable MemoryRegion tryAcquire(Layout layout) {
        int call = calls.incrementAndGet();
        if (failingCall != 0 && call != failingCall) {
            return source.tryAcquire(layout);
        }
        return switch (failure) {
            case NULL -> null;
            case EXCEPTION -> throw new IllegalStateException("injected failure of call=" + call);
            case ERROR -> throw new OutOfMemoryError("injected failure of call=" + call);
        };
    }

    @Override
    public long limit() {
        return source.limit();
    }

    @Override
    public long reserved() {
        return source.reserved();
    }

    @Override
    public long fallbacks() {
        return source.fallbacks();
    }
}
