// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.MemorySource;
import io.ashlar.message.ObjectPool;
import io.ashlar.message.Schema;
import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages as buffers, and pools on event loops. */
class MessagesTest {

    private final ObjectPool<Tick> pool =
            Messages.poolBuilder(Tick.SCHEMA, Tick::new).name("ticks").build();

    @AfterEach
    void everythingCameBack() {
        assertEquals(0, pool.stats().outstanding());
        pool.close();
        assertEquals(0, pool.stats().memory().reservedBytes());
    }

    @Test
    void aMessageIsABufferOfItsBytes() throws Exception {
        Tick tick = pool.acquire().fill(0x0102030405060708L);
        ByteBuf buf = Messages.asByteBuf(tick);
        assertEquals(13, buf.readableBytes());
        assertEquals(13, buf.capacity());
        assertEquals(13, buf.maxCapacity());
        assertTrue(buf.isDirect());
        assertEquals(0x0102030405060708L, buf.getLongLE(0));
        assertEquals(1, buf.refCnt());
        buf.setLongLE(0, 5);
        assertEquals(5, tick.number());
        tick.fill(6);
        assertEquals(6, buf.nioBuffer().get(0));
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        buf.readBytes(copy, 13);
        assertEquals(6, copy.toByteArray()[0]);
        buf.release();
        assertFalse(tick.isAlive());
    }

    @Test
    void bothAreReleasedTogether() {
        Tick tick = pool.acquire().fill(1);
        ByteBuf buf = Messages.asByteBuf(tick);
        ByteBuf slice = buf.retainedSlice(0, 8);
        assertThrows(IllegalStateException.class, tick::release);
        assertThrows(IllegalStateException.class, () -> Messages.asByteBuf(tick));
        buf.release();
        assertTrue(tick.isAlive());
        assertEquals(1, slice.getLongLE(0));
        assertEquals(1, pool.stats().outstanding());
        slice.release();
        assertFalse(tick.isAlive());
        assertThrows(IllegalReferenceCountException.class, () -> buf.getByte(0));
        assertThrows(IllegalReferenceCountException.class, buf::release);
        assertThrows(IllegalStateException.class, tick::release);
        assertThrows(IllegalStateException.class, () -> Messages.asByteBuf(tick));
    }

    @Test
    void theBufferIsTheSameEachTimeAndAsNew() {
        Tick tick = pool.acquire().fill(1);
        ByteBuf buf = Messages.asByteBuf(tick);
        buf.skipBytes(5).markReaderIndex();
        buf.capacity(10);
        assertEquals(10, buf.writerIndex());
        buf.release();
        Tick again = pool.acquire();
        assertSame(tick, again);
        ByteBuf same = Messages.asByteBuf(again);
        assertSame(unwrapped(buf), unwrapped(same));
        assertEquals(0, same.readerIndex());
        assertEquals(13, same.writerIndex());
        assertEquals(13, same.capacity());
        assertEquals(0, same.getLongLE(0), "zeroed as every message");
        same.release();
    }

    private static ByteBuf unwrapped(ByteBuf buf) {
        return buf.unwrap() == null ? buf : buf.unwrap();
    }

    /** What is longer than a page would move to a smaller block when it shrinks; the message would be gone. */
    @Test
    void aLargeMessageStaysWhereItIs() {
        Schema schema = Schema.builder("Large").bytes("bytes", 16 << 10).build();
        ObjectPool<Tick> large = ObjectPool.builder(schema, Tick::new).build();
        Tick message = large.acquire();
        ByteBuf buf = Messages.asByteBuf(message);
        buf.setByte(3, 9);
        buf.capacity(16);
        assertTrue(message.isAlive());
        assertEquals(9, schema.bytesField("bytes").get(message, 3));
        buf.capacity(16 << 10);
        assertEquals(9, buf.getByte(3));
        assertThrows(IllegalArgumentException.class, () -> buf.capacity((16 << 10) + 1));
        assertThrows(
                IndexOutOfBoundsException.class, () -> buf.writerIndex(16 << 10).writeByte(1));
        buf.release();
        assertFalse(message.isAlive());
        assertEquals(0, large.stats().outstanding());
        large.close();
    }

