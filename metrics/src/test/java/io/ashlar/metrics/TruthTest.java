// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ashlar.memory.MemorySource;
import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.pool.RegionStats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every meter of an allocator, beside a count of our own and what the operating system says. */
class TruthTest {

    /** The first slab of a class of small blocks. */
    private static final int SLAB = 4096;

    private static final long LIMIT = 256L << 20;
    /** More than there is room for in the pool of heap buffers. */
    private static final int UNPOOLED = (int) (Runtime.getRuntime().maxMemory() / 4) + 1;

    private static final int OPERATIONS = Integer.getInteger("ashlar.test.ops", 4_000);

    private final long seed = Long.getLong("ashlar.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final EventLoop first = new DefaultEventLoop(new DefaultThreadFactory("truth-first"));
    private final EventLoop second = new DefaultEventLoop(new DefaultThreadFactory("truth-second"));
    private final AshlarByteBufAllocator allocator = AshlarByteBufAllocator.builder()
            .name("truth")
            .limit(LIMIT)
            .stripes(1)
            .source(MemorySource.mapped())
            .trimAfter(Duration.ZERO) // the ledger knows of no changes but its own
            .build();
    private final Ledger ledger = new Ledger(allocator, List.of(first, second), random);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    /** What each meter has to show. */
    private final Map<String, Double> expected = new TreeMap<>();

    @AfterEach
    void closeAll() {
        allocator.close();
        first.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        second.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private @Nullable EventLoop anyThread() {
        return switch (random.nextInt(3)) {
            case 0 -> first;
            case 1 -> second;
            default -> null;
        };
    }

    private static String key(Meter.Id id) {
        Map<String, String> tags = new TreeMap<>();
        id.getTags().forEach(tag -> tags.put(tag.getKey(), tag.getValue()));
        return id.getName() + tags;
    }

    private void expectDirect(FigureMeter<?> meter, double value) {
        expected.put(meter.getName() + "{kind=mapped, name=truth}", value);
    }

    private void expectHeap(AllocatorMeters meter, double value) {
        expected.put(meter.getName() + "{kind=heap, name=truth}", value);
    }

    private void expectShard(ShardMeters meter, String shard, double value) {
        expected.put(meter.getName() + "{name=truth, shard=" + shard + "}", value);
    }

    private void expectClass(SizeClassMeters meter, int block, double value) {
        expected.put(meter.getName() + "{name=truth, size.class=" + block + "}", value);
    }

    @Test
    void everyMeterShowsWhatIsTrue() throws IOException {
        assumeTrue(Mappings.areKnown(), "only Linux tells what is mapped");
        System.out.println("TruthTest: -Dashlar.test.seed=" + seed + " -Dashlar.test.ops=" + OPERATIONS);
        Mappings before = Mappings.now();
        for (int i = 0; i < OPERATIONS; i++) {
            if (ledger.held() < 30 || random.nextInt(5) < 2 && ledger.held() < 300) {
                EventLoop thread = anyThread();
                ledger.allocate(thread, anySize(thread));
            } else {
                ledger.release(anyThread());
            }
            if (i % 50 == 0) {
                long mapped = Mappings.now().minus(before).bytes();
                assertEquals(mapped, allocator.stats().reservedBytes(), mapped / 100.0, "after operation " + i);
            }
            if (i % (OPERATIONS / 2) == 99) {
                assertThrows(OutOfMemoryError.class, () -> allocator.directBuffer((int) LIMIT + 1));
                nameOf(first); // the loops have been asked to trim, and do it before whatever comes next
                nameOf(second);
                ledger.lookAgain();
            }
        }
        ledger.allocate(first, 3 << 20); // before which each collects what others have released
        ledger.allocate(second, 3 << 20);
        List<ByteBuf> heap =
                List.of(allocator.heapBuffer(2000), allocator.heapBuffer(2000), allocator.heapBuffer(UNPOOLED));
        heap.get(0).release();
        AshlarByteBufAllocator child =
                allocator.childBuilder("child").reservation(SLAB).build();
        ByteBuf ofChild = child.directBuffer(1);
        new AllocatorMetrics(allocator, MeterLevel.DETAILED).bindTo(registry);

        Mappings now = Mappings.now().minus(before);
        expectPool(now);
        expectHeapPool();
        expectNoPressure();
        expected.put("ashlar.allocator.resident{kind=mapped, name=truth}", (double) now.residentBytes());
        expected.put("ashlar.allocator.unpooled{kind=heap, name=truth}", (double) UNPOOLED);
        expected.put("ashlar.allocator.heap.fallbacks{kind=mapped, name=truth}", 0.0);
        expectClasses();
        expectShard("stripe-0", ledger.entries.get(null));
        expectShard(nameOf(first), ledger.entries.get(first));
        expectShard(nameOf(second), ledger.entries.get(second));
        compare();

        ofChild.release();
        child.close();
        heap.get(1).release();
        heap.get(2).release();
        while (ledger.held() > 0) {
            ledger.release(anyThread());
        }
        assertEquals(0, value("ashlar.allocator.outstanding{kind=mapped, name=truth}"));
        assertEquals(0, value("ashlar.allocator.requested{kind=mapped, name=truth}"));
        assertEquals(0, value("ashlar.allocator.used{kind=mapped, name=truth}"));
    }

    /**
     * Mostly small. The really large ones are the test's own: what an event loop keeps of them, and what it gives back to take it again in the
     * same moment, nobody could tell from outside.
     */
    private int anySize(@Nullable EventLoop thread) {
        return switch (random.nextInt(20)) {
            case 0 -> (33 << 10) + random.nextInt(200 << 10);
            case 1 -> thread == null ? random.nextInt(6 << 20) + (1 << 20) : 1;
            default -> 1 + random.nextInt(1 << random.nextInt(13));
        };
    }

    private static String nameOf(EventLoop loop) {
        return loop.submit(() -> Thread.currentThread().getName())
                .syncUninterruptibly()
                .getNow();
    }

    private void expectPool(Mappings now) {
        List<RegionStats> regions = allocator.regionStats();
        long free = regions.stream().mapToLong(RegionStats::freeBytes).sum();
        long longest = regions.stream().mapToLong(TruthTest::longestFreeRun).sum();
        expectDirect(AllocatorMeters.REQUESTED, ledger.requested);
        expectDirect(AllocatorMeters.USED, ledger.used);
        expectDirect(AllocatorMeters.CACHED, now.bytes() - free - ledger.used - SLAB);
        expectDirect(AllocatorMeters.RESERVED, now.bytes());
        expectDirect(AllocatorMeters.PEAK, ledger.peak);
        expectDirect(AllocatorMeters.LIMIT, LIMIT);
        expectDirect(AllocatorMeters.HEADROOM, LIMIT - now.bytes());
        expectDirect(AllocatorMeters.OUTSTANDING, ledger.held());
        expectDirect(AllocatorMeters.ALLOCATIONS, ledger.allocations);
        expectDirect(AllocatorMeters.FREES, ledger.frees);
        expectDirect(AllocatorMeters.REMOTE_FREES, ledger.remoteFrees);
        expectDirect(AllocatorMeters.FAILURES, 2);
        expectDirect(AllocatorMeters.FREE, free);
        expectDirect(AllocatorMeters.CHILDREN, SLAB);
        expectDirect(AllocatorMeters.RESERVATION, 0);
        expectDirect(AllocatorMeters.INTERNAL_FRAGMENTATION, 1 - (double) ledger.requested / ledger.used);
        expectDirect(AllocatorMeters.EXTERNAL_FRAGMENTATION, free == 0 ? 0 : 1 - (double) longest / free);
        expectDirect(AllocatorMeters.MISSES, ledger.misses);
        expectDirect(AllocatorMeters.HIT_RATIO, 1 - (double) ledger.misses / ledger.allocations);
        expectDirect(AllocatorMeters.RETURNED, ledger.returned);
        expectDirect(AllocatorMeters.DISCARDED, 0); // nobody has asked for it
        expectDirect(AllocatorMeters.SOURCE_FALLBACKS, 0);
        expectDirect(AllocatorMeters.REGIONS, now.count());
        expectDirect(AllocatorMeters.SHARDS, 2);
    }

    /** A run is a power of two, and lies at a multiple of its length. */
    private static int longestFreeRun(RegionStats region) {
        int longest = 0;
        for (RegionStats.Part part : region.parts()) {
            for (int run = region.bytes(); run > longest; run >>= 1) {
                int from = (part.offset() + run - 1) / run * run;
                if (part.kind() == RegionStats.Kind.FREE && from + run <= part.offset() + part.bytes()) {
                    longest = run;
                }
            }
        }
        return longest;
    }

    /** Of 2,000 bytes two were allocated and one was released. */
    private void expectHeapPool() {
        long max = Runtime.getRuntime().maxMemory();
        int region = (int) Math.min(16 << 20, Math.max(1 << 20, Long.highestOneBit(max / 64)));
        int slab = 8192;
        expectHeap(AllocatorMeters.REQUESTED, 2000);
        expectHeap(AllocatorMeters.USED, 2048);
        expectHeap(AllocatorMeters.CACHED, slab - 2048);
        expectHeap(AllocatorMeters.RESERVED, region);
        expectHeap(AllocatorMeters.PEAK, region);
        expectHeap(AllocatorMeters.LIMIT, max / 4);
        expectHeap(AllocatorMeters.HEADROOM, max / 4 - region);
        expectHeap(AllocatorMeters.OUTSTANDING, 1);
        expectHeap(AllocatorMeters.ALLOCATIONS, 2);
        expectHeap(AllocatorMeters.FREES, 1);
        expectHeap(AllocatorMeters.REMOTE_FREES, 0);
        expectHeap(AllocatorMeters.FAILURES, 0);
        expectHeap(AllocatorMeters.FREE, region - slab);
        expectHeap(AllocatorMeters.CHILDREN, 0);
        expectHeap(AllocatorMeters.RESERVATION, 0);
        expectHeap(AllocatorMeters.INTERNAL_FRAGMENTATION, 1 - 2000 / 2048.0);
        expectHeap(AllocatorMeters.EXTERNAL_FRAGMENTATION, 1 - (region / 2.0) / (region - slab));
        expectHeap(AllocatorMeters.MISSES, 1);
        expectHeap(AllocatorMeters.HIT_RATIO, 0.5);
        expectHeap(AllocatorMeters.RETURNED, 0);
        expectHeap(AllocatorMeters.DISCARDED, 0);
        expectHeap(AllocatorMeters.SOURCE_FALLBACKS, 0);
        expectHeap(AllocatorMeters.REGIONS, 1);
        expectHeap(AllocatorMeters.SHARDS, 0);
    }

    /** Memory is plenty here; PressureMetersTest has the rest. */
    private void expectNoPressure() {
        expectDirect(PressureMeters.PRESSURE, 0);
        expectDirect(PressureMeters.USED, ledger.used + Ledger.blockFor(1)); // with the child's
        expectDirect(PressureMeters.LOW, LIMIT * 5 / 8);
        expectDirect(PressureMeters.HIGH, LIMIT * 3 / 4);
        expectDirect(PressureMeters.TIMES, 0);
        expectDirect(PressureMeters.TIME, 0);
        expectDirect(PressureMeters.PAUSED, 0);
    }

    private void expectClasses() {
        for (int block = 16; block <= 32 << 10; block = Ledger.blockFor(block + 1)) {
            Ledger.Entry entry = ledger.classes.getOrDefault(block, new Ledger.Entry());
            expectClass(SizeClassMeters.OUTSTANDING, block, entry.allocations - entry.frees);
            expectClass(SizeClassMeters.ALLOCATIONS, block, entry.allocations);
            expectClass(SizeClassMeters.FREES, block, entry.frees);
        }
    }

    private void expectShard(String shard, Ledger.Entry entry) {
        expectShard(ShardMeters.ALLOCATIONS, shard, entry.allocations);
        expectShard(ShardMeters.FREES, shard, entry.frees);
        expectShard(ShardMeters.REMOTE_FREES, shard, entry.remoteFrees);
    }

    private double value(String key) {
        return registry.getMeters().stream()
                .filter(meter -> key(meter.getId()).equals(key))
                .mapToDouble(TruthTest::value)
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no meter " + key));
    }

    private static double value(Meter meter) {
        return meter instanceof Gauge gauge ? gauge.value() : ((FunctionCounter) meter).count();
    }

    private void compare() {
        double slabsOfClasses = 0;
        double slabsOfShards = 0;
        double cachedOfShards = 0;
        for (Meter meter : registry.getMeters()) {
            String key = key(meter.getId());
            double value = value(meter);
            if (key.startsWith("ashlar.allocator.size.class.slabs")) {
                slabsOfClasses += value;
            } else if (key.startsWith("ashlar.allocator.shard.slabs")) {
                slabsOfShards += value;
            } else if (key.startsWith("ashlar.allocator.shard.cached")) {
                cachedOfShards += value;
            } else if (key.startsWith("ashlar.allocator.size.class.occupancy")) {
                double slabs = value(key.replace("occupancy", "slabs"));
                double outstanding = value(key.replace("occupancy", "outstanding"));
                double block = Double.parseDouble(meter.getId().getTag("size.class"));
                assertEquals(slabs == 0 ? 0 : outstanding * block / slabs, value, 1e-9, key);
            } else {
                assertTrue(expected.containsKey(key), () -> "nobody has counted " + key);
                assertEquals(expected.remove(key), value, 1e-9, key);
            }
        }
        assertEquals(Map.of(), expected, "meters that are missing");
        assertEquals(bytesOf(RegionStats.Kind.SLAB) - SLAB, slabsOfClasses, "all but the child's");
        assertEquals(bytesOf(RegionStats.Kind.SLAB) - SLAB, slabsOfShards, "all but the child's");
        assertEquals(bytesOf(RegionStats.Kind.LARGE) - ledger.usedLarge, cachedOfShards);
    }

    private double bytesOf(RegionStats.Kind kind) {
        return allocator.regionStats().stream()
                .flatMap(region -> region.parts().stream())
                .filter(part -> part.kind() == kind)
                .mapToLong(RegionStats.Part::bytes)
                .sum();
    }
}
