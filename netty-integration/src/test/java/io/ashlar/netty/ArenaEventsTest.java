// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording has about requests. */
class ArenaEventsTest {

    private static final String EVENT = "io.ashlar.RequestArena";

    private final AshlarByteBufAllocator allocator =
            AshlarByteBufAllocator.builder().name("recorded").limit(64 << 20).build();
    private final RequestArena arena = RequestArenas.builder(allocator).build().newArena();

    @TempDir
    private Path folder;

    @BeforeEach
    void loadTheEvent() {
        try (Recording recording = new Recording()) {
            recording.enable(EVENT);
            recording.start();
            arena.begin();
            arena.end();
        }
    }

    private List<RecordedEvent> stop(Recording recording) throws IOException {
        recording.stop();
        Path file = folder.resolve("recording.jfr");
        recording.dump(file);
        recording.close();
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(EVENT))
                .toList();
    }

    @Test
    void eachRequestIsRecordedOnce() throws Exception {
        Recording recording = new Recording();
        recording.enable(EVENT).withoutThreshold();
        recording.start();
        arena.begin();
        arena.directBuffer(1000).release();
        RequestArena inner = arena.child();
        inner.directBuffer(50).release();
        inner.close();
        Thread.sleep(2);
        arena.end();
        arena.begin();
        ByteBuf escaped = arena.directBuffer(100);
        arena.end();
        List<RecordedEvent> events = stop(recording);
        assertEquals(2, events.size());
        assertEquals("recorded", events.get(0).getString("allocator"));
        assertTrue(events.get(0).getLong("used") >= 1000, events::toString);
        assertEquals(0, events.get(0).getInt("escapedBuffers"));
        assertTrue(events.get(0).getDuration().toNanos() >= 2_000_000, events::toString);
        assertEquals(1, events.get(1).getInt("escapedBuffers"));
        escaped.release();
        arena.close();
        allocator.close();
    }

    @Test
    void aThresholdKeepsShortRequestsOut() throws Exception {
        Recording recording = new Recording();
        recording.enable(EVENT).withThreshold(Duration.ofHours(1));
        recording.start();
        arena.begin();
        arena.end();
        assertEquals(List.of(), stop(recording));
        arena.close();
        allocator.close();
    }

    @Test
    void unlessItIsSwitchedOnThereIsNone() throws Exception {
        Recording recording = new Recording();
        recording.start();
        arena.begin();
        arena.end();
        assertEquals(List.of(), stop(recording));
        arena.close();
        allocator.close();
    }
}
