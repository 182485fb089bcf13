// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.ashlar.pool.PoolStats;
import io.netty.buffer.AbstractByteBufAllocatorTest;
import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * Netty's suites {@code ByteBufAllocatorTest} and {@code AbstractByteBufAllocatorTest} on our allocator.
 *
 * <p>Overrides:
 * <ul>
 *   <li>{@link #testUnsafeHeapBufferAndUnsafeDirectBuffer}: Netty's version wants the direct buffer to be of one of its
 *       own two classes, and the heap buffer of another. This one wants ours.</li>
 *   <li>{@link #shouldReuseChunks} runs Netty's version, which is about heap buffers, and makes the same demand, more
 *       strictly, on direct ones.</li>
 *   <li>{@link #testUsedHeapMemory} only tells the hooks below that it is about the heap, and runs Netty's version.</li>
 * </ul>
 * {@link #expectedUsedMemory} and {@link #expectedUsedMemoryAfterRelease} are the suite's own hooks: used memory
 * is that of whole regions, of which one stays.
 */
class NettyAllocatorTest extends AbstractByteBufAllocatorTest<AshlarByteBufAllocator> {

    private static final int REGION = 1 << 20;
    /** The first region of a small size class. */
    private static final int FIRST_REGION = 64 << 10;

    private static final int LARGEST_APART = 1024;

    private boolean heap;

    @Override
    protected AshlarByteBufAllocator newAllocator(boolean preferDirect) {
        return AshlarByteBufAllocator.builder()
                .name("netty-allocator-suite")
                .preferDirect(preferDirect)
                .regionSize(REGION)
                .limit(64 << 20)
                .build();
    }

    @Override
    protected AshlarByteBufAllocator newUnpooledAllocator() {
        return newAllocator(false);
    }

    @Test
    @Override
    public void testUsedHeapMemory() {
        heap = true; // the hooks below cannot tell the two kinds apart
        super.testUsedHeapMemory();
    }

    @Override
    protected long expectedUsedMemory(AshlarByteBufAllocator allocator, int capacity) {
        return heap ? heapRegions(allocator, capacity) : directRegions(allocator, capacity);
    }

    @Override
    protected long expectedUsedMemoryAfterRelease(AshlarByteBufAllocator allocator, int capacity) {
        return heap ? heapRegions(allocator, capacity) : directRegions(allocator, capacity);
    }

    /** One, or two where a small buffer has outgrown its size class. */
    private static long directRegions(AshlarByteBufAllocator allocator, int capacity) {
        if (allocator.stats().regions() == 2) {
            return FIRST_REGION + REGION;
        }
        return capacity <= LARGEST_APART ? FIRST_REGION : REGION;
    }

    private static long heapRegions(AshlarByteBufAllocator allocator, int capacity) {
        PoolStats stats = allocator.heapStats();
        assertTrue(stats.regions() <= 2);
        assertTrue(stats.reservedBytes() >= capacity);
        return stats.reservedBytes();
    }

    @Test
    @Override
    public void testUnsafeHeapBufferAndUnsafeDirectBuffer() {
        AshlarByteBufAllocator allocator = newUnpooledAllocator();
        ByteBuf direct = allocator.directBuffer();
        assertInstanceOf(direct, AshlarByteBuf.class);
        assertTrue(direct.isDirect());
        direct.release();

        ByteBuf plain = allocator.heapBuffer();
        assertInstanceOf(plain, AshlarHeapByteBuf.class);
        assertFalse(plain.isDirect());
        plain.release();
    }

    @Test
    @Override
    public void shouldReuseChunks() throws Exception {
        super.shouldReuseChunks();
        int size = 1 << 20;
        AshlarByteBufAllocator allocator = newAllocator(true);
        allocator.directBuffer(size, size).release();
        long reserved = allocator.stats().reservedBytes();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assumeTrue(threads.isThreadAllocatedMemorySupported() && threads.isThreadAllocatedMemoryEnabled());
        boolean bare = ResourceLeakDetector.getLevel().compareTo(ResourceLeakDetector.Level.ADVANCED) < 0;
        for (int i = 0; i < 100; i++) {
            allocator.directBuffer(size, size).release();
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100; i++) {
            allocator.directBuffer(size, size).release();
            assertEquals(reserved, allocator.metric().usedDirectMemory());
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < (bare ? 1 << 20 : 8 << 20), "bytes on the Java heap: " + allocated);
    }
}
