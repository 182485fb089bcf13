// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.buffer.ByteBuf;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.IdentityHashMap;
import java.util.Map;

/** Where the buffers of one request were allocated, so that a strict arena can tell where those come from that escape. */
final class AllocationSites {

    private static final int TOLD_AT_MOST = 4;

    private final Map<ByteBuf, Throwable> sites = new IdentityHashMap<>();

    void add(ByteBuf buf) {
        sites.put(buf, new Throwable("a buffer of " + buf.capacity() + " bytes was allocated here"));
    }

    /** Tells about some of those that are still in use. */
    void report(int escaped) {
        InternalLogger log = InternalLoggerFactory.getInstance(RequestArena.class);
        int told = 0;
        for (Map.Entry<ByteBuf, Throwable> entry : sites.entrySet()) {
            if (entry.getKey().refCnt() > 0 && told < TOLD_AT_MOST) {
                told++;
                log.warn(
                        "{} of {} buffers that are still in use at the end of their request: {}",
                        told,
                        escaped,
                        entry.getKey(),
                        entry.getValue());
            }
        }
    }
}
