// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocatorConfigException;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.EmptyByteBuf;
import io.netty.buffer.PooledByteBufAllocatorMetric;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The allocator itself: configuration, limit, metrics, leak levels, closing. */
class AshlarByteBufAllocatorTest {

    private static final int REGION = 1 << 20;

    private final Level levelBefore = ResourceLeakDetector.getLevel();
    private final AshlarByteBufAllocator alloc = newAllocator("allocator-test");

    private static AshlarByteBufAllocator newAllocator(String name) {
        return AshlarByteBufAllocator.builder()
                .name(name)
                .regionSize(REGION)
                .limit(4 * REGION)
                .build();
    }

    @AfterEach
    void restoreAndCheck() {
        ResourceLeakDetector.setLevel(levelBefore);
        assertEquals(0, alloc.stats().outstanding());
        alloc.close();
    }

    private static void assertRefused(String mentioned, AllocatorBuilder builder) {
        AllocatorConfigException e = assertThrows(AllocatorConfigException.class, builder::build);
        assertTrue(e.getMessage().contains(mentioned), e.getMessage());
    }

    @Test
    void builderRefusesWhatMakesNoSenseAndNamesIt() {
        assertRefused("name=\"\"", AshlarByteBufAllocator.builder().name(""));
        assertRefused("name=\" \t\"", AshlarByteBufAllocator.builder().name(" \t"));
        assertRefused("limit=0", AshlarByteBufAllocator.builder().limit(0));
        assertRefused("limit=-5", AshlarByteBufAllocator.builder().limit(-5));
        assertRefused("regionSize=0", AshlarByteBufAllocator.builder().regionSize(0));
        assertRefused("regionSize=-1", AshlarByteBufAllocator.builder().regionSize(-1));
        assertRefused("regionSize=100000", AshlarByteBufAllocator.builder().regionSize(100_000));
        assertRefused("stripes=0", AshlarByteBufAllocator.builder().stripes(0));
        assertRefused("stripes=3", AshlarByteBufAllocator.builder().stripes(3));
    }

    @Test
    void defaults() {
        try (AshlarByteBufAllocator plain = AshlarByteBufAllocator.builder().build()) {
            assertEquals("default", plain.name());
            assertEquals("default", plain.stats().name());
            assertEquals(PlatformDependent.maxDirectMemory(), plain.stats().limitBytes());
            assertEquals(MemorySource.mapped().kind(), plain.stats().source());
            assertEquals(0, plain.stats().reservedBytes());
            assertTrue(plain.isDirectBufferPooled());
            ByteBuf buf = plain.buffer();
            assertTrue(buf.isDirect());
            assertEquals(256, buf.capacity());
            assertSame(plain, buf.alloc());
            buf.release();
        }
    }

    @Test
    void preferDirectDecidesWhatBufferReturns() {
        for (boolean direct : new boolean[] {true, false}) {
            try (AshlarByteBufAllocator one = AshlarByteBufAllocator.builder()
                    .preferDirect(direct)
                    .limit(REGION)
                    .build()) {
                ByteBuf buf = one.buffer(10);
                assertEquals(direct, buf.isDirect());
                assertSame(one, buf.alloc());
                buf.release();
                ByteBuf io = one.ioBuffer(10);
                assertTrue(io.isDirect());
                io.release();
            }
        }
    }

    @Test
    void theSharedAllocatorCannotBeClosed() {
        UnsupportedOperationException e =
                assertThrows(UnsupportedOperationException.class, AshlarByteBufAllocator.DEFAULT::close);
        assertTrue(e.getMessage().contains("default"), e.getMessage());
        assertFalse(AshlarByteBufAllocator.DEFAULT.stats().closed());
        AshlarByteBufAllocator.DEFAULT.directBuffer(10).release();
    }

    @Test
    void zeroSizeRequests() {
        assertInstanceOf(EmptyByteBuf.class, alloc.directBuffer(0, 0));
        ByteBuf buf = alloc.directBuffer(0);
        assertEquals(0, buf.capacity());
        assertEquals(0, alloc.stats().requestedBytes());
        assertThrows(IndexOutOfBoundsException.class, () -> buf.getByte(0));
        buf.writeLong(7);
        assertEquals(7, buf.readLong());
        buf.release();
        ByteBuf limited = alloc.directBuffer(0, 3);
        assertEquals(3, limited.maxFastWritableBytes());
        limited.writeMedium(1);
        assertThrows(IndexOutOfBoundsException.class, () -> limited.writeByte(1));
        limited.release();
    }

