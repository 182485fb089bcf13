// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of a proxy whose consumer is stalled. */
@Sockets
class SlowConsumerTest {

    private static final long MIB = 1 << 20;
    private static final long LIMIT = 32 * MIB;
    private static final long OFFERED = 256 * MIB;

    @Test
    void aProxyWithinALimitStopsReadingAndGoesOn() throws Exception {
        PeakSource source = new PeakSource();
        AshlarByteBufAllocator alloc = AshlarByteBufAllocator.builder()
                .name("proxy")
                .limit(LIMIT)
                .source(source)
                .build();
        try (SlowConsumer test = new SlowConsumer(alloc, OFFERED)) {
            test.await("no pressure", alloc::isUnderPressure);
            test.await("it reads on", () -> alloc.readGate().paused() == 2);
            Thread.sleep(500); // whoever reads on has the time to
            assertTrue(test.sent.get() < LIMIT + 16 * MIB, "the producer was not stopped: sent " + test.sent);
            assertEquals(0, test.received.get());
            test.startConsuming();
            test.awaitAll();
            test.await("buffers are left", () -> alloc.stats().usedBytes() == 0);
            test.await("channels are kept", () -> alloc.readGate().channels() == 0);
            assertEquals(0, alloc.readGate().paused());
            assertEquals(List.of(), List.copyOf(test.failures));
        }
        assertTrue(source.most() <= LIMIT, () -> source.most() + " bytes were held");
        assertTrue(source.most() >= LIMIT / 2, () -> source.most() + " bytes: that was no test");
        assertEquals(0, alloc.stats().failures());
        assertTrue(alloc.pressureStats().times() > 0);
        alloc.close();
        assertEquals(0, source.reserved());
    }

    static List<ByteBufAllocator> peers() {
        return List.of(new AdaptiveByteBufAllocator(true), new PooledByteBufAllocator(true));
    }

    /** The same, with an end when it has taken twice that limit. */
    @ParameterizedTest
    @MethodSource("peers")
    void withNettysAllocatorsItGrows(ByteBufAllocator alloc) throws Exception {
        ByteBufAllocatorMetric metric = ((ByteBufAllocatorMetricProvider) alloc).metric();
        try (SlowConsumer test = new SlowConsumer(alloc, OFFERED)) {
            test.await("it does not grow", () -> metric.usedDirectMemory() > 2 * LIMIT);
            assertEquals(0, test.received.get());
        }
    }
}
