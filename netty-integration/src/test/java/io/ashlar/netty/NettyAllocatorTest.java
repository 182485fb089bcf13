// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.AbstractByteBufAllocatorTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.buffer.UnpooledUnsafeHeapByteBuf;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * Netty's suites {@code ByteBufAllocatorTest} and {@code AbstractByteBufAllocatorTest} on our allocator.
 *
 * <p>Overrides:
 * <ul>
 *   <li>{@link #testUnsafeHeapBufferAndUnsafeDirectBuffer}: Netty's version wants the direct buffer to be of one of its
 *       own two classes. This one wants ours, and keeps the demand on heap buffers.</li>
 *   <li>{@link #shouldReuseChunks}: Netty's version wants pooled heap buffers. Ours are plain arrays, as those of
 *       Netty's {@code UnpooledByteBufAllocator}, for which Netty disables the test. This one makes the same demand,
 *       more strictly, on direct buffers.</li>
 *   <li>{@link #testUsedHeapMemory} only tells the hooks below that it is about the heap, and runs Netty's version.</li>
 * </ul>
 * {@link #expectedUsedMemory} and {@link #expectedUsedMemoryAfterRelease} are the suite's own hooks: used direct memory
 * is that of whole regions, of which one stays.
 */
class NettyAllocatorTest extends AbstractByteBufAllocatorTest<AshlarByteBufAllocator> {

    private static final int REGION = 1 << 20;

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
        return heap ? capacity : REGION;
    }

    @Override
    protected long expectedUsedMemoryAfterRelease(AshlarByteBufAllocator allocator, int capacity) {
        return heap ? 0 : REGION;
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
        assertInstanceOf(plain, UnpooledHeapByteBuf.class);
        assertFalse(plain.isDirect());
        assertEquals(PlatformDependent.hasUnsafe(), plain instanceof UnpooledUnsafeHeapByteBuf);
        plain.release();
    }

    @Test
    @Override
    public void shouldReuseChunks() throws Exception {
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
