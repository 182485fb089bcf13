// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bulk transfers between our buffers and whatever else holds bytes. */
class ByteBufTransferTest {

    private static final int LENGTH = 40_000;

    private final AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder()
            .name("transfer-test")
            .regionSize(1 << 20)
            .limit(16 << 20)
            .build();
    private final byte[] content = new byte[LENGTH];

    ByteBufTransferTest() {
        new Random(1).nextBytes(content);
    }

    @AfterEach
    void nothingIsLeft() {
        assertEquals(0, alloc.stats().outstanding());
        alloc.close();
    }

    private ByteBuf filled() {
        return alloc.directBuffer(LENGTH).writeBytes(content);
    }

    /** One of each kind of buffer, of capacity LENGTH, ours and others'. Released by the caller. */
    @SuppressWarnings("deprecation")
    private Map<String, ByteBuf> oneOfEachKind() {
        Map<String, ByteBuf> kinds = new LinkedHashMap<>();
        kinds.put("ours", alloc.directBuffer(LENGTH));
        kinds.put("bare", alloc.direct().allocate(LENGTH).handOut(LENGTH, LENGTH));
        kinds.put("our heap", alloc.heapBuffer(LENGTH));
        kinds.put("slice of ours", ownedSlice(alloc.directBuffer(LENGTH + 20)));
        kinds.put("duplicate of ours", alloc.directBuffer(LENGTH).duplicate());
        kinds.put("little-endian", alloc.directBuffer(LENGTH).order(ByteOrder.LITTLE_ENDIAN));
        kinds.put(
                "composite",
                alloc.compositeDirectBuffer()
                        .addComponent(true, alloc.directBuffer(LENGTH / 2).writeZero(LENGTH / 2))
                        .addComponent(true, Unpooled.directBuffer(LENGTH / 2).writeZero(LENGTH / 2)));
        kinds.put("unpooled direct", Unpooled.directBuffer(LENGTH));
        kinds.put("pooled direct", PooledByteBufAllocator.DEFAULT.directBuffer(LENGTH));
        kinds.put("wrapped nio", Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(LENGTH)));
        return kinds;
    }

    private static ByteBuf ownedSlice(ByteBuf buf) {
        return buf.slice(10, LENGTH);
    }

    @Test
    void toAndFromEveryKindOfBuffer() {
        ByteBuf ours = filled();
        oneOfEachKind().forEach((kind, other) -> {
            ours.getBytes(100, other, 7, LENGTH - 200);
            for (int i = 0; i < LENGTH - 200; i++) {
                assertEquals(content[100 + i], other.getByte(7 + i), kind);
            }
            ByteBuf back = alloc.directBuffer(LENGTH).writeZero(LENGTH);
            back.setBytes(33, other, 7, LENGTH - 200);
            for (int i = 0; i < LENGTH - 200; i++) {
                assertEquals(content[100 + i], back.getByte(33 + i), kind);
            }
            assertEquals(0, back.getByte(32), kind);
            assertEquals(0, back.getByte(33 + LENGTH - 200), kind);
            assertThrows(IndexOutOfBoundsException.class, () -> back.setBytes(1, other, 1, LENGTH), kind);
            assertThrows(IndexOutOfBoundsException.class, () -> back.getBytes(1, other, 1, LENGTH), kind);
            back.release();
            other.release();
        });
        ours.release();
    }

    @Test
    void overlappingRangesOfOneBuffer() {
        ByteBuf buf = filled();
        buf.setBytes(0, buf, 1000, LENGTH - 1000);
        for (int i = 0; i < LENGTH - 1000; i++) {
            assertEquals(content[1000 + i], buf.getByte(i));
        }
        buf.setBytes(0, content).getBytes(0, buf, 1000, LENGTH - 1000);
        for (int i = 0; i < LENGTH - 1000; i++) {
            assertEquals(content[i], buf.getByte(1000 + i));
        }
        buf.release();
    }

    @Test
    void nioBuffersDirectAndHeapAndReadOnly() {
        ByteBuf buf = filled();
        for (ByteBuffer nio : new ByteBuffer[] {ByteBuffer.allocate(500), ByteBuffer.allocateDirect(500)}) {
            nio.position(100).limit(400);
            buf.getBytes(11, nio);
            assertEquals(400, nio.position());
            for (int i = 0; i < 300; i++) {
                assertEquals(content[11 + i], nio.get(100 + i));
            }
            nio.position(100);
            ByteBuf back = alloc.directBuffer(400).writeZero(400);
            back.setBytes(50, nio.asReadOnlyBuffer());
            for (int i = 0; i < 300; i++) {
                assertEquals(content[11 + i], back.getByte(50 + i));
            }
            back.setBytes(0, nio);
            assertEquals(0, nio.remaining());
            back.release();
            nio.position(100);
            assertThrows(ReadOnlyBufferException.class, () -> buf.getBytes(0, nio.asReadOnlyBuffer()));
        }
        ByteBuffer own = buf.internalNioBuffer(0, 100);
        buf.setBytes(200, own);
        assertEquals(0, own.remaining());
        assertEquals(content[5], buf.getByte(205));
        buf.release();
    }

    @Test
    void files(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("content");
        ByteBuf buf = filled();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            assertEquals(LENGTH - 10, buf.getBytes(10, channel, 5, LENGTH - 10));
            assertEquals(0, buf.readerIndex());
            assertEquals(100, buf.readBytes(channel, 0, 100));
            assertEquals(100, buf.readerIndex());
            assertEquals(0, channel.position());

            ByteBuf back = alloc.directBuffer(LENGTH);
            assertEquals(100, back.writeBytes(channel, 0, 100));
            assertEquals(LENGTH - 105, back.setBytes(100, channel, 100, LENGTH - 100));
            back.writerIndex(LENGTH - 5);
            for (int i = 0; i < 100; i++) {
                assertEquals(content[i], back.getByte(i));
            }
            for (int i = 100; i < LENGTH - 5; i++) {
                assertEquals(content[i + 5], back.getByte(i));
            }
            assertEquals(-1, back.setBytes(0, channel, LENGTH, 10), "behind the end");
            back.release();
        }
        FileChannel closed = FileChannel.open(file);
        closed.close();
        assertEquals(-1, buf.setBytes(0, closed, 0, 10));
        buf.release();
    }

    @Test
    void pipes() throws IOException {
        Pipe pipe = Pipe.open();
        ByteBuf buf = filled();
        ByteBuf back = alloc.directBuffer(16, LENGTH);
        for (int done = 0; done < LENGTH; ) {
            int n = Math.min(1000, LENGTH - done);
            int written =
                    done % 2000 == 0 ? buf.readBytes(pipe.sink(), n) : skip(buf, buf.getBytes(done, pipe.sink(), n));
            for (int read = 0; read < written; ) {
                read += back.writeBytes(pipe.source(), written - read);
            }
            done += written;
        }
        assertEquals(buf.readerIndex(), LENGTH);
        assertEquals(Unpooled.wrappedBuffer(content), back);
        assertEquals(0, buf.getBytes(0, pipe.sink(), 0));
        pipe.sink().close();
        assertEquals(-1, back.setBytes(0, pipe.source(), 10), "the end");
        pipe.source().close();
        assertEquals(-1, back.setBytes(0, pipe.source(), 10), "closed");
        buf.release();
        back.release();
    }

    private static int skip(ByteBuf buf, int n) {
        buf.skipBytes(n);
        return n;
    }

    @Test
    void outputStreams() throws IOException {
        ByteBuf buf = filled();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        buf.getBytes(0, out, LENGTH);
        assertArrayEquals(content, out.toByteArray());
        out.reset();
        buf.readerIndex(3).readBytes(out, LENGTH - 3);
        assertEquals(LENGTH - 3, out.size());
        assertEquals(LENGTH, buf.readerIndex());
        buf.getBytes(5, out, 0);
        assertEquals(LENGTH - 3, out.size());
        buf.release();
    }

    @Test
    void inputStreams() throws IOException {
        ByteBuf buf = alloc.directBuffer(LENGTH);
        assertEquals(LENGTH, buf.writeBytes(new ByteArrayInputStream(content), LENGTH));
        assertEquals(Unpooled.wrappedBuffer(content), buf);
        assertEquals(-1, buf.setBytes(0, InputStream.nullInputStream(), 10));
        assertEquals(0, buf.setBytes(0, new ByteArrayInputStream(content), 0));
        buf.release();
    }

    @Test
    void anInputStreamIsNotReadAgainWhenItCouldBlock() throws IOException {
        // Delivers the first 8192 bytes, as a socket with one full packet; then a read would block.
        InputStream packet = new InputStream() {
            private int reads;

            @Override
            public int read() {
                throw new AssertionError("byte by byte");
            }

            @Override
            public int read(byte[] b, int off, int len) {
                assertEquals(0, reads++, "a read that would block");
                System.arraycopy(content, 0, b, off, len);
                return len;
            }
        };
        ByteBuf buf = alloc.directBuffer(LENGTH);
        int n = buf.writeBytes(packet, LENGTH);
        assertEquals(n, buf.writerIndex());
        assertEquals(Unpooled.wrappedBuffer(content, 0, n), buf);
        buf.release();
    }

    /** As Netty's own buffers: a caller may rely on it, though the contract does not promise it. */
    @Test
    void anInputStreamIsAskedForAllAtOnce() throws IOException {
        InputStream knowsNotWhatIsThere = new InputStream() {
            private final InputStream bytes = new ByteArrayInputStream(content);

            @Override
            public int read() throws IOException {
                return bytes.read();
            }
        };
        ByteBuf buf = alloc.directBuffer(LENGTH);
        assertEquals(LENGTH, buf.writeBytes(knowsNotWhatIsThere, LENGTH));
        assertEquals(Unpooled.wrappedBuffer(content), buf);
        buf.release();
    }

    @Test
    void nothingFitsIntoAReadOnlyBufferWithoutRoom() {
        ByteBuf buf = filled();
        buf.getBytes(0, ByteBuffer.allocateDirect(0).asReadOnlyBuffer());
        buf.release();
    }

    @Test
    void arrays() {
        ByteBuf buf = filled();
        byte[] copy = new byte[LENGTH];
        assertSame(buf, buf.getBytes(0, copy));
        assertArrayEquals(content, copy);
        assertThrows(IndexOutOfBoundsException.class, () -> buf.getBytes(1, copy));
        assertThrows(IndexOutOfBoundsException.class, () -> buf.setBytes(1, copy));
        assertThrows(IndexOutOfBoundsException.class, () -> buf.getBytes(0, copy, 1, LENGTH));
        buf.release();
    }
}
