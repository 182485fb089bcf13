// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.MemorySource;
import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.Block;
import io.ashlar.pool.MemoryPool;
import io.ashlar.pool.PoolStats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.netty4.NettyAllocatorMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AllocatorMetricsTest {

    private static final long LIMIT = 64L << 20;
    private static final int SUMMARY = 12;

    private final CountingSource source = new CountingSource();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final List<AshlarByteBufAllocator> made = new ArrayList<>();
    private final EventLoop loop = new DefaultEventLoop();

    private AshlarByteBufAllocator allocator(String name, MemorySource memory) {
        AshlarByteBufAllocator allocator = AshlarByteBufAllocator.builder()
                .name(name)
                .limit(LIMIT)
                .source(memory)
                .build();
        made.add(allocator);
        return allocator;
    }

    @AfterEach
    void closeAll() {
        made.forEach(AshlarByteBufAllocator::close);
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private <T> T onLoop(Callable<T> task) {
        return loop.submit(task).syncUninterruptibly().getNow();
    }

    private static double value(MeterRegistry registry, AllocatorMeters meter, String... tags) {
        Meter found = registry.get(meter.getName()).tags(tags).meter();
        return found instanceof Gauge gauge ? gauge.value() : ((FunctionCounter) found).count();
    }

    private void expect(double expected, AllocatorMeters meter) {
        assertEquals(expected, value(registry, meter, "name", "work", "kind", "counting"), meter.getName());
    }

    @Test
    void everyMeterAgreesWithACountOfOurOwn() {
        AshlarByteBufAllocator allocator = allocator("work", source);
        new AllocatorMetrics(allocator, MeterLevel.DETAILED).bindTo(registry);
        for (AllocatorMeters meter : AllocatorMeters.values()) {
            expect(
                    switch (meter) {
                        case LIMIT, HEADROOM -> LIMIT;
                        case HIT_RATIO -> 1;
                        case SOURCE_FALLBACKS -> CountingSource.FALLBACKS;
                        default -> 0;
                    },
                    meter);
        }

        int[] sizes = {1, 100, 256, 5_000, 70_000, 1 << 20, 20 << 20};
        long requested = 0;
        List<ByteBuf> held = new ArrayList<>();
        for (int size : sizes) {
            held.add(allocator.directBuffer(size));
            held.add(onLoop(() -> allocator.directBuffer(size)));
            requested += 2L * size;
        }
        expect(requested, AllocatorMeters.REQUESTED);
        expect(held.size(), AllocatorMeters.OUTSTANDING);
        expect(held.size(), AllocatorMeters.ALLOCATIONS);
        expect(0, AllocatorMeters.FREES);
        expect(1, AllocatorMeters.SHARDS);
        expect(source.reserved(), AllocatorMeters.RESERVED);
        expect(source.open().size(), AllocatorMeters.REGIONS);
        assertOrdered(allocator);

        // The loop's buffer of 100 bytes and one of ours come back, each where it belongs.
        held.remove(2).release();
        ByteBuf loops = held.remove(2);
        onLoop(loops::release);
        requested -= 200;
        expect(2, AllocatorMeters.FREES);
        expect(0, AllocatorMeters.REMOTE_FREES);
        expect(requested, AllocatorMeters.REQUESTED);

        // The loop's buffer of 1 byte is released here: not by the thread that owns its shard.
        held.remove(1).release();
        expect(3, AllocatorMeters.FREES);
        expect(1, AllocatorMeters.REMOTE_FREES);
        expect(requested - 1, AllocatorMeters.REQUESTED);
        expect(held.size(), AllocatorMeters.OUTSTANDING);

        assertThrows(OutOfMemoryError.class, () -> allocator.directBuffer(60 << 20));
        assertThrows(OutOfMemoryError.class, () -> onLoop(() -> allocator.directBuffer(60 << 20)));
        expect(2, AllocatorMeters.FAILURES);
        expect(2 * sizes.length, AllocatorMeters.ALLOCATIONS);

        held.forEach(ByteBuf::release);
        expect(0, AllocatorMeters.OUTSTANDING);
        expect(0, AllocatorMeters.REQUESTED);
        expect(0, AllocatorMeters.USED);
        expect(2 * sizes.length, AllocatorMeters.FREES);
        expect(source.reserved(), AllocatorMeters.RESERVED);
        expect(source.open().size(), AllocatorMeters.REGIONS);
    }

    private void assertOrdered(AshlarByteBufAllocator allocator) {
        double requested = value(registry, AllocatorMeters.REQUESTED, "kind", "counting");
        double used = value(registry, AllocatorMeters.USED, "kind", "counting");
        double reserved = value(registry, AllocatorMeters.RESERVED, "kind", "counting");
        assertTrue(requested < used && used < reserved && reserved <= LIMIT, allocator::toString);
        assertEquals(allocator.stats().usedBytes(), used);
    }

    @Test
    void prometheusSeesTheConventionalNames() {
        AshlarByteBufAllocator allocator = allocator("work", source);
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new AllocatorMetrics(allocator, MeterLevel.SUMMARY, Tags.of("region", "eu")).bindTo(prometheus);
        ByteBuf buffer = allocator.directBuffer(1000);
        List<String> lines = prometheus
                .scrape()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .sorted()
                .toList();
        buffer.release();
        String tags = "{kind=\"counting\",name=\"work\",region=\"eu\"} ";
        String reserved = Double.toString(source.reserved());
        assertEquals(
                List.of(
                        "ashlar_allocator_allocations_total" + tags + "1.0",
                        "ashlar_allocator_cached_bytes" + tags + "3072.0",
                        "ashlar_allocator_failures_total" + tags + "0.0",
                        "ashlar_allocator_frees_total" + tags + "0.0",
                        "ashlar_allocator_headroom_bytes" + tags + (double) (LIMIT - source.reserved()),
                        "ashlar_allocator_limit_bytes" + tags + (double) LIMIT,
                        "ashlar_allocator_outstanding_buffers" + tags + "1.0",
                        "ashlar_allocator_peak_bytes" + tags + reserved,
                        "ashlar_allocator_remote_frees_total" + tags + "0.0",
                        "ashlar_allocator_requested_bytes" + tags + "1000.0",
                        "ashlar_allocator_reserved_bytes" + tags + reserved,
                        "ashlar_allocator_used_bytes" + tags + "1024.0"),
                lines);
    }

    @Test
    void unitsAndDescriptionsReachTheRegistry() {
        new AllocatorMetrics(allocator("work", source)).bindTo(registry);
        for (AllocatorMeters meter : AllocatorMeters.of(MeterLevel.SUMMARY)) {
            Meter.Id id = registry.get(meter.getName()).meter().getId();
            assertEquals(meter.getType(), id.getType());
            assertEquals(meter.getBaseUnit(), id.getBaseUnit());
            assertEquals(meter.description(), id.getDescription());
            assertEquals(Tags.of("name", "work", "kind", "counting"), Tags.of(id.getTags()));
        }
    }

    @Test
    void figuresSurviveAGarbageCollection() throws InterruptedException {
        WeakReference<AshlarByteBufAllocator> watched = bindAndForget();
        collect();
        assertNotNull(watched.get(), "the registry has let the allocator go");
        assertEquals(1, value(registry, AllocatorMeters.ALLOCATIONS));
        assertEquals(1, value(registry, AllocatorMeters.FREES));
        assertEquals(LIMIT, value(registry, AllocatorMeters.LIMIT));
        watched.get().close();
    }

    /** Counters have to survive on their own too: here a filter keeps the gauges out of the registry. */
    @Test
    void countersSurviveWithoutTheGauges() throws InterruptedException {
        registry.config().meterFilter(MeterFilter.deny(id -> id.getType() == Meter.Type.GAUGE));
        WeakReference<AshlarByteBufAllocator> watched = bindAndForget();
        collect();
        assertEquals(1, value(registry, AllocatorMeters.ALLOCATIONS));
        AshlarByteBufAllocator allocator = watched.get();
        assertNotNull(allocator);
        allocator.directBuffer(8).release();
        assertEquals(2, value(registry, AllocatorMeters.ALLOCATIONS));
        assertNull(registry.find(AllocatorMeters.USED.getName()).meter());
        allocator.close();
    }

    private WeakReference<AshlarByteBufAllocator> bindAndForget() {
        AshlarByteBufAllocator allocator =
                AshlarByteBufAllocator.builder().name("forgotten").limit(LIMIT).build();
        new AllocatorMetrics(allocator).bindTo(registry);
        allocator.directBuffer(64).release();
        return new WeakReference<>(allocator);
    }

    /** Collects until an object that nobody holds is gone, so that a collection has certainly happened. */
    private static void collect() throws InterruptedException {
        WeakReference<Object> canary = new WeakReference<>(new Object());
        for (int i = 0; i < 1_000 && canary.get() != null; i++) {
            System.gc();
            Thread.sleep(5);
        }
        assertNull(canary.get(), "no garbage collection took place");
        System.gc();
    }

    @Test
    void closeRemovesItsMetersEverywhereAndNothingElse() {
        AllocatorMetrics metrics = new AllocatorMetrics(allocator("work", source));
        MeterRegistry second = new SimpleMeterRegistry();
        registry.counter("somebody.elses");
        metrics.bindTo(registry);
        metrics.bindTo(second);
        assertEquals(SUMMARY + 1, registry.getMeters().size());
        metrics.close();
        assertEquals(1, registry.getMeters().size());
        assertEquals(0, second.getMeters().size());
        metrics.close();
        metrics.bindTo(registry);
        assertEquals(LIMIT, value(registry, AllocatorMeters.LIMIT));
        metrics.close();
        assertEquals(1, registry.getMeters().size());
    }

    @Test
    void closeLetsTheAllocatorGo() throws InterruptedException {
        WeakReference<PoolStatsHolder> watched = bindAndClose();
        for (int i = 0; i < 1_000 && watched.get() != null; i++) {
            System.gc();
            Thread.sleep(5);
        }
        assertNull(watched.get(), "the registry still holds what was closed");
    }

    private record PoolStatsHolder(PoolStats stats) {}

    private WeakReference<PoolStatsHolder> bindAndClose() {
        PoolStatsHolder holder = new PoolStatsHolder(allocator("work", source).stats());
        AllocatorMetrics metrics = new AllocatorMetrics(holder::stats);
        metrics.bindTo(registry);
        metrics.close();
        return new WeakReference<>(holder);
    }

    @Test
    void aSecondBindDoesNothing() {
        AllocatorMetrics metrics = new AllocatorMetrics(allocator("work", source));
        metrics.bindTo(registry);
        metrics.bindTo(registry);
        assertEquals(SUMMARY, registry.getMeters().size());
        metrics.close();
        assertEquals(0, registry.getMeters().size());
    }

    @Test
    void twoAllocatorsShareARegistry() {
        AshlarByteBufAllocator left = allocator("left", MemorySource.direct());
        AshlarByteBufAllocator right = allocator("right", MemorySource.mapped());
        AllocatorMetrics ofLeft = new AllocatorMetrics(left);
        ofLeft.bindTo(registry);
        new AllocatorMetrics(right).bindTo(registry);
        ByteBuf one = left.directBuffer(100);
        ByteBuf two = right.directBuffer(200);
        assertEquals(100, value(registry, AllocatorMeters.REQUESTED, "name", "left", "kind", "direct"));
        assertEquals(200, value(registry, AllocatorMeters.REQUESTED, "name", "right", "kind", "mapped"));
        ofLeft.close();
        assertEquals(200, value(registry, AllocatorMeters.REQUESTED));
        assertNull(registry.find(AllocatorMeters.REQUESTED.getName())
                .tag("name", "left")
                .meter());
        one.release();
        two.release();
    }

    @Test
    void ofTwoWithTheSameNameTheFirstStays() {
        AshlarByteBufAllocator first = allocator("work", source);
        AshlarByteBufAllocator second = allocator("work", source);
        new AllocatorMetrics(first).bindTo(registry);
        AllocatorMetrics ofSecond = new AllocatorMetrics(second);
        ofSecond.bindTo(registry);
        ByteBuf buffer = first.directBuffer(10);
        expect(1, AllocatorMeters.OUTSTANDING);
        ofSecond.close();
        expect(1, AllocatorMeters.OUTSTANDING);
        expect(1, AllocatorMeters.ALLOCATIONS);
        buffer.release();
    }

    @Test
    void extraTagsTellTheSameNameApartButCannotChangeIt() {
        AshlarByteBufAllocator allocator = allocator("work", source);
        new AllocatorMetrics(allocator, MeterLevel.SUMMARY, Tags.of("role", "edge", "name", "wrong")).bindTo(registry);
        new AllocatorMetrics(allocator, MeterLevel.SUMMARY, Tags.of("role", "core")).bindTo(registry);
        assertEquals(LIMIT, value(registry, AllocatorMeters.LIMIT, "name", "work", "role", "edge"));
        assertEquals(LIMIT, value(registry, AllocatorMeters.LIMIT, "name", "work", "role", "core"));
        assertEquals(2 * SUMMARY, registry.getMeters().size());
    }

    @Test
    void aPoolWithoutNettyIsPublishedToo() {
        try (MemoryPool<Block> pool =
                MemoryPool.builder(Block::new).name("frames").limit(LIMIT).build()) {
            new AllocatorMetrics(pool::stats).bindTo(registry);
            Block block = Block.allocate(pool, 777);
            assertEquals(777, value(registry, AllocatorMeters.REQUESTED, "name", "frames"));
            block.release();
            assertEquals(0, value(registry, AllocatorMeters.OUTSTANDING, "name", "frames"));
        }
    }

    @Test
    void aCompositeRegistryPassesTheFiguresOn() {
        CompositeMeterRegistry composite = new CompositeMeterRegistry();
        AllocatorMetrics metrics = new AllocatorMetrics(allocator("work", source));
        composite.add(registry);
        metrics.bindTo(composite);
        expect(LIMIT, AllocatorMeters.LIMIT);
        expect(0, AllocatorMeters.ALLOCATIONS);
        metrics.close();
        assertTrue(registry.getMeters().isEmpty());
    }

    @Test
    void aClosedAllocatorTellsItsFiguresUntilTheLastBufferIsReleased() {
        AshlarByteBufAllocator allocator = allocator("work", source);
        new AllocatorMetrics(allocator, MeterLevel.DETAILED).bindTo(registry);
        ByteBuf buffer = allocator.directBuffer(300);
        allocator.close();
        expect(300, AllocatorMeters.REQUESTED);
        expect(1, AllocatorMeters.OUTSTANDING);
        buffer.release();
        assertFalse(registry.getMeters().isEmpty());
        expect(0, AllocatorMeters.OUTSTANDING); // the last that is read
        assertEquals(List.of(), registry.getMeters());
    }

    @Test
    void micrometersOwnNettyMetricsWorkOnIt() {
        AshlarByteBufAllocator allocator = allocator("work", source);
        new NettyAllocatorMetrics(allocator).bindTo(registry);
        ByteBuf direct = allocator.directBuffer(1000);
        ByteBuf heap = allocator.heapBuffer(500);
        assertEquals(source.reserved(), nettyUsed("direct"));
        assertEquals(allocator.metric().usedHeapMemory(), nettyUsed("heap"));
        assertTrue(nettyUsed("direct") > 0);
        direct.release();
        heap.release();
    }

    private double nettyUsed(String type) {
        return registry.get("netty.allocator.memory.used")
                .tag("memory.type", type)
                .tag("allocator.type", "AshlarByteBufAllocator")
                .gauge()
                .value();
    }

    @Test
    void childrenHaveTheMetersOfTheirParentUnderTheirOwnName() {
        AshlarByteBufAllocator parent = allocator("work", source);
        AshlarByteBufAllocator child = parent.childBuilder("tenant")
                .limit(1 << 20)
                .reservation(1 << 16)
                .preferDirect(true)
                .fallBackToHeap(true)
                .build();
        new AllocatorMetrics(parent, MeterLevel.DETAILED).bindTo(registry);
        new AllocatorMetrics(child, MeterLevel.DETAILED).bindTo(registry);
        ByteBuf direct = child.buffer(1 << 20);
        ByteBuf onHeap = child.buffer(1 << 20);
        expect(1 << 20, AllocatorMeters.CHILDREN);
        String[] tenant = {"name", "work/tenant", "kind", "counting"};
        assertEquals(1 << 20, value(registry, AllocatorMeters.RESERVED, tenant));
        assertEquals(1 << 20, value(registry, AllocatorMeters.LIMIT, tenant));
        assertEquals(1 << 16, value(registry, AllocatorMeters.RESERVATION, tenant));
        assertEquals(0, value(registry, AllocatorMeters.HEADROOM, tenant));
        assertEquals(1, value(registry, AllocatorMeters.FAILURES, tenant));
        assertEquals(
                1,
                registry.get("ashlar.allocator.heap.fallbacks")
                        .tags(tenant)
                        .functionCounter()
                        .count());
        direct.release();
        onHeap.release();
        child.close();
    }
}