    @Test
    void memoryOnTheJavaHeapWillDo() {
        ObjectPool<Tick> onHeap = Messages.poolBuilder(Tick.SCHEMA, Tick::new)
                .source(MemorySource.heap())
                .build();
        Tick tick = onHeap.acquire().fill(77);
        ByteBuf buf = Messages.asByteBuf(tick);
        assertFalse(buf.hasMemoryAddress());
        assertEquals(77, buf.getLongLE(0));
        assertEquals(77, buf.nioBuffer().order(Tick.SCHEMA.order()).getLong());
        buf.release();
        assertEquals(0, onHeap.stats().outstanding());
        onHeap.close();
    }

    @Test
    void eachEventLoopHasItsShard() throws Exception {
        DefaultEventExecutorGroup group = new DefaultEventExecutorGroup(2);
        List<Tick> out = new ArrayList<>();
        for (EventExecutor loop : group) {
            loop.submit(() -> {
                        for (int i = 0; i < 1000; i++) {
                            pool.acquire().fill(i).release();
                        }
                        out.add(pool.acquire().fill(5));
                        out.add(pool.tryAcquire().fill(6));
                        out.add(pool.acquire(1, TimeUnit.SECONDS).fill(7));
                        return null;
                    })
                    .get();
        }
        assertEquals(2, pool.stats().memory().ownedShards());
        assertEquals(6, pool.stats().outstanding());
        for (Tick tick : out) {
            assertTrue(tick.isWhole());
            tick.release();
        }
        pool.close();
        for (EventExecutor loop : group) {
            loop.submit(() -> assertNull(pool.tryAcquire())).get();
        }
        assertEquals(0, pool.stats().memory().ownedShards());
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
    }

    @Test
    void aReferenceCountedMessageHasOneReference() {
        Tick tick = pool.acquire();
        assertEquals(1, tick.refCnt());
        assertSame(tick, ReferenceCountUtil.touch(tick, "hint"));
        assertSame(tick, tick.retain(0));
        assertThrows(UnsupportedOperationException.class, tick::retain);
        assertThrows(IllegalArgumentException.class, () -> tick.release(2));
        assertTrue(ReferenceCountUtil.release(tick));
        assertEquals(0, tick.refCnt());
        assertThrows(IllegalStateException.class, () -> tick.release(1));
        Tick lent = pool.acquire();
        ByteBuf buf = Messages.asByteBuf(lent);
        assertEquals(1, lent.refCnt());
        buf.release();
        assertEquals(0, lent.refCnt());
    }

    /** A loop that opens its shard while somebody closes the pool. */
    @Test
    void tryingNeverThrows() throws Exception {
        DefaultEventExecutorGroup group = new DefaultEventExecutorGroup(1);
        EventExecutor loop = group.next();
        for (int round = 0; round < 500; round++) {
            ObjectPool<Tick> raced =
                    Messages.poolBuilder(Tick.SCHEMA, Tick::new).build();
            Future<Tick> tried = loop.submit(() -> raced.tryAcquire());
            raced.close();
            Tick tick = tried.get();
            if (tick != null) {
                tick.release();
            }
            assertEquals(0, raced.stats().outstanding());
        }
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
    }

    /** Its shard retires in a task of its own, and until then has free objects. */
    @Test
    void anEventLoopGetsNothingMoreWhenAPoolOfACapacityIsClosed() throws Exception {
        DefaultEventExecutorGroup group = new DefaultEventExecutorGroup(1);
        ObjectPool<Tick> counted =
                Messages.poolBuilder(Tick.SCHEMA, Tick::new).capacity(2).build();
        group.submit(() -> {
                    Tick kept = counted.acquire();
                    counted.acquire().release();
                    Thread closing = new Thread(counted::close);
                    closing.start();
                    closing.join();
                    for (int i = 0; i < 3; i++) {
                        assertThrows(IllegalStateException.class, counted::acquire);
                        assertThrows(IllegalStateException.class, () -> counted.acquire(1, TimeUnit.SECONDS));
                        assertNull(counted.tryAcquire());
                    }
                    kept.release();
                    return null;
                })
                .get();
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        assertEquals(0, counted.stats().outstanding());
    }
}
