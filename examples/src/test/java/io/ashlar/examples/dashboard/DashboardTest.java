// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.netty.MemoryPressureHandler;
import io.ashlar.pool.PoolStats;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the dashboard has to say, without a server around it. */
class DashboardTest {

    private static final Pattern REFERENCE = Pattern.compile("(?:href|src)=\"(/[^\"]*)\"|from \"\\./([^\"]*)\"");

    private final AshlarByteBufAllocator allocator =
            AshlarByteBufAllocator.builder().name("shown").limit(64 << 20).build();
    private final Timer timer = Timer.builder("requests")
            .serviceLevelObjectives(Duration.ofMillis(1), Duration.ofMillis(10))
            .register(new SimpleMeterRegistry());
    private final Dashboard dashboard = new Dashboard(new SnapshotReader(allocator, timer));
    private final List<ByteBuf> held = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        held.forEach(ByteBuf::release);
        assertEquals(0, allocator.stats().outstanding());
        allocator.close();
    }

    private String text(String path) {
        return new String(dashboard.content(path).bytes(), UTF_8);
    }

    private JsonNode data() throws IOException {
        return new ObjectMapper().readTree(dashboard.content(Dashboard.DATA).bytes());
    }

    private void hold(int count, int bytes) {
        for (int i = 0; i < count; i++) {
            held.add(allocator.directBuffer(bytes));
        }
    }

    /** All paths that the page, or what it needs, refers to. */
    private Set<String> references(String path) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = REFERENCE.matcher(text(path));
        while (matcher.find()) {
            String reference = matcher.group(1) != null ? matcher.group(1) : Dashboard.PATH + "/" + matcher.group(2);
            if (reference.startsWith(Dashboard.PATH) && found.add(reference) && reference.endsWith(".js")) {
                found.addAll(references(reference));
            }
        }
        return found;
    }

    @Test
    void whateverThePageNeedsIsServed() {
        Set<String> references = references(Dashboard.PATH);
        assertTrue(references.size() >= 15, references::toString);
        for (String path : references) {
            assertTrue(dashboard.serves(path), path);
            assertTrue(dashboard.content(path).bytes().length > 100, path);
        }
    }

    @Test
    void nothingIsFetchedFromElsewhere() {
        for (String path : references(Dashboard.PATH)) {
            if (path.endsWith("/echarts.min.js")) {
                continue; // the policy that is sent along forbids it, and the browser's test watches
            }
            String text = text(path).replace("http://www.w3.org/2000/svg", ""); // a name, not an address
            assertFalse(Pattern.compile("https?:|\"//|url\\(").matcher(text).find(), path);
        }
    }

    @Test
    void eChartsComesWithItsLicence() {
        assertTrue(text(Dashboard.PATH + "/echarts.min.js")
                .stripLeading()
                .startsWith("/*\n* Licensed to the Apache Software Foundation"));
    }

    @Test
    void theFiguresAreThoseOfTheAllocator() throws IOException {
        hold(3, 1_000);
        hold(2, 100_000);
        held.remove(0).release();
        JsonNode data = data();
        PoolStats stats = allocator.stats();
        assertEquals("shown", data.get("name").textValue());
        assertEquals(stats.source(), data.get("source").textValue());
        assertFalse(data.get("closed").booleanValue());
        JsonNode memory = data.get("memory");
        assertEquals(202_000, memory.get("requested").longValue());
        assertEquals(stats.usedBytes(), memory.get("used").longValue());
        assertEquals(stats.cachedBytes(), memory.get("cached").longValue());
        assertEquals(stats.freeBytes(), memory.get("free").longValue());
        assertEquals(stats.reservedBytes(), memory.get("reserved").longValue());
        assertEquals(stats.peakReservedBytes(), memory.get("peakReserved").longValue());
        assertEquals(64 << 20, memory.get("limit").longValue());
        JsonNode counts = data.get("counts");
        assertEquals(4, counts.get("outstanding").longValue());
        assertEquals(5, counts.get("allocations").longValue());
        assertEquals(1, counts.get("frees").longValue());
        assertEquals(stats.remoteFrees(), counts.get("remoteFrees").longValue());
        assertEquals(0, counts.get("failures").longValue());
    }

    @Test
    void pressureIsThatOfTheAllocator() throws IOException {
        JsonNode none = data().get("pressure");
        assertFalse(none.get("now").booleanValue());
        assertEquals(40 << 20, none.get("low").longValue());
        assertEquals(48 << 20, none.get("high").longValue());
        assertEquals(0, none.get("times").longValue());
        hold(48, 1 << 20);
        EmbeddedChannel paused = new EmbeddedChannel(new MemoryPressureHandler(allocator));
        JsonNode some = data().get("pressure");
        assertTrue(some.get("now").booleanValue());
        assertEquals(1, some.get("times").longValue());
        assertTrue(some.get("nanos").longValue() > 0);
        assertEquals(1, some.get("pausedChannels").longValue());
        paused.close();
    }

    @Test
    void eachSizeClassAndRegionIsThere() throws IOException {
        hold(2, 1_000);
        hold(1, 100_000);
        JsonNode data = data();
        assertEquals(allocator.sizeClassStats().size(), data.get("sizeClasses").size());
        long outstanding = 0;
        for (JsonNode sizeClass : data.get("sizeClasses")) {
            outstanding += sizeClass.get("outstanding").longValue();
        }
        assertEquals(2, outstanding);
        long bytes = 0;
        Set<String> kinds = new TreeSet<>();
        for (JsonNode region : data.get("regions")) {
            long inParts = 0;
            for (JsonNode part : region.get("parts")) {
                assertEquals(inParts, part.get("offset").longValue());
                inParts += part.get("bytes").longValue();
                kinds.add(part.get("kind").textValue());
            }
            assertEquals(region.get("bytes").longValue(), inParts);
            bytes += inParts;
        }
        assertEquals(allocator.stats().reservedBytes(), bytes);
        assertEquals(Set.of("free", "slab", "large"), kinds);
    }

    @Test
    void agesAreKnownOnceSomebodyHasLooked() throws IOException {
        hold(1, 1_000);
        long before = samples(data());
        hold(1, 2_000);
        assertEquals(0, before);
        JsonNode after = data();
        assertEquals(1, samples(after));
        long blocks = 0;
        for (JsonNode age : after.get("ages")) {
            blocks += age.get("blocks").longValue();
        }
        assertEquals(2, blocks);
    }

    private static long samples(JsonNode data) {
        long samples = 0;
        for (JsonNode age : data.get("ages")) {
            samples += age.get("samples").longValue();
        }
        return samples;
    }

    @Test
    void latencyIsTheHistogramOfTheTimer() throws IOException {
        timer.record(Duration.ofMillis(5));
        JsonNode latency = data().get("latency");
        assertEquals(1, latency.get("count").longValue());
        assertEquals(1_000_000, latency.get("buckets").get(0).get("upTo").longValue());
        assertEquals(0, latency.get("buckets").get(0).get("count").longValue());
        assertEquals(1, latency.get("buckets").get(1).get("count").longValue());
    }

    @Test
    void aRefusalIsCounted() throws IOException {
        assertThrows(OutOfMemoryError.class, () -> allocator.directBuffer(65 << 20));
        assertEquals(1, data().get("counts").get("failures").longValue());
    }

    @Test
    void aClosedAllocatorIsShownAsClosed() throws IOException {
        hold(1, 1_000);
        allocator.close();
        JsonNode data = data();
        assertTrue(data.get("closed").booleanValue());
        assertEquals(1, data.get("counts").get("outstanding").longValue());
    }

    @Test
    void whatIsNotServedHasNoContent() {
        assertFalse(dashboard.serves("/dashboard/../style.css"));
        assertThrows(IllegalArgumentException.class, () -> dashboard.content("/dashboard/../style.css"));
    }
}
