// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Event loops and plain threads pass buffers to each other. Every buffer carries a pattern that each receiver verifies;
 * receivers grow buffers, pass slices of them on, and release what others have allocated.
 *
 * <p>Bounded by the number of operations of each actor. The random decisions of each actor follow from the seed; how
 * the actors interleave does not.
 */
@Sockets
class HandOverTest {

    private static final int ACTORS = 4;
    private static final int OPERATIONS = 15_000;
    private static final int IN_FLIGHT = 400;
    private static final int STEP = 50;

    private final long seed = Seed.of(HandOverTest.class);
    private final AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder()
            .name("hand-over-test")
            .regionSize(1 << 20)
            .limit(64 << 20)
            .build();
    private final List<Queue<Message>> inboxes = new ArrayList<>();
    // Synchronization: atomics; the first failure stops every actor.
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger actorsAtWork = new AtomicInteger(ACTORS);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final CountDownLatch ended = new CountDownLatch(ACTORS);

    /** Some bytes from {@code from} on, and the seed of what they must be. */
    private record Message(ByteBuf buf, long pattern, int from, int length, boolean slice) {

        byte[] bytes() {
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++) {
                bytes[i] = (byte) ((pattern + from + i) * 0x9E3779B97F4A7C15L >>> 56);
            }
            return bytes;
        }

        void write() {
            byte[] bytes = bytes();
            buf.writeBytes(bytes, 0, length / 2).writeBytes(bytes, length / 2, length - length / 2);
        }

        void verify() {
            byte[] found = new byte[length];
            buf.getBytes(0, found);
            byte[] expected = bytes();
            int wrong = Arrays.mismatch(expected, found);
            if (wrong >= 0) {
                throw new AssertionError(
                        "index=" + wrong + " expected=" + expected[wrong] + " found=" + found[wrong] + " in " + buf);
            }
        }
    }

    /** What one thread does, in steps, so that an event loop can do it too. */
    private final class Actor {

        private final int id;
        private final SplittableRandom random;
        private int left = OPERATIONS;
        private boolean atWork = true;

        Actor(int id) {
            this.id = id;
            this.random = new SplittableRandom(seed + id);
        }

        /** Does some operations; returns false when all actors have ended and nothing is left to receive. */
        boolean step() {
            try {
                for (int i = 0; i < STEP; i++) {
                    receive();
                    if (left > 0 && inFlight.get() < IN_FLIGHT) {
                        left--;
                        send();
                    }
                }
                if (left == 0 && atWork) {
                    atWork = false;
                    actorsAtWork.decrementAndGet();
                }
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            }
            return failure.get() == null && (actorsAtWork.get() > 0 || inFlight.get() > 0);
        }

        private void send() {
            int length = switch (random.nextInt(20)) {
                case 0 -> random.nextInt(200_000);
                case 1, 2, 3 -> random.nextInt(20_000);
                default -> random.nextInt(1500);
            };
            int initial =
                    random.nextBoolean() ? length : random.nextInt(length + 1); // else it grows while being written
            Message message = new Message(alloc.directBuffer(initial), random.nextLong(), 0, length, false);
            message.write();
            pass(message);
        }

        private void pass(Message message) {
            inFlight.incrementAndGet();
            inboxes.get(random.nextInt(ACTORS)).add(message);
        }

        private void receive() {
            Message message = inboxes.get(id).poll();
            if (message == null) {
                return;
            }
            message.verify();
            ByteBuf buf = message.buf();
            switch (random.nextInt(8)) {
                case 0 -> passASlice(message);
                case 1 -> {
                    if (buf.refCnt() == 1 && !message.slice) { // a shared buffer must not move under its readers
                        buf.ensureWritable(random.nextInt(10_000));
                        message.verify();
                    }
                }
                case 2 -> pass(new Message(buf.retain(), message.pattern, message.from, message.length, message.slice));
                case 3 -> copy(message);
                default -> {}
            }
            inFlight.decrementAndGet();
            buf.release();
        }

        private void passASlice(Message message) {
            int from = random.nextInt(message.length + 1);
            int length = random.nextInt(message.length - from + 1);
            ByteBuf slice = message.buf().retainedSlice(from, length);
            pass(new Message(slice, message.pattern, message.from + from, length, true));
        }

        private void copy(Message message) {
            ByteBuf copy = message.buf().copy(0, message.length);
            pass(new Message(copy, message.pattern, message.from, message.length, false));
        }
    }

    private void runOnThread(Actor actor) {
        new Thread(() -> {
                    while (actor.step()) {
                        Thread.onSpinWait();
                    }
                    ended.countDown();
                })
                .start();
    }

    private void runOnLoop(EventLoop loop, Actor actor) {
        loop.execute(() -> {
            if (actor.step()) {
                runOnLoop(loop, actor);
            } else {
                ended.countDown();
            }
        });
    }

    @Test
    void buffersArriveIntactAndAllComeBack() throws Exception {
        for (int i = 0; i < ACTORS; i++) {
            inboxes.add(new ConcurrentLinkedQueue<>());
        }
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(ACTORS / 2, Transport.CURRENT.handlers());
        for (int i = 0; i < ACTORS; i++) {
            if (i % 2 == 0) {
                runOnLoop(group.next(), new Actor(i));
            } else {
                runOnThread(new Actor(i));
            }
        }
        assertTrue(ended.await(5, TimeUnit.MINUTES), "actors still at work: " + actorsAtWork + context());
        if (failure.get() != null) {
            throw new AssertionError("an actor failed" + context(), failure.get());
        }
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        assertNull(failure.get());
        assertTrue(alloc.stats().allocations() >= (long) ACTORS * OPERATIONS, context());
        assertTrue(alloc.stats().remoteFrees() > 0, "somebody released what another shard owns" + context());
        assertEquals(0, alloc.stats().outstanding(), context());
        assertEquals(0, alloc.stats().requestedBytes(), context());
        assertEquals(0, alloc.stats().usedBytes(), context());
        assertEquals(0, alloc.stats().ownedShards(), context());
        alloc.close();
        assertEquals(0, alloc.stats().reservedBytes(), context());
    }

    private String context() {
        return " (seed=" + seed + ", " + alloc + ")";
    }
}
