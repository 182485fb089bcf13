// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A ceiling on another source.
 *
 * <p>Bytes are reserved before the other source is asked, and given back after a region was closed. So the regions that
 * are out never hold more than {@link #reserved()}, and that never exceeds the ceiling.
 */
final class LimitedMemorySource implements MemorySource {

    private static final long REFUSED = -1;

    private final MemorySource source;
    private final long ceiling;
    // Synchronization: atomic. Raised by compare-and-set, so that the sum is checked and taken in one step.
    private final AtomicLong reserved = new AtomicLong();
    // Synchronization: atomic; never falls.
    private final AtomicLong peak = new AtomicLong();

    LimitedMemorySource(MemorySource source, long bytes) {
        Objects.requireNonNull(source, "source");
        if (bytes < 1) {
            throw new AllocatorConfigException(
                    "bytes=" + bytes + " is no limit for source " + source.kind() + ": it has to be at least 1");
        }
        this.source = source;
        this.ceiling = bytes;
    }

    @Override
    public String kind() {
        return source.kind();
    }

    @Override
    public @Nullable MemoryRegion tryAcquire(Layout layout) {
        int size = CountedMemorySource.sizeOf(layout);
        long sum = tryReserve(size);
        if (sum == REFUSED) {
            return null;
        }
        MemoryRegion region = null;
        try {
            region = source.tryAcquire(layout);
        } finally {
            if (region == null) {
                reserved.addAndGet(-size);
            }
        }
        if (region == null) {
            return null;
        }
        peak.accumulateAndGet(sum, Math::max);
        return new LimitedRegion(region, size, reserved);
    }

    /** Returns what is reserved with it, or {@link #REFUSED}. */
    private long tryReserve(int size) {
        long before;
        do {
            before = reserved.get();
            if (size > ceiling - before) {
                return REFUSED;
            }
        } while (!reserved.compareAndSet(before, before + size));
        return before + size;
    }

    @Override
    public long limit() {
        return Math.min(ceiling, source.limit());
    }

    @Override
    public boolean servesManyAtOnce() {
        return source.servesManyAtOnce();
    }

    @Override
    public long reserved() {
        return reserved.get();
    }

    @Override
    public long peak() {
        return peak.get();
    }

    @Override
    public long fallbacks() {
        return source.fallbacks();
    }

    @Override
    public int discardUnit() {
        return source.discardUnit();
    }

    @Override
    public String toString() {
        return "MemorySource[limit=" + ceiling + ", reserved=" + reserved() + " of " + source + "]";
    }

    /** A region of the other source that gives its bytes back to the ceiling when it is closed. */
    private static final class LimitedRegion implements MemoryRegion {

        private final MemoryRegion region;
        /** What was taken from the ceiling for it. */
        private final int taken;

        private final AtomicLong reserved;
        // Synchronization: atomic; whoever sets it closes.
        private final AtomicBoolean closed = new AtomicBoolean();

        LimitedRegion(MemoryRegion region, int taken, AtomicLong reserved) {
            this.region = region;
            this.taken = taken;
            this.reserved = reserved;
        }

        @Override
        public int size() {
            return region.size();
        }

        @Override
        public int alignment() {
            return region.alignment();
        }

        @Override
        public long address() {
            return region.address();
        }

        @Override
        public ByteBuffer buffer() {
            return region.buffer();
        }

        @Override
        public boolean isClosed() {
            return closed.get();
        }

        @Override
        public boolean discard(int offset, int size) {
            return region.discard(offset, size);
        }

        @Override
        public void close() {
            if (!closed.compareAndSet(false, true)) {
                return;
            }
            try {
                region.close();
            } catch (RuntimeException | Error failed) {
                // The memory is still there, so its bytes stay reserved.
                closed.set(false);
                throw failed;
            }
            reserved.addAndGet(-taken);
        }

        @Override
        public String toString() {
            return region.toString();
        }
    }
}
