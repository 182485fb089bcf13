// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Sixteen threads, four of them event loops, allocate, fill, grow and release buffers where memory is always short. Every buffer has what was
 * written into it, also one that could not grow; each refusal is the documented error; in the end everything can be had again.
 *
 * <p>Run again with {@code -Dashlar.test.seed=...}, longer with {@code -Dashlar.test.seconds=...}.
 */
class LimitStressTest {

    private static final long SEED = Long.getLong("ashlar.test.seed", System.nanoTime());
    private static final int SECONDS = Integer.getInteger("ashlar.test.seconds", 3);
    private static final int LOOPS = 4;
    private static final int PLAIN = 12;
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final int LIMIT = 16 * MIB;

    private static final byte[] DATA = new byte[2 * MIB];

    static {
        new Random(SEED).nextBytes(DATA);
    }

    private final AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder()
            .name("scarce")
            .limit(LIMIT)
            .regionSize(4 * MIB)
            .build();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong grown = new AtomicLong();

    private static final class Held {

        private final ByteBuf buffer;
        private final int first;
        private int written;

        Held(ByteBuf buffer, SplittableRandom random) {
            this.buffer = buffer;
            this.first = random.nextInt(DATA.length / 2);
        }

        /** Writes more, at once: if there is no room nothing is written. */
        void fill(int length) {
            int most = Math.min(length, DATA.length - first - written);
            buffer.writeBytes(DATA, first + written, most);
            written += most;
        }

        void verifyAndRelease() {
            byte[] found = new byte[buffer.readableBytes()];
            buffer.readBytes(found);
            assertEquals(written, found.length);
            assertTrue(Arrays.equals(DATA, first, first + written, found, 0, written), "a byte is not what it was");
            assertTrue(buffer.release());
        }
    }

    @Test
    void sixteenThreadsAtTheLimit() throws Exception {
        System.out.println("LimitStressTest: -Dashlar.test.seed=" + SEED + " -Dashlar.test.seconds=" + SECONDS);
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(LOOPS, Transport.CURRENT.handlers());
        ExecutorService plain = Executors.newFixedThreadPool(PLAIN);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        List<? extends Future<?>> workers = Stream.<Future<?>>concat(
                        IntStream.range(0, LOOPS).mapToObj(i -> loops.next().submit(worker(i, end))),
                        IntStream.range(LOOPS, LOOPS + PLAIN).mapToObj(i -> plain.submit(worker(i, end))))
                .toList();
        for (Future<?> each : workers) {
            each.get();
        }
        System.out.println("refused " + refused + ", grown at the limit " + grown + ", reserved at the most "
                + alloc.stats().peakReservedBytes() + " of " + LIMIT);
        assertTrue(refused.get() > 100, "the limit was hardly met: refused=" + refused);
        assertTrue(alloc.stats().peakReservedBytes() <= LIMIT);
        assertEquals(0, alloc.stats().outstanding());
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        plain.shutdown();
        everythingCanBeHadAgain();
        alloc.close();
        assertEquals(0, alloc.stats().reservedBytes());
    }

    private Callable<Void> worker(int number, long end) {
        SplittableRandom random = new SplittableRandom(SEED + number);
        return () -> {
            List<Held> held = new ArrayList<>();
            while (System.nanoTime() < end) {
                try {
                    if (random.nextInt(4) == 0 && !held.isEmpty()) {
                        held.get(random.nextInt(held.size())).fill(lengthOf(random));
                        grown.incrementAndGet();
                    } else {
                        Held made = new Held(alloc.directBuffer(1 + lengthOf(random)), random);
                        held.add(made);
                        made.fill(made.buffer.capacity());
                    }
                } catch (OutOfPoolMemoryError e) {
                    assertTrue(e.getMessage().contains("pool scarce cannot serve"), e::getMessage);
                    refused.incrementAndGet();
                    for (int i = held.size() / 4; i >= 0 && !held.isEmpty(); i--) {
                        held.remove(random.nextInt(held.size())).verifyAndRelease();
                    }
                }
                if (random.nextInt(3) == 0 && !held.isEmpty()) {
                    held.remove(random.nextInt(held.size())).verifyAndRelease();
                }
            }
            held.forEach(Held::verifyAndRelease);
            return null;
        };
    }

    private static int lengthOf(SplittableRandom random) {
        return random.nextInt(4) == 0 ? random.nextInt(300 * KIB) : random.nextInt(4 * KIB);
    }

    private void everythingCanBeHadAgain() {
        List<ByteBuf> all = new ArrayList<>();
        assertThrows(OutOfPoolMemoryError.class, () -> {
            while (true) {
                all.add(alloc.directBuffer(64 * KIB));
            }
        });
        assertEquals(LIMIT, all.size() * 64L * KIB);
        all.forEach(ByteBuf::release);
    }
}
