// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.internal.InternalThreadLocalMap;
import java.lang.ref.WeakReference;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which threads own a shard, from when until when. */
class EventLoopShardsTest {

    private final ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();
    private final AshlarByteBufAllocator alloc = newAllocator();

    private static AshlarByteBufAllocator newAllocator() {
        return AshlarByteBufAllocator.builder()
                .name("shards-test")
                .regionSize(1 << 20)
                .limit(8 << 20)
                .build();
    }

    @AfterEach
    void nothingIsLeft() {
        ResourceLeakDetector.setLevel(levelBefore);
        alloc.close();
        assertEquals(0, alloc.stats().outstanding());
        assertEquals(0, alloc.stats().reservedBytes());
    }

    private static void useAllocator(AshlarByteBufAllocator alloc) {
        ByteBuf buf = alloc.directBuffer(100).writeZero(100);
        buf.capacity(5000).release();
    }

    private static void stop(DefaultEventExecutorGroup group) {
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static <T> T onThread(Callable<T> what, Function<Runnable, Thread> newThread) throws Exception {
        FutureTask<T> task = new FutureTask<>(what);
        Thread thread = newThread.apply(task);
        thread.start();
        thread.join();
        return task.get();
    }

    @Test
    void eachEventLoopOwnsOneShardUntilItsGroupIsShutDown() {
        DefaultEventExecutorGroup group = new DefaultEventExecutorGroup(3);
        for (int round = 0; round < 3; round++) {
            for (EventExecutor loop : group) {
                loop.submit(() -> useAllocator(alloc)).syncUninterruptibly();
            }
        }
        assertEquals(3, alloc.stats().ownedShards());
        stop(group);
        assertEquals(0, alloc.stats().ownedShards());
    }

    @Test
    void buffersOutliveTheEventLoopTheyCameFrom() throws Exception {
        DefaultEventExecutorGroup group = new DefaultEventExecutorGroup(1);
        ByteBuf buf = group.submit(() -> alloc.directBuffer(100).writeLong(42)).get();
        stop(group);
        assertEquals(0, alloc.stats().ownedShards());
        assertEquals(1, alloc.stats().outstanding());
        assertEquals(42, buf.readLong());
        buf.writeZero(5000).release();
    }

    @Test
    void closingRetiresTheShardsOfLivingEventLoops() throws Exception {
        DefaultEventExecutorGroup group = new DefaultEventExecutorGroup(2);
        for (EventExecutor loop : group) {
            loop.submit(() -> useAllocator(alloc)).syncUninterruptibly();
        }
        group.next().submit(() -> alloc.close()).get(); // one by its own thread, one from outside
        for (EventExecutor loop : group) {
            loop.submit(() -> {}).get();
        }
        assertEquals(0, alloc.stats().ownedShards());
        assertEquals(0, alloc.stats().reservedBytes());
        stop(group);
    }

    @Test
    void aClosedAllocatorIsNotKeptAliveByEventLoops() throws Exception {
        DefaultEventExecutorGroup group = new DefaultEventExecutorGroup(1);
        WeakReference<AshlarByteBufAllocator> closed = usedAndClosed(group);
        for (int i = 0; i < 500 && closed.get() != null; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertNull(closed.get(), "still reachable while the event loop lives");
        stop(group);
    }

    private static WeakReference<AshlarByteBufAllocator> usedAndClosed(DefaultEventExecutorGroup group)
            throws Exception {
        AshlarByteBufAllocator one = newAllocator();
        group.submit(() -> useAllocator(one)).get();
        one.close();
        group.submit(() -> {}).get(); // the loop has got to the task that close() left it
        return new WeakReference<>(one);
    }

    @Test
    void plainThreadsGetNoShardAndNoThreadLocal() throws Exception {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); // its records are not ours
        Object map = onThread(
                () -> {
                    useAllocator(alloc);
                    return InternalThreadLocalMap.getIfSet();
                },
                Thread::new);
        assertNull(map);
        assertEquals(0, alloc.stats().ownedShards());
        assertEquals(2, alloc.stats().allocations());
    }

    @Test
    void virtualThreadsGetNoShardAndNoThreadLocal() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "there are no virtual threads");
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
        var unstarted = Class.forName("java.lang.Thread$Builder").getMethod("unstarted", Runnable.class);
        Object map = onThread(
                () -> {
                    useAllocator(alloc);
                    return InternalThreadLocalMap.getIfSet();
                },
                task -> {
                    try {
                        return (Thread) unstarted.invoke(builder, task);
                    } catch (ReflectiveOperationException e) {
                        throw new AssertionError(e);
                    }
                });
        assertNull(map);
        assertEquals(0, alloc.stats().ownedShards());
        assertEquals(2, alloc.stats().allocations());
    }

    @Test
    void aFastThreadLocalThreadWithoutExecutorGetsNoShard() throws Exception {
        onThread(
                () -> {
                    useAllocator(alloc);
                    return null;
                },
                FastThreadLocalThread::new);
        assertEquals(0, alloc.stats().ownedShards());
    }

    @Test
    void aFastThreadLocalThreadThatDoesNotCleanUpGetsNoShard() throws Exception {
        Executor threads = command -> new FastThreadLocalThread() {
            @Override
            public void run() { // a target would be wrapped, and would clean up
                command.run();
            }
        }.start();
        DefaultEventExecutor executor = new DefaultEventExecutor(threads);
        assertEquals(0, (int) executor.submit(() -> {
                    useAllocator(alloc);
                    return alloc.stats().ownedShards();
                })
                .get());
        executor.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void anEventLoopOnAThreadOfAnotherKindGetsNoShard() throws Exception {
        Executor threads = command -> new Thread(() -> FastThreadLocalThread.runWithFastThreadLocal(command)).start();
        DefaultEventExecutor executor = new DefaultEventExecutor(threads);
        executor.submit(() -> useAllocator(alloc)).get();
        assertEquals(0, alloc.stats().ownedShards(), "it has no fast access to thread-locals");
        executor.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void aThreadThatStartsToRunAnEventLoopLaterGetsAShardThenAndLosesItAfterwards() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor(new DefaultThreadFactory("pool"));
        pool.submit(() -> useAllocator(alloc)).get();
        assertEquals(0, alloc.stats().ownedShards());
        for (int round = 0; round < 2; round++) {
            DefaultEventExecutor loop = new DefaultEventExecutor(pool);
            loop.submit(() -> useAllocator(alloc)).get();
            assertEquals(1, alloc.stats().ownedShards());
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
            pool.submit(() -> useAllocator(alloc)).get();
            assertEquals(0, alloc.stats().ownedShards());
        }
        pool.shutdown();
        assertTrue(pool.awaitTermination(1, TimeUnit.MINUTES));
    }

    @Test
    void twoAllocatorsDoNotShareShards() throws Exception {
        DefaultEventExecutorGroup group = new DefaultEventExecutorGroup(1);
        try (AshlarByteBufAllocator other = newAllocator()) {
            group.submit(() -> {
                        useAllocator(alloc);
                        useAllocator(other);
                    })
                    .get();
            assertEquals(1, alloc.stats().ownedShards());
            assertEquals(1, other.stats().ownedShards());
            assertEquals(2, other.stats().allocations());
        }
        stop(group);
        assertEquals(0, alloc.stats().ownedShards());
    }
}
