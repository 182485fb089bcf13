// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeapBufferTest {

    private final AshlarByteBufAllocator alloc =
            AshlarByteBufAllocator.builder().name("heap-test").stripes(1).build();

    @AfterEach
    void everythingComesBack() {
        assertEquals(0, alloc.heapStats().outstanding());
        assertEquals(0, alloc.heapStats().requestedBytes());
        assertEquals(0, alloc.heapStats().usedBytes());
        alloc.close();
        assertEquals(0, alloc.metric().usedHeapMemory());
    }

    @Test
    void buffersShareTheArrayOfARegionAndDoNotOverlap() {
        ByteBuf one = alloc.heapBuffer(100).writeZero(100);
        ByteBuf other = alloc.heapBuffer(100);
        assertSame(one.array(), other.array());
        assertTrue(Math.abs(one.arrayOffset() - other.arrayOffset()) >= 100);
        Arrays.fill(other.array(), other.arrayOffset(), other.arrayOffset() + 100, (byte) 7);
        for (int i = 0; i < 100; i++) {
            assertEquals(0, one.getByte(i));
            assertEquals(7, other.getByte(i));
        }
        assertEquals(2, alloc.heapStats().outstanding());
        assertEquals(0, alloc.stats().reservedBytes(), "no direct memory for heap buffers");
        one.release();
        other.release();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 5_000, 40_000, 1_000_000})
    void aReleasedBlockIsUsedAgain(int size) {
        ByteBuf first = alloc.heapBuffer(size);
        int offset = first.arrayOffset();
        byte[] array = first.array();
        first.release();
        ByteBuf second = alloc.heapBuffer(size);
        assertSame(array, second.array());
        assertEquals(offset, second.arrayOffset());
        assertEquals(0, second.readableBytes());
        second.release();
    }

    @Test
    void aReleasedLargeBufferIsOutOfReach() {
        ByteBuf buf = alloc.heapBuffer(1_000_000);
        ByteBuf bare = NettySuiteAllocator.rootOf(buf);
        buf.release();
        assertThrows(IllegalReferenceCountException.class, bare::array);
        assertThrows(IllegalReferenceCountException.class, () -> bare.getByte(0));
    }

    @Test
    void growingMovesTheContents() {
        ByteBuf buf = alloc.heapBuffer(10);
        for (int i = 0; i < 300_000; i++) {
            buf.writeByte(i);
        }
        for (int i = 0; i < 300_000; i++) {
            assertEquals((byte) i, buf.getByte(i));
        }
        assertEquals(buf.capacity(), alloc.heapStats().requestedBytes());
        buf.capacity(20);
        assertEquals(20, alloc.heapStats().requestedBytes());
        assertEquals(19, buf.getByte(19));
        buf.release();
    }

    @Test
    void whatExceedsThePoolIsUnpooledAndCounted() {
        List<ByteBuf> pooled = new ArrayList<>();
        long limit = alloc.heapStats().limitBytes();
        int size = (int) Math.min(1 << 20, limit / 8);
        ByteBuf buf = alloc.heapBuffer(size);
        while (bare(buf) instanceof AshlarHeapByteBuf) {
            pooled.add(buf);
            buf = alloc.heapBuffer(size);
        }
        assertInstanceOf(UnpooledHeapByteBuf.class, bare(buf));
        assertTrue(alloc.heapStats().reservedBytes() <= limit);
        assertEquals(alloc.heapStats().reservedBytes() + size, alloc.metric().usedHeapMemory());
        assertEquals(0, alloc.heapStats().failures(), "nobody was refused");
        buf.setByte(size - 1, 42);
        assertEquals(42, buf.getByte(size - 1));
        ByteBuf grown = pooled.get(0).setLong(0, 4711);
        for (int capacity = 2 * size; capacity <= 8 * size; capacity *= 2) { // where the pool is full
            grown.capacity(capacity).setByte(capacity - 1, 1);
            assertEquals(4711, grown.getLong(0));
            assertTrue(alloc.unpooledHeapBytes() >= size + capacity, "unpooled=" + alloc.unpooledHeapBytes());
        }
        assertInstanceOf(AshlarHeapByteBuf.class, bare(grown));
        assertSame(alloc, grown.alloc());
        pooled.remove(grown);
        grown.release();
        assertEquals(size, alloc.unpooledHeapBytes());
        assertEquals(0, alloc.heapStats().failures(), "nobody was refused");
        buf.release();
        assertEquals(alloc.heapStats().reservedBytes(), alloc.metric().usedHeapMemory());
        pooled.forEach(ByteBuf::release);
        ByteBuf again = alloc.heapBuffer(size);
        assertInstanceOf(AshlarHeapByteBuf.class, bare(again));
        again.release();
    }

    private static ByteBuf bare(ByteBuf buf) {
        return buf.unwrap() == null ? buf : bare(buf.unwrap());
    }

    @Test
    void aClosedAllocatorServesUnpooledOnes() {
        ByteBuf before = alloc.heapBuffer(100).writeLong(42);
        alloc.close();
        ByteBuf after = alloc.heapBuffer(100);
        assertInstanceOf(UnpooledHeapByteBuf.class, bare(after));
        assertNotSame(before.array(), after.array());
        assertEquals(42, before.readLong());
        assertThrows(IllegalStateException.class, () -> before.capacity(1 << 20));
        before.release();
        after.release();
    }

    @Test
    void aBufferMayBeReleasedByAnotherThread() throws Exception {
        DefaultEventExecutorGroup group = new DefaultEventExecutorGroup(1);
        for (int i = 0; i < 1000; i++) {
            int value = i;
            ByteBuf buf =
                    group.submit(() -> alloc.heapBuffer(500).writeInt(value)).get();
            assertEquals(value, buf.readInt());
            buf.release();
        }
        assertEquals(1000, alloc.heapStats().remoteFrees());
        assertEquals(1, alloc.heapStats().regions());
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        assertEquals(0, alloc.heapStats().ownedShards());
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 4_096, 16_384, 65_536})
    void nothingIsAllocatedOnTheJavaHeapInSteadyState(int size) throws Exception {
        boolean bare = ResourceLeakDetector.getLevel().compareTo(ResourceLeakDetector.Level.ADVANCED) < 0;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assumeTrue(bare && threads.isThreadAllocatedMemorySupported() && threads.isThreadAllocatedMemoryEnabled());
        DefaultEventExecutorGroup group = new DefaultEventExecutorGroup(1);
        long allocated = group.submit(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        alloc.heapBuffer(size).release();
                    }
                    long before = threads.getCurrentThreadAllocatedBytes();
                    for (int i = 0; i < 10_000; i++) {
                        alloc.heapBuffer(size).release();
                    }
                    return threads.getCurrentThreadAllocatedBytes() - before;
                })
                .get();
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        assertTrue(allocated < 10_000, "bytes on the Java heap for 10,000 buffers: " + allocated);
    }
}
