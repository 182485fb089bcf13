// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Random allocations, growths, shrinkings and releases against a model: no two live buffers are the same object, have
 * the same block or overlap; content, indices and the allocator's figures are what they should be.
 */
class BufferModelTest {

    private static final int OPERATIONS = 20_000;
    private static final int REGION = 1 << 18;

    private final long seed = Seed.of(BufferModelTest.class);
    private final Random random = new Random(seed);
    private final AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder()
            .name("model-test")
            .regionSize(REGION)
            .limit(24L * REGION)
            .build();
    private final List<Live> live = new ArrayList<>();
    private long refused;

    /** A live buffer, and the seed of the bytes that it holds. */
    private static final class Live {

        private final ByteBuf buf;
        private final long pattern;
        private int written;

        Live(ByteBuf buf, long pattern) {
            this.buf = buf;
            this.pattern = pattern;
        }

        byte[] bytes(int from, int to) {
            byte[] bytes = new byte[to - from];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) ((pattern + from + i) * 0x9E3779B97F4A7C15L >>> 56);
            }
            return bytes;
        }
    }

    @Test
    void onAPlainThread() {
        run();
    }

    @Test
    void onAnEventLoop() throws Exception {
        DefaultEventExecutorGroup group = new DefaultEventExecutorGroup(1);
        group.submit(this::run).get();
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        assertEquals(0, alloc.stats().ownedShards());
    }

    private void run() {
        for (int i = 0; i < OPERATIONS; i++) {
            int what = random.nextInt(100);
            if (live.isEmpty() || (what < 35 && live.size() < 200)) {
                allocate();
            } else if (what < 55) {
                resize(live.get(random.nextInt(live.size())));
            } else if (what < 65) {
                append(live.get(random.nextInt(live.size())));
            } else if (what < 70) {
                verify(live.get(random.nextInt(live.size())));
            } else {
                release(live.remove(random.nextInt(live.size())));
            }
            if (i % 1000 == 0) {
                verifyAll();
            }
        }
        verifyAll();
        while (!live.isEmpty()) {
            release(live.remove(live.size() - 1));
        }
        verifyAll();
        assertTrue(refused < OPERATIONS / 10, "refused=" + refused + " of " + OPERATIONS + context());
        alloc.close();
        assertEquals(0, alloc.stats().reservedBytes(), context());
    }

    private String context() {
        return " (seed=" + seed + ", " + alloc + ")";
    }

    private int size() {
        return switch (random.nextInt(20)) {
            case 0 -> 0;
            case 1 -> random.nextInt(2 * REGION);
            case 2, 3, 4 -> random.nextInt(40_000);
            default -> random.nextInt(2000);
        };
    }

    private void allocate() {
        int size = size();
        try {
            Live one = new Live(alloc.directBuffer(size), random.nextLong());
            assertEquals(0, one.buf.readerIndex() + one.buf.writerIndex(), context());
            live.add(one);
            write(one, size);
        } catch (OutOfPoolMemoryError e) {
            refused++;
        }
    }

    private void write(Live one, int upTo) {
        one.buf.writerIndex(one.written).writeBytes(one.bytes(one.written, upTo));
        one.written = upTo;
    }

    private void resize(Live one) {
        int size = size();
        int before = one.buf.capacity();
        try {
            one.buf.capacity(size);
            one.written = Math.min(one.written, size);
        } catch (OutOfPoolMemoryError e) {
            refused++;
            assertTrue(size > before, "shrinking needs no memory" + context());
            assertEquals(before, one.buf.capacity(), context());
        }
        assertEquals(one.written, one.buf.writerIndex(), context());
        verify(one);
    }

    private void append(Live one) {
        int more = random.nextInt(500);
        try {
            one.buf.ensureWritable(more);
            write(one, one.written + more);
        } catch (OutOfPoolMemoryError e) {
            refused++;
        }
    }

    private void verify(Live one) {
        byte[] found = new byte[one.written];
        one.buf.getBytes(0, found);
        assertArrayEquals(one.bytes(0, one.written), found, () -> one.buf + context());
    }

    private void release(Live one) {
        verify(one);
        assertTrue(one.buf.release(), context());
    }

    private void verifyAll() {
        long requested = 0;
        Map<Object, Live> views = new IdentityHashMap<>();
        Set<Object> blocks = new HashSet<>();
        TreeMap<Long, Long> ends = new TreeMap<>();
        for (Live one : live) {
            AbstractPooledByteBuf<?> root = NettySuiteAllocator.rootOf(one.buf);
            assertTrue(views.put(root, one) == null, "one view for two buffers" + context());
            assertTrue(blocks.add(Place.of(root)), "one block for two buffers" + context());
            assertTrue(Place.of(root).size() >= one.buf.capacity(), context());
            assertEquals(Place.of(root).size() - one.written, one.buf.maxFastWritableBytes(), context());
            long start = one.buf.memoryAddress();
            assertEquals(Place.of(root).address(), start, context());
            ends.put(start, start + Place.of(root).size());
            requested += one.buf.capacity();
            verify(one);
        }
        long last = 0;
        for (Map.Entry<Long, Long> block : ends.entrySet()) {
            assertTrue(block.getKey() >= last, "two blocks overlap" + context());
            last = block.getValue();
        }
        assertEquals(live.size(), ends.size(), context());
        assertEquals(live.size(), alloc.stats().outstanding(), context());
        assertEquals(requested, alloc.stats().requestedBytes(), context());
    }
}
