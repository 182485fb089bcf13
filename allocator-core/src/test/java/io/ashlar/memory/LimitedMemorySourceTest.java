// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.FailingMemorySource.Failure;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@link MemorySource#limited(MemorySource, long)}. */
final class LimitedMemorySourceTest extends MemorySourceContract {

    private static final int REGION = 1000;
    private static final long CEILING = 5 * REGION + 1;

    @Override
    MemorySource newSource() {
        return MemorySource.limited(MemorySource.direct(), ROOM);
    }

    @Override
    String kind() {
        return "direct";
    }

    @Test
    void theCeilingIsExact() {
        MemorySource source = MemorySource.limited(MemorySource.heap(), 1000);
        MemoryRegion first = source.acquire(Layout.ofSize(600));
        assertNull(source.tryAcquire(Layout.ofSize(401)));
        MemoryRegion second = source.acquire(Layout.ofSize(400));
        assertEquals(1000, source.reserved());
        AllocationException refused = assertThrows(AllocationException.class, () -> source.acquire(Layout.ofSize(1)));
        assertEquals(0, refused.available());
        assertEquals(1, refused.requested());
        assertTrue(refused.getMessage().contains("limit=1000"), refused::getMessage);
        first.close();
        assertEquals(400, source.reserved());
        assertNull(source.tryAcquire(Layout.ofSize(601)));
        second.close();
        source.acquire(Layout.ofSize(1000)).close();
        assertEquals(0, source.reserved());
    }

    @Test
    void thePeakIsTheMostThatWasReserved() {
        MemorySource source = MemorySource.limited(MemorySource.heap(), 1000);
        assertEquals(0, source.peak());
        MemoryRegion first = source.acquire(Layout.ofSize(300));
        MemoryRegion second = source.acquire(Layout.ofSize(400));
        first.close();
        source.acquire(Layout.ofSize(100)).close();
        assertNull(source.tryAcquire(Layout.ofSize(900)), "what was refused");
        assertEquals(700, source.peak());
        second.close();
        assertEquals(700, source.peak());
        MemorySource failing = MemorySource.limited(MemorySource.limited(MemorySource.heap(), 100), 1000);
        assertNull(failing.tryAcquire(Layout.ofSize(500)));
        assertEquals(0, failing.peak(), "what the other source refused");
    }

    @Test
    void aCeilingBeyondAnyRegionDoesNotOverflow() {
        MemorySource source = MemorySource.limited(MemorySource.heap(), Long.MAX_VALUE);
        try (MemoryRegion region = source.acquire(Layout.ofSize(10))) {
            assertEquals(10, source.reserved());
            assertFalse(region.isClosed());
        }
        assertEquals(Long.MAX_VALUE, source.limit());
    }

    @Test
    void theLimitIsTheSmallerOne() {
        MemorySource inner = MemorySource.limited(MemorySource.heap(), 500);
        assertEquals(500, MemorySource.limited(inner, 1000).limit());
        assertEquals(100, MemorySource.limited(inner, 100).limit());
        assertNull(MemorySource.limited(inner, 1000).tryAcquire(Layout.ofSize(501)));
    }

    @Test
    void twoCeilingsOnOneSourceShareIt() {
        MemorySource shared = MemorySource.limited(MemorySource.heap(), 1000);
        MemorySource left = MemorySource.limited(shared, 700);
        MemorySource right = MemorySource.limited(shared, 700);
        MemoryRegion one = left.acquire(Layout.ofSize(700));
        assertNull(right.tryAcquire(Layout.ofSize(301)));
        assertEquals(0, right.reserved(), "a failure of the inner source takes nothing");
        MemoryRegion other = right.acquire(Layout.ofSize(300));
        assertEquals(1000, shared.reserved());
        one.close();
        other.close();
        assertEquals(0, left.reserved() + right.reserved() + shared.reserved());
    }

    @Test
    void aFailingSourceCostsNothingOfTheCeiling() {
        for (Failure failure : Failure.values()) {
            MemorySource failing = new FailingMemorySource(MemorySource.heap(), 2, failure);
            MemorySource source = MemorySource.limited(failing, 1000);
            MemoryRegion first = source.acquire(Layout.ofSize(300));
            switch (failure) {
                case NULL -> assertNull(source.tryAcquire(Layout.ofSize(700)));
                case EXCEPTION ->
                    assertThrows(IllegalStateException.class, () -> source.tryAcquire(Layout.ofSize(700)));
                case ERROR -> assertThrows(OutOfMemoryError.class, () -> source.tryAcquire(Layout.ofSize(700)));
            }
            assertEquals(300, source.reserved(), "after " + failure);
            source.acquire(Layout.ofSize(700)).close();
            first.close();
            assertEquals(0, source.reserved());
        }
    }

