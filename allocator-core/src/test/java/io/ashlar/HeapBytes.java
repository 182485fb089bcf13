// SPDX-License-Identifier: Apache-2.0
package io.ashlar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** The bytes of Java heap that a thread has ever allocated, as the JVM counts them. */
public final class HeapBytes {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ATTEMPTS = 5;

    private HeapBytes() {}

    /**
     * The count of the calling thread.
     *
     * @return bytes, never falling
     */
    public static long ofThisThread() {
        assertTrue(THREADS.isThreadAllocatedMemoryEnabled(), "this JVM does not count");
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    /**
     * Fails if some work allocates on the Java heap each time. It runs once beforehand, so that what is loaded or linked
     * on first use does not count. The JVM itself now and then allocates on behalf of a thread, while it compiles or
     * links: hence the least of several attempts.
     *
     * @param work what is measured
     */
    public static void assertNoneAllocated(Runnable work) {
        work.run();
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS && least > 0; attempt++) {
            long before = ofThisThread();
            work.run();
            least = Math.min(least, ofThisThread() - before);
        }
        assertEquals(0, least, "bytes on the Java heap");
    }
}
