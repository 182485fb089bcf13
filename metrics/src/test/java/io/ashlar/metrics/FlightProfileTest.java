// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.netty.RequestArena;
import io.ashlar.netty.RequestArenas;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings for flight recordings, and the page about them. */
class FlightProfileTest {

    private static final Path PROFILE = Path.of("jfr", "ashlar.jfc");
    private static final Path PAGE = Path.of("jfr", "README.md");

    @TempDir
    private Path folder;

    private static Set<String> namedIn(String text) {
        return Pattern.compile("io\\.ashlar\\.[A-Z]\\w+")
                .matcher(text)
                .results()
                .map(found -> found.group())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Makes everything happen that there is an event of. */
    private static void work() throws InterruptedException {
        AshlarByteBufAllocator allocator = AshlarByteBufAllocator.builder()
                .regionSize(1 << 20)
                .limit(4 << 20)
                .build();
        RequestArena arena = RequestArenas.builder(allocator).build().newArena();
        arena.begin();
        arena.directBuffer(100).release();
        Thread.sleep(25); // more than the threshold
        arena.end();
        arena.close();
        allocator.directBuffer(100_000).release();
        assertThrows(OutOfMemoryError.class, () -> allocator.directBuffer(5 << 20));
        allocator.directBuffer(3 << 20).release();
        allocator.whenBelow().join();
        allocator.trim();
        allocator.close();
    }

    @Test
    void theyRecordEveryEventAndThePageExplainsEach() throws Exception {
        Recording recording = new Recording(Configuration.create(PROFILE));
        recording.start();
        work(); // has the events' classes loaded
        work();
        recording.stop();
        Path file = folder.resolve("recording.jfr");
        recording.dump(file);
        recording.close();

        Set<String> recorded = RecordingFile.readAllEvents(file).stream()
                .map(event -> event.getEventType().getName())
                .filter(name -> name.startsWith("io.ashlar."))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(8, recorded.size(), recorded::toString);
        assertEquals(recorded, namedIn(Files.readString(PROFILE)));
        assertEquals(recorded, namedIn(Files.readString(PAGE)));
    }
}
