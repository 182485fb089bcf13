// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ashlar.benchmarks.EventLoopThreads;
import io.netty.util.concurrent.EventExecutorGroup;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All contestants do the same work, and those that are called pools are such. */
class MessagePeerTest {

    private static final long NUMBER = 1L << 40;

    private static long sum(long number) {
        return number + (number + 1) + (number + 2) + ((int) number + 3) + ((int) number + 4);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsRead(MessagePeer peer) throws Exception {
        assumeTrue(peer.isAvailable());
        try (MessageSource<?> messages = peer.create()) {
            writeAndRead(messages);
        }
    }

    private static <M> void writeAndRead(MessageSource<M> messages) throws Exception {
        M one = messages.acquire();
        M other = messages.acquire();
        messages.set(one, NUMBER);
        messages.set(other, -5);
        assertEquals(sum(NUMBER), messages.sum(one));
        assertEquals(sum(-5), messages.sum(other));
        messages.release(one);
        messages.release(other);
    }

    @ParameterizedTest
    @EnumSource(names = {"ASHLAR", "COMMONS_POOL2", "STORMPOT", "NETTY_RECYCLER"})
    void onALoopAPoolHandsOutWhatCameBack(MessagePeer peer) throws Exception {
        EventExecutorGroup loop = new EventLoopThreads(1, "test");
        try (MessageSource<?> messages = peer.create()) {
            int different = loop.submit(() -> different(messages)).get(10, TimeUnit.SECONDS);
            assertTrue(different < 20, different + " objects: even of new ones the recycler keeps every eighth");
        } finally {
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        }
    }

    private static <M> int different(MessageSource<M> messages) throws Exception {
        Set<M> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 100; i++) {
            M next = messages.acquire();
            seen.add(next);
            messages.release(next);
        }
        return seen.size();
    }

    @Test
    void structsStartOverWhenTheSegmentIsUsedUp() throws Exception {
        assumeTrue(MessagePeer.FFM.isAvailable());
        try (MessageSource<?> messages = MessagePeer.FFM.create()) {
            Object last = null;
            for (int i = 0; i < 5_000; i++) {
                Object next = messages.acquire();
                assertNotSame(last, next);
                last = next;
            }
        }
    }
}
