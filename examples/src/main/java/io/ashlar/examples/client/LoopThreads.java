// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.client;

import com.sun.management.ThreadMXBean;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Makes the threads of an event loop group and remembers them, so that what they allocate can be told apart. */
public final class LoopThreads extends DefaultThreadFactory {

    /** Event loops per group: half of the processors for the server, as many for the client that loads it. */
    public static final int COUNT = Math.max(1, Math.min(8, Runtime.getRuntime().availableProcessors() / 2));

    /** What {@link #allocatedBytes()} returns on a JVM that does not count. */
    public static final long UNKNOWN = -1;

    // Synchronization: written by whoever starts the group's threads, read by the thread that measures.
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    /**
     * Makes a factory.
     *
     * @param name what the threads are called
     */
    public LoopThreads(String name) {
        super(name);
    }

    @Override
    public Thread newThread(Runnable task) {
        Thread thread = super.newThread(task);
        threads.add(thread);
        return thread;
    }

    /**
     * Bytes of Java heap that these threads allocated since they started.
     *
     * @return bytes, or {@link #UNKNOWN}
     */
    public long allocatedBytes() {
        if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean bean)
                || !bean.isThreadAllocatedMemorySupported()
                || !bean.isThreadAllocatedMemoryEnabled()) {
            return UNKNOWN;
        }
        long sum = 0;
        for (Thread thread : threads) {
            sum += Math.max(0, bean.getThreadAllocatedBytes(thread.getId()));
        }
        return sum;
    }

    /** Waits until the threads have ended, 5 seconds for each at the most. */
    public void join() {
        boolean interrupted = Thread.interrupted();
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(5));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
