// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.AllocationException;
import io.ashlar.memory.MemorySource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Configuration;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording has about a pool. */
@ExtendWith(QuietPools.class)
class PoolEventsTest {

    private static final int REGION = 1 << 20;

    private final MemorySource source = MemorySource.direct();
    private final MemoryPool<Block> pool = TestPools.oneStripe(Block::new, source)
            .name("recorded")
            .regionSize(REGION)
            .limit(4L * REGION)
            .build();

    @TempDir
    private Path folder;

    /** Otherwise a class is loaded when its first event is due, while a recording is under way: in one of many runs those events were missing. */
    @BeforeAll
    static void loadTheEvents() {
        List.of(
                        FlightEvents.RegionMap.class,
                        FlightEvents.RegionUnmap.class,
                        FlightEvents.Trim.class,
                        FlightEvents.LimitHit.class,
                        FlightEvents.MemoryPressure.class,
                        FlightEvents.BlockAllocation.class,
                        FlightEvents.BlockFree.class)
                .forEach(FlightRecorder::register);
    }

    private List<RecordedEvent> stop(Recording recording) throws IOException {
        recording.stop();
        Path file = folder.resolve("recording.jfr");
        recording.dump(file);
        recording.close();
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("io.ashlar."))
                .filter(event -> "recorded".equals(event.getString("pool")))
                .toList();
    }

    private static List<RecordedEvent> of(String type, List<RecordedEvent> events) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("io.ashlar." + type))
                .toList();
    }

    @Test
    void pressureIsAnEventWhenItHasEnded() throws Exception {
        Recording recording = new Recording();
        recording.enable("io.ashlar.Pressure");
        recording.start();
        Block block = Block.allocate(pool, 3 * REGION);
        Thread.sleep(3);
        block.release();
        pool.whenBelow().get(30, TimeUnit.SECONDS);
        List<RecordedEvent> events = of("Pressure", stop(recording));
        assertEquals(1, events.size());
        RecordedEvent event = events.get(0);
        assertEquals(3L * REGION, event.getLong("used"));
        assertEquals(5L * REGION / 2, event.getLong("low"));
        assertEquals(3L * REGION, event.getLong("high"));
        assertEquals(4L * REGION, event.getLong("limit"));
        assertTrue(event.getDuration().toMillis() >= 3, event::toString);
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void regionsComeAndGo() throws IOException {
        Recording recording = new Recording();
        recording.enable("io.ashlar.RegionMap");
        recording.enable("io.ashlar.RegionUnmap");
        recording.enable("io.ashlar.Trim");
        recording.start();
        Block small = Block.allocate(pool, 2000);
        Block dedicated = Block.allocate(pool, 2 * REGION);
        dedicated.release();
        small.release();
        pool.trim();
        List<RecordedEvent> events = stop(recording);

        List<RecordedEvent> mapped = of("RegionMap", events);
        List<RecordedEvent> unmapped = of("RegionUnmap", events);
        assertEquals(2, mapped.size());
        assertEquals(List.of((long) REGION, 2L * REGION), longs("bytes", mapped));
        assertEquals(List.of((long) REGION, 3L * REGION), longs("reserved", mapped));
        assertEquals("direct", mapped.get(0).getString("kind"));
        assertEquals(List.of(2L * REGION, (long) REGION), longs("bytes", unmapped));
        assertEquals(List.of((long) REGION, 0L), longs("reserved", unmapped));
        assertEquals(mapped.get(0).getLong("address"), unmapped.get(1).getLong("address"));
        assertEquals(List.of((long) REGION), longs("returned", of("Trim", events)));
        assertEquals(List.of(0L), longs("discarded", of("Trim", events)));
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void whatATrimDiscardsIsRecordedBesideWhatItReturns() throws IOException {
        MemorySource discarding = new DiscardingSource(4096);
        MemoryPool<Block> other = TestPools.oneStripe(Block::new, discarding)
                .name("recorded")
                .regionSize(REGION)
                .limit(4L * REGION)
                .trimAfter(Duration.ZERO)
                .discardFreeRuns(true)
                .build();
        Block freed = Block.allocate(other, REGION / 4);
        Block survivor = Block.allocate(other, REGION / 4);
        freed.release();
        Recording recording = new Recording();
        recording.enable("io.ashlar.Trim");
        recording.start();
        other.trim();
        other.trim();
        List<RecordedEvent> trims = of("Trim", stop(recording));
        assertEquals(List.of(REGION / 4L, 0L), longs("discarded", trims));
        assertEquals(List.of(0L, 0L), longs("returned", trims));
        survivor.release();
        TestPools.closeAndVerify(other, discarding);
        TestPools.closeAndVerify(pool, source);
    }

    private static List<Long> longs(String field, List<RecordedEvent> events) {
        return events.stream().map(event -> event.getLong(field)).toList();
    }

    @Test
    void theLimitIsHit() throws IOException {
        Recording recording = new Recording();
        recording.enable("io.ashlar.LimitHit").withStackTrace();
        recording.enable("io.ashlar.Trim");
        recording.start();
        Block block = Block.allocate(pool, 2000);
        assertThrows(AllocationException.class, () -> Block.allocate(pool, 4 * REGION));
        List<RecordedEvent> events = stop(recording);
        RecordedEvent hit = of("LimitHit", events).get(0);
        assertEquals(1, of("LimitHit", events).size());
        assertEquals(4L * REGION, hit.getLong("requested"));
        assertEquals(4L * REGION, hit.getLong("limit"));
        assertEquals(REGION, hit.getLong("reserved"));
        assertEquals(1, hit.getLong("outstanding"));
        assertTrue(
                hit.getStackTrace().getFrames().stream()
                        .anyMatch(frame -> frame.getMethod().getName().equals("theLimitIsHit")
                                || frame.getMethod().getType().getName().contains("PoolEventsTest")),
                hit::toString);
        assertTrue(of("Trim", events).get(0).getBoolean("atLimit"));
        block.release();
        TestPools.closeAndVerify(pool, source);
    }

    @Test
    void aSampleOfTheBlocksIsRecordedWithHowLongTheyWereOut() throws Exception {
        Recording recording = new Recording();
        recording.enable("io.ashlar.BlockAllocation").withStackTrace();
        recording.enable("io.ashlar.BlockFree");
        recording.start();
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < 1025; i++) {
            blocks.add(Block.allocate(pool, 100));
        }
        Block large = Block.allocate(pool, 100_000);
        Thread.sleep(2);
        Daemon.run(() -> {
            blocks.forEach(Block::release);
            large.release();
        });
        List<RecordedEvent> events = stop(recording);
        assertEquals(List.of(100L, 100L, 100_000L), longs("requested", of("BlockAllocation", events)));
        assertEquals(List.of(112L, 112L, 128L << 10), longs("block", of("BlockAllocation", events)));
        List<RecordedEvent> frees = of("BlockFree", events);
        assertEquals(List.of(100L, 100L, 100_000L), longs("requested", frees));
        for (RecordedEvent free : frees) {
            assertTrue(free.getDuration("lifetime").toNanos() >= 2_000_000, free::toString);
            assertEquals(Thread.currentThread().getName(), free.getString("allocatedBy"));
        }
        // Nobody wants to know any more.
        Block.allocate(pool, 1000).release();
        assertEquals(List.of(), pool.sampledBlocks());
        TestPools.closeAndVerify(pool, source);
    }

    /** The JDK's own default settings know nothing of these events. */
    @Test
    void unlessTheyAreSwitchedOnThereAreNone() throws Exception {
        Recording recording = new Recording(Configuration.getConfiguration("default"));
        recording.start();
        Block.allocate(pool, 100).release();
        assertThrows(AllocationException.class, () -> Block.allocate(pool, 5 * REGION));
        pool.trim();
        assertEquals(List.of(), stop(recording));
        TestPools.closeAndVerify(pool, source);
    }
}