    @Test
    void maximumSizeAndNegativeRequests() {
        for (int tooMuch : new int[] {4 * REGION + 1, Integer.MAX_VALUE - 1, Integer.MAX_VALUE}) {
            OutOfPoolMemoryError error = assertThrows(OutOfPoolMemoryError.class, () -> alloc.directBuffer(tooMuch));
            assertTrue(error.getMessage().contains("allocator-test"), error.getMessage());
            assertTrue(error.getMessage().contains("requested=" + tooMuch), error.getMessage());
            assertTrue(error.getMessage().contains("limit=" + 4 * REGION), error.getMessage());
            assertEquals(tooMuch, error.getCause().requested());
        }
        assertEquals(3, alloc.stats().failures());
        assertThrows(IllegalArgumentException.class, () -> alloc.directBuffer(-1));
        assertThrows(IllegalArgumentException.class, () -> alloc.directBuffer(10, 9));
        ByteBuf all = alloc.directBuffer(4 * REGION);
        assertEquals(4 * REGION, alloc.stats().reservedBytes());
        all.setByte(4 * REGION - 1, 1);
        assertThrows(OutOfPoolMemoryError.class, () -> alloc.directBuffer(1));
        ByteBuf heap = alloc.heapBuffer(100);
        assertFalse(heap.isDirect(), "heap buffers do not count");
        heap.release();
        all.release();
        alloc.directBuffer(1).release();
    }

    @Test
    void aLimitSmallerThanARegionIsStillALimit() {
        try (AshlarByteBufAllocator small =
                AshlarByteBufAllocator.builder().name("small").limit(100_000).build()) {
            ByteBuf buf = small.directBuffer(1000);
            assertTrue(small.stats().reservedBytes() <= 100_000);
            assertThrows(OutOfPoolMemoryError.class, () -> small.directBuffer(100_000));
            buf.release();
        }
    }

    @Test
    void metricsAreNettysTwoFigures() {
        assertEquals(0, alloc.metric().usedDirectMemory());
        assertEquals(0, alloc.metric().usedHeapMemory());
        ByteBuf direct = alloc.directBuffer(2000);
        ByteBuf heap = alloc.heapBuffer(2000);
        assertEquals(REGION, alloc.metric().usedDirectMemory());
        assertEquals(alloc.stats().reservedBytes(), alloc.metric().usedDirectMemory());
        long heapRegion = alloc.heapStats().reservedBytes();
        assertTrue(heapRegion >= 1 << 20, "one region of the heap pool: " + heapRegion);
        assertEquals(heapRegion, alloc.metric().usedHeapMemory());
        assertEquals(2000, alloc.heapStats().requestedBytes());
        assertSame(alloc, heap.alloc());
        assertSame(alloc.metric(), alloc.metric());
        assertFalse(alloc.metric() instanceof PooledByteBufAllocatorMetric, "others cast on it");
        assertTrue(
                alloc.metric().toString().contains("usedHeapMemory=" + heapRegion),
                alloc.metric().toString());
        heap.release();
        assertEquals(0, alloc.heapStats().outstanding());
        assertEquals(heapRegion, alloc.metric().usedHeapMemory());
        assertEquals(2000, alloc.stats().requestedBytes());
        assertEquals(1, alloc.stats().outstanding());
        String text = alloc.toString();
        assertTrue(text.contains("name=allocator-test") && text.contains("outstanding=1"), text);
        direct.release();
    }

    @Test
    void atSimpleAndDisabledBuffersAreBare() {
        for (Level level : new Level[] {Level.SIMPLE, Level.DISABLED}) {
            ResourceLeakDetector.setLevel(level);
            for (int i = 0; i < 2000; i++) {
                ByteBuf buf = alloc.directBuffer(10);
                assertSame(AshlarByteBuf.class, buf.getClass(), level.toString());
                buf.release();
            }
        }
    }