    @Test
    void aRegionThatCannotBeClosedKeepsItsBytes() {
        AtomicLong reserved = new AtomicLong(100);
        Runnable[] free = {
            () -> {
                throw new IllegalStateException("in use");
            }
        };
        NativeMemory memory = new NativeMemory(ByteBuffer.allocate(100), MemoryRegion.NO_ADDRESS, () -> free[0].run());
        MemorySource source =
                MemorySource.limited(serving(new BufferRegion("test", memory, 1, reserved), reserved), 100);
        MemoryRegion region = source.acquire(Layout.ofSize(100));
        assertThrows(IllegalStateException.class, region::close);
        assertFalse(region.isClosed());
        assertEquals(100, source.reserved());
        assertNotNull(region.buffer());
        free[0] = () -> {};
        region.close();
        assertTrue(region.isClosed());
        assertEquals(0, source.reserved());
        assertEquals(0, reserved.get());
    }

    @Test
    void kindAndFallbacksAreThoseOfTheSource() {
        MemorySource source =
                MemorySource.limited(new MappedMemorySource(List.of(Path.of("/no/such/directory/for/ashlar"))), ROOM);
        assertEquals("mapped", source.kind());
        assertEquals(0, source.fallbacks());
        source.acquire(Layout.ofSize(100)).close();
        assertEquals(1, source.fallbacks());
    }

    @Test
    void nonsenseIsRefused() {
        for (long bytes : new long[] {0, -1, Long.MIN_VALUE}) {
            AllocatorConfigException refused = assertThrows(
                    AllocatorConfigException.class, () -> MemorySource.limited(MemorySource.heap(), bytes));
            assertTrue(refused.getMessage().contains("bytes=" + bytes), refused::getMessage);
        }
    }

    @Test
    void racingThreadsNeverExceedTheCeiling() {
        Observer observer = new Observer();
        MemorySource source = MemorySource.limited(observer, CEILING);
        int served = 0;
        for (int round = 0; round < 20 || (round < 2000 && observer.highest() < 5 * REGION); round++) {
            served += hammer(source);
        }
        assertTrue(observer.highest() <= CEILING, "highest=" + observer.highest() + " ceiling=" + CEILING);
        assertEquals(5 * REGION, observer.highest(), "the ceiling was reached, so that the check means something");
        assertTrue(served > 0);
        assertEquals(0, observer.reserved());
        assertEquals(0, source.reserved());
    }

    /** Negative control: the observer above does notice a ceiling that is looked at first and taken afterwards. */
    @Test
    void theObserverCatchesACeilingThatIsCheckedFirstAndTakenLater() {
        Observer observer = new Observer();
        MemorySource broken = new ChecksThenActs(observer, CEILING);
        for (int round = 0; round < 1000 && observer.highest() <= CEILING; round++) {
            hammer(broken);
        }
        assertTrue(observer.highest() > CEILING, "highest=" + observer.highest() + " ceiling=" + CEILING);
    }

    /** Eight threads acquire and close; the number of regions they got. */
    private static int hammer(MemorySource source) {
        AtomicLong served = new AtomicLong();
        Racers.race(8, thread -> {
            for (int i = 0; i < 200; i++) {
                MemoryRegion region = source.tryAcquire(Layout.ofSize(REGION));
                if (region != null) {
                    served.incrementAndGet();
                    Thread.yield();
                    region.close();
                }
            }
        });
        return (int) served.get();
    }

    private static MemorySource serving(MemoryRegion region, AtomicLong reserved) {
        return new MemorySource() {
            @Override
            public String kind() {
                return "test";
            }

            @Override
            public @Nullable MemoryRegion tryAcquire(Layout layout) {
                return region;
            }

            @Override
            public long reserved() {
                return reserved.get();
            }
        };
    }

    /** Counts the bytes that are out by itself, and remembers the most there ever were. */
    private static final class Observer implements MemorySource {
        private final AtomicLong out = new AtomicLong();
        private final AtomicLong highest = new AtomicLong();

        long highest() {
            return highest.get();
        }

        @Override
        public String kind() {
            return "observed";
        }

        @Override
        public MemoryRegion tryAcquire(Layout layout) {
            long now = out.addAndGet(layout.size());
            highest.accumulateAndGet(now, Math::max);
            NativeMemory memory =
                    new NativeMemory(ByteBuffer.allocate(layout.size()), MemoryRegion.NO_ADDRESS, () -> {});
            return new BufferRegion("observed", memory, layout.align(), out);
        }

        @Override
        public long reserved() {
            return out.get();
        }
    }

    /** A ceiling as it must not be made. */
    private static final class ChecksThenActs implements MemorySource {
        private final MemorySource source;
        private final long ceiling;

        ChecksThenActs(MemorySource source, long ceiling) {
            this.source = source;
            this.ceiling = ceiling;
        }

        @Override
        public String kind() {
            return source.kind();
        }

        @Override
        public @Nullable MemoryRegion tryAcquire(Layout layout) {
            if (source.reserved() + layout.size() > ceiling) {
                return null;
            }
            LockSupport.parkNanos(100_000);
            return source.tryAcquire(layout);
        }

        @Override
        public long reserved() {
            return source.reserved();
        }
    }
}
