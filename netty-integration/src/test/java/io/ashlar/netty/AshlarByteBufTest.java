// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.MemorySource;
import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.internal.PlatformDependent;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is particular to a buffer that is the view of a block: rebinding, reuse, release, addresses. */
class AshlarByteBufTest {

    private static final int REGION = 1 << 20;

    private final AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder()
            .name("buffer-test")
            .regionSize(REGION)
            .limit(8 * REGION)
            .build();

    @AfterEach
    void nothingIsLeft() {
        assertEquals(0, alloc.stats().outstanding());
        assertEquals(0, alloc.stats().requestedBytes());
        assertEquals(0, alloc.stats().usedBytes());
        alloc.close();
        assertEquals(0, alloc.stats().reservedBytes());
    }

    private static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] bytesOf(ByteBuf buf, int index, int length) {
        byte[] bytes = new byte[length];
        buf.getBytes(index, bytes);
        return bytes;
    }

    @Test
    void growthKeepsContentIndicesMarksAndIdentity() {
        for (int from : new int[] {1, 64, 1000, 40_000, REGION, REGION + 1}) {
            byte[] content = randomBytes(from);
            ByteBuf buf = alloc.directBuffer(from);
            AbstractPooledByteBuf<?> root = NettySuiteAllocator.rootOf(buf);
            Object block = Place.of(root);
            ByteBuf behind = alloc.directBuffer(from); // it cannot grow where it is
            buf.writeBytes(content).readerIndex(from / 2).markReaderIndex().markWriterIndex();

            buf.capacity(4 * from + 100);
            behind.release();

            assertNotEquals(block, Place.of(root), "from=" + from);
            assertEquals(4 * from + 100, buf.capacity());
            assertEquals(from / 2, buf.readerIndex());
            assertEquals(from, buf.writerIndex());
            assertArrayEquals(content, bytesOf(buf, 0, from));
            buf.setIndex(0, from + 50).resetReaderIndex().resetWriterIndex();
            assertEquals(from / 2, buf.readerIndex());
            assertEquals(from, buf.writerIndex());
            assertEquals(1, buf.refCnt());
            assertEquals(4 * from + 100, alloc.stats().requestedBytes());
            assertEquals(1, alloc.stats().outstanding());
            assertTrue(buf.release());
        }
    }

    @Test
    void derivedBuffersFollowTheirBufferToItsNewBlock() {
        ByteBuf buf = alloc.directBuffer(64).writeBytes(randomBytes(64));
        ByteBuf slice = buf.retainedSlice(8, 16);
        ByteBuf duplicate = buf.duplicate();
        buf.ensureWritable(100_000);

        assertEquals(buf.slice(8, 16), slice);
        slice.setLong(0, 0x1122334455667788L);
        assertEquals(0x1122334455667788L, buf.getLong(8));
        buf.setInt(60, 77);
        assertEquals(77, duplicate.getInt(60));
        assertFalse(buf.release());
        assertEquals(0x1122334455667788L, slice.getLong(0));
        assertTrue(slice.release());
        assertEquals(0, buf.refCnt());
    }

    @Test
    void growsInPlaceAsFarAsTheBlockGoes() {
        ByteBuf buf = alloc.directBuffer(33);
        AbstractPooledByteBuf<?> root = NettySuiteAllocator.rootOf(buf);
        Object block = Place.of(root);
        int size = Place.of(root).size();
        assertEquals(size, buf.maxFastWritableBytes());
        buf.capacity(size);
        assertEquals(block, Place.of(root));
        assertEquals(size, alloc.stats().requestedBytes());
        assertEquals(1, alloc.stats().allocations());
        buf.release();
    }

    @Test
    void shrinkingALittleStaysAndShrinkingALotMoves() {
        byte[] content = randomBytes(REGION / 2);
        ByteBuf buf = alloc.directBuffer(REGION / 2).writeBytes(content);
        AbstractPooledByteBuf<?> root = NettySuiteAllocator.rootOf(buf);
        Object block = Place.of(root);

        buf.capacity(REGION / 2 - 1000);
        assertEquals(block, Place.of(root));
        assertEquals(REGION / 2 - 1000, buf.writerIndex());
        assertEquals(REGION / 2 - 1000, alloc.stats().requestedBytes());

        buf.readerIndex(500).capacity(100);
        assertNotEquals(block, Place.of(root));
        assertEquals(100, buf.readerIndex());
        assertEquals(100, buf.writerIndex());
        assertEquals(100, alloc.stats().requestedBytes());
        assertTrue(alloc.stats().usedBytes() < 1000, "used=" + alloc.stats().usedBytes());
        for (int i = 0; i < 100; i++) {
            assertEquals(content[i], buf.getByte(i));
        }

        Object small = Place.of(root);
        buf.capacity(0);
        assertEquals(small, Place.of(root), "a few bytes are not worth a move");
        buf.release();
    }

    @Test
    void shrinkingNeedsNoMemory() {
        try (AshlarByteBufAllocator tight = tight()) {
            ByteBuf all = tight.directBuffer(64 << 10).writeBytes(randomBytes(64 << 10));
            all.capacity(10);
            assertEquals(10, all.capacity());
            assertArrayEquals(bytesOf(all, 0, 10), Arrays.copyOf(randomBytes(64 << 10), 10));
            assertEquals(10, tight.stats().requestedBytes());
            all.capacity(64 << 10);
            assertEquals(1, tight.stats().outstanding());
            all.release();
        }
    }

    /** One region, which one buffer of 64 KiB fills. */
    private static AshlarByteBufAllocator tight() {
        return AshlarByteBufAllocator.builder()
                .name("tight")
                .regionSize(64 << 10)
                .limit(64 << 10)
                .build();
    }

    @Test
    void growthBeyondTheLimitIsAClearErrorAndLeavesTheBufferAsItWas() {
        byte[] content = randomBytes(1000);
        ByteBuf buf = alloc.directBuffer(1000).writeBytes(content).readerIndex(10);
        Object block = Place.of(NettySuiteAllocator.rootOf(buf));
        for (int tooMuch : new int[] {9 * REGION, Integer.MAX_VALUE}) {
            OutOfPoolMemoryError error = assertThrows(OutOfPoolMemoryError.class, () -> buf.capacity(tooMuch));
            assertTrue(error.getMessage().contains("buffer-test"), error.getMessage());
            assertTrue(error.getMessage().contains("" + tooMuch), error.getMessage());
            assertTrue(error.getMessage().contains("limit=" + 8 * REGION), error.getMessage());
            assertEquals(
                    AllocationException.Reason.SOURCE_EXHAUSTED,
                    error.getCause().reason());
            assertEquals(block, Place.of(NettySuiteAllocator.rootOf(buf)));
            assertEquals(1000, buf.capacity());
            assertEquals(10, buf.readerIndex());
            assertEquals(1000, buf.writerIndex());
            assertArrayEquals(content, bytesOf(buf, 0, 1000));
            assertEquals(1000, alloc.stats().requestedBytes());
        }
        assertThrows(OutOfPoolMemoryError.class, () -> buf.ensureWritable(9 * REGION));
        buf.capacity(5000).release();
    }

    @Test
    void aNewBufferHasNothingOfTheOneBefore() {
        ByteBuf first = alloc.directBuffer(100, 200);
        AbstractPooledByteBuf<?> root = NettySuiteAllocator.rootOf(first);
        first.writeZero(50).readerIndex(20).markReaderIndex().markWriterIndex().retain(5);
        first.release(6);

        ByteBuf second = alloc.directBuffer(97, 1000);
        assertSame(root, NettySuiteAllocator.rootOf(second), "the view is used again");
        assertEquals(97, second.capacity());
        assertEquals(1000, second.maxCapacity());
        assertEquals(0, second.readerIndex());
        assertEquals(0, second.writerIndex());
        assertEquals(1, second.refCnt());
        second.writeZero(60).readerIndex(30).resetReaderIndex();
        assertEquals(0, second.readerIndex());
        second.resetWriterIndex();
        assertEquals(0, second.writerIndex());
        second.release();
    }

    @Test
    void buffersDoNotOverlap() {
        ByteBuf[] bufs = new ByteBuf[200];
        for (int i = 0; i < bufs.length; i++) {
            bufs[i] = alloc.directBuffer(1 + i * 7);
            bufs[i].writeBytes(new byte[1 + i * 7]);
        }
        for (int i = 0; i < bufs.length; i++) {
            for (int j = 0; j < bufs[i].capacity(); j++) {
                assertEquals(0, bufs[i].getByte(j));
                bufs[i].setByte(j, i);
            }
        }
        for (int i = 0; i < bufs.length; i++) {
            for (int j = 0; j < bufs[i].capacity(); j++) {
                assertEquals((byte) i, bufs[i].getByte(j));
            }
            bufs[i].release();
        }
    }

    @Test
    void aReleasedBufferRefusesEverything() {
        for (int size : new int[] {100, 100_000, 2 * REGION}) {
            ByteBuf buf = alloc.directBuffer(size).writeZero(100);
            AbstractPooledByteBuf<?> root = NettySuiteAllocator.rootOf(buf);
            assertTrue(buf.release());
            assertEquals(0, root.refCnt());
            assertThrows(IllegalReferenceCountException.class, root::release, "a second release");
            assertThrows(IllegalReferenceCountException.class, root::retain);
            assertThrows(IllegalReferenceCountException.class, () -> root.getByte(0));
            assertThrows(IllegalReferenceCountException.class, () -> root.setLong(0, 1));
            assertThrows(IllegalReferenceCountException.class, root::readInt);
            assertThrows(IllegalReferenceCountException.class, () -> root.writeInt(1));
            assertThrows(IllegalReferenceCountException.class, () -> root.capacity(size + 1));
            assertThrows(IllegalReferenceCountException.class, () -> root.nioBuffer(0, 1));
            assertThrows(IllegalReferenceCountException.class, () -> root.internalNioBuffer(0, 1));
            assertThrows(IllegalReferenceCountException.class, () -> root.copy(0, 1));
            assertThrows(IllegalReferenceCountException.class, root::slice);
            assertThrows(IllegalReferenceCountException.class, root::duplicate);
            assertThrows(IllegalReferenceCountException.class, root::memoryAddress);
            assertThrows(IllegalReferenceCountException.class, () -> root.getBytes(0, new byte[1]));
            assertThrows(IllegalReferenceCountException.class, () -> root.setBytes(0, new byte[1]));
            assertEquals("AshlarByteBuf(freed)", root.toString());
            assertEquals(0, alloc.stats().outstanding(), "none of it was taken for another release");
        }
    }

    @Test
    void aStaleAccessToALargeBlockIsAnExceptionEvenWithoutNettysChecks() {
        ByteBuf buf = alloc.directBuffer(2 * REGION);
        AshlarByteBuf root = (AshlarByteBuf) NettySuiteAllocator.rootOf(buf);
        buf.release();
        // What Netty calls after its checks, or at once if io.netty.buffer.checkAccessible is false.
        assertThrows(IllegalReferenceCountException.class, () -> root._getByte(0));
        assertThrows(IllegalReferenceCountException.class, () -> root._setLong(0, 1));
        assertFalse(root.hasMemoryAddress());
    }

    @Test
    void releaseOnAnotherThread() throws InterruptedException {
        for (int size : new int[] {100, 100_000, 2 * REGION}) {
            ByteBuf buf = alloc.directBuffer(size).writeInt(42);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread other = new Thread(() -> {
                try {
                    assertEquals(42, buf.readInt());
                    assertTrue(buf.release());
                } catch (Throwable e) {
                    failure.set(e);
                }
            });
            other.start();
            other.join();
            assertEquals(null, failure.get());
            assertEquals(0, alloc.stats().outstanding());
        }
    }

    @Test
    void addressesAgreeWithNioBuffers() throws ReflectiveOperationException {
        for (int size : new int[] {100, 100_000, 2 * REGION}) {
            ByteBuf buf = alloc.directBuffer(size);
            assertTrue(buf.hasMemoryAddress(), "with and without Unsafe");
            assertEquals(buf.memoryAddress() + 3, addressOf(buf.nioBuffer(3, 10)));
            assertEquals(buf.memoryAddress() + 5, buf.slice(5, 10).memoryAddress());
            buf.capacity(size * 3);
            assertEquals(buf.memoryAddress() + 3, addressOf(buf.nioBuffer(3, 10)));
            if (PlatformDependent.hasUnsafe()) {
                PlatformDependent.putByte(buf.memoryAddress() + 7, (byte) 99);
                assertEquals(99, buf.getByte(7));
            }
            buf.release();
        }
    }

    private static long addressOf(ByteBuffer buffer) throws ReflectiveOperationException {
        if (Runtime.version().feature() >= 22) {
            Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
            Object of = segment.getMethod("ofBuffer", Buffer.class).invoke(null, buffer);
            return (long) segment.getMethod("address").invoke(of);
        }
        assumeTrue(PlatformDependent.hasUnsafe(), "there is no way to learn a buffer's address");
        return PlatformDependent.directBufferAddress(buffer);
    }

    @Test
    void nioBuffersShowTheBufferAndNoMore() {
        ByteBuf buf = alloc.directBuffer(100).writeBytes(randomBytes(100));
        ByteBuffer nio = buf.nioBuffer(10, 20);
        assertEquals(20, nio.capacity());
        assertEquals(ByteOrder.BIG_ENDIAN, nio.order());
        nio.putInt(0, 0x01020304);
        assertEquals(0x01020304, buf.getInt(10));
        ByteBuffer internal = buf.internalNioBuffer(10, 20);
        assertEquals(20, internal.remaining());
        assertEquals(0x01020304, internal.getInt());
        assertSame(internal, buf.internalNioBuffer(0, 100), "one per view");
        buf.release();
    }

    @Test
    void aBufferOnArraysWorksWithoutAddress() {
        try (AshlarByteBufAllocator onHeap = AshlarByteBufAllocator.builder()
                .name("arrays")
                .source(MemorySource.heap())
                .limit(4 << 20)
                .regionSize(1 << 20)
                .build()) {
            ByteBuf buf = onHeap.directBuffer(100).writeBytes(randomBytes(100));
            assertFalse(buf.hasMemoryAddress());
            assertThrows(UnsupportedOperationException.class, buf::memoryAddress);
            assertFalse(buf.isDirect());
            buf.capacity(50_000);
            assertArrayEquals(randomBytes(100), bytesOf(buf, 0, 100));
            buf.release();
            assertEquals(0, onHeap.stats().outstanding());
        }
    }

    @Test
    void copyIsIndependentAndFromTheSameAllocator() {
        ByteBuf buf = alloc.directBuffer(100, 300).writeBytes(randomBytes(100));
        ByteBuf copy = buf.copy(10, 50);
        buf.setZero(0, 100);
        assertArrayEquals(Arrays.copyOfRange(randomBytes(100), 10, 60), bytesOf(copy, 0, 50));
        assertSame(alloc, copy.alloc());
        assertEquals(300, copy.maxCapacity());
        assertEquals(2, alloc.stats().outstanding());
        buf.release();
        copy.release();
    }
}