    @Test
    void atParanoidEveryBufferIsWrappedAndAtAdvancedASample() {
        ResourceLeakDetector.setLevel(Level.PARANOID);
        for (int i = 0; i < 100; i++) {
            ByteBuf buf = alloc.directBuffer(10);
            assertEquals("AdvancedLeakAwareByteBuf", buf.getClass().getSimpleName());
            assertSame(AshlarByteBuf.class, buf.unwrap().getClass());
            CompositeByteBuf composite = alloc.compositeDirectBuffer();
            assertEquals(
                    "AdvancedLeakAwareCompositeByteBuf", composite.getClass().getSimpleName());
            composite.release();
            buf.release();
        }
        ResourceLeakDetector.setLevel(Level.ADVANCED);
        int wrapped = 0;
        for (int i = 0; i < 10_000; i++) { // one in 128 is tracked: none at all has a chance of 1 in 10^34
            ByteBuf buf = alloc.directBuffer(10);
            wrapped += buf.getClass() == AshlarByteBuf.class ? 0 : 1;
            buf.release();
        }
        assertTrue(wrapped > 0, "wrapped=" + wrapped);
    }

    /** In a block that had another buffer before. */
    @ParameterizedTest
    @ValueSource(ints = {64, 100_000})
    void atParanoidWhatIsDroppedIsFound(int size) throws Exception {
        ResourceLeakDetector.setLevel(Level.PARANOID);
        AtomicInteger leaks = new AtomicInteger();
        ByteBufUtil.setLeakListener(new ResourceLeakDetector.LeakListener() {
            @Override
            public void onLeak(String resourceType, String records) {
                leaks.incrementAndGet();
            }
        });
        try {
            AshlarByteBufAllocator leaking =
                    AshlarByteBufAllocator.builder().name("leaking").build();
            List<ByteBuf> first = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                first.add(leaking.directBuffer(size));
            }
            first.forEach(ByteBuf::release);
            first.clear();
            for (int i = 0; i < 20; i++) {
                leaking.directBuffer(size).touch("of " + size); // each text is reported once
            }
            for (int i = 0; i < 100 && leaks.get() == 0; i++) {
                System.gc();
                Thread.sleep(10);
                leaking.directBuffer(size).release();
            }
            assertTrue(leaks.get() > 0, "nothing was reported");
            leaking.close();
        } finally {
            ByteBufUtil.setLeakListener(null);
        }
    }

    /** A source that says it can let parts of its regions go; none is asked for here. */
    private record Discarding(MemorySource source) implements MemorySource {

        @Override
        public String kind() {
            return source.kind();
        }

        @Override
        public @Nullable MemoryRegion tryAcquire(Layout layout) {
            return source.tryAcquire(layout);
        }

        @Override
        public long reserved() {
            return source.reserved();
        }

        @Override
        public int discardUnit() {
            return 4096;
        }
    }

    @Test
    void freeRunsAreDiscardedIfAskedFor() {
        AllocatorBuilder builder = AshlarByteBufAllocator.builder().source(new Discarding(MemorySource.direct()));
        try (AshlarByteBufAllocator asked = builder.discardFreeRuns(true).build();
                AshlarByteBufAllocator notAsked = builder.discardFreeRuns(false).build()) {
            assertTrue(asked.discardsFreeRuns());
            assertFalse(asked.heap().memory().discardsFreeRuns(), "what the collector moves is not ours to discard");
            assertFalse(notAsked.discardsFreeRuns());
        }
        assertFalse(alloc.discardsFreeRuns());
    }

    @Test
    void closeWithBuffersOutstanding() {
        AshlarByteBufAllocator closed = newAllocator("to-be-closed");
        ByteBuf small = closed.directBuffer(10, 1000).writeInt(1);
        ByteBuf large = closed.directBuffer(2 * REGION).writeInt(2);
        closed.close();
        closed.close();
        assertTrue(closed.stats().closed());
        assertEquals(2, closed.stats().outstanding());

        IllegalStateException e = assertThrows(IllegalStateException.class, () -> closed.directBuffer(10));
        assertTrue(e.getMessage().contains("to-be-closed"), e.getMessage());
        assertThrows(IllegalStateException.class, () -> closed.directBuffer(2 * REGION));

        assertEquals(1, small.readInt());
        small.writeInt(3);
        assertThrows(IllegalStateException.class, () -> small.capacity(1000), "there is no block to grow into");
        assertEquals(3, small.readInt());
        assertEquals(10, small.capacity());
        large.capacity(100);
        assertEquals(2, large.readInt());

        large.release();
        small.release();
        assertEquals(0, closed.stats().outstanding());
        assertEquals(0, closed.stats().reservedBytes());
        assertTrue(closed.toString().contains("closed"), closed.toString());
    }
}
