// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import org.jspecify.annotations.Nullable;

/**
 * A source whose regions run a hook before they do what is asked of them. A hook that throws stands for memory that an
 * I/O operation is using, for a failing call to the OS, or for a Java heap that is full at an awkward moment.
 */
public final class HookedSource implements MemorySource {

    /** Nothing happens. */
    public static final Runnable NOTHING = () -> {};

    /** What the JDK says when a region is closed that an I/O operation is using. */
    public static final Runnable IN_USE = () -> {
        throw new IllegalStateException("in use");
    };

    /** No object can be made. */
    public static final Runnable HEAP_IS_FULL = () -> {
        throw new OutOfMemoryError("Java heap space");
    };

    private final MemorySource source;

    // Synchronization: volatile; set by the test, run by whatever thread uses a region.
    /** Runs before a region is closed. */
    public volatile Runnable onClose = NOTHING;
    /** Runs before a region tells its address. */
    public volatile Runnable onAddress = NOTHING;
    /** Runs before a region tells its size. */
    public volatile Runnable onSize = NOTHING;

    /** Regions of Java arrays. */
    public HookedSource() {
        this(MemorySource.heap());
    }

    /**
     * Regions of another source.
     *
     * @param source where they come from
     */
    public HookedSource(MemorySource source) {
        this.source = source;
    }

    @Override
    public String kind() {
        return "hooked";
    }

    @Override
    public long reserved() {
        return source.reserved();
    }

    @Override
    public @Nullable MemoryRegion tryAcquire(Layout layout) {
        MemoryRegion region = source.tryAcquire(layout);
        return region == null ? null : new HookedRegion(region);
    }

    private final class HookedRegion extends ForwardingRegion {

        HookedRegion(MemoryRegion region) {
            super(region);
        }

        @Override
        public int size() {
            onSize.run();
            return super.size();
        }

        @Override
        public long address() {
            onAddress.run();
            return super.address();
        }

        @Override
        public void close() {
            onClose.run();
            super.close();
        }
    }
}
