// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static io.ashlar.netty.PressureFixture.MIB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who goes on when, and who reads while pressure lasts. */
class ReadGateTest {

    private final PressureFixture fixture = new PressureFixture();
    private final List<EmbeddedChannel> channels = new ArrayList<>();

    private void open(int count) {
        for (int i = 0; i < count; i++) {
            channels.add(fixture.open());
        }
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    /** Pauses them in this order. */
    private void pause(List<Integer> order) {
        fixture.underPressure = true;
        for (int number : order) {
            channels.get(number).read();
        }
        assertEquals(List.of(), fixture.takeReads());
    }

    private void receive(int number) {
        channels.get(number).pipeline().fireChannelRead("data");
        channels.get(number).pipeline().fireChannelReadComplete();
    }

    // ---- when pressure has ended

    @Test
    void whoPausedFirstGoesOnFirstAndNotAllAtOnce() {
        open(100);
        List<Integer> order = new ArrayList<>(range(50, 100));
        order.addAll(range(0, 50));
        pause(order);
        fixture.end();
        List<Integer> went = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < 100 && went.size() < 100; i++) {
            List<Integer> batch = fixture.takeReads();
            assertEquals(Set.copyOf(order.subList(went.size(), went.size() + batch.size())), Set.copyOf(batch));
            went.addAll(batch);
            sizes.add(batch.size());
            fixture.tick();
        }
        assertEquals(List.of(16, 16, 16, 16, 16, 16, 4), sizes);
        assertFalse(fixture.isTicking());
    }

    @Test
    void ofManyAnEighthGoesOnAtATime() {
        open(400);
        pause(range(0, 400));
        fixture.end();
        assertEquals(range(0, 50), fixture.takeReads());
        fixture.tick();
        assertEquals(range(50, 93), fixture.takeReads());
    }

    @Test
    void pressureThatIsThereAgainStopsThemAndTheyKeepTheirPlaces() {
        open(40);
        pause(range(0, 40));
        fixture.end();
        assertEquals(range(0, 16), fixture.takeReads());
        fixture.underPressure = true;
        range(0, 16).forEach(this::receive); // and pause again, at the end
        assertEquals(40, fixture.gate.paused());
        fixture.end();
        assertEquals(range(16, 32), fixture.takeReads());
        fixture.tick();
        List<Integer> rest = new ArrayList<>(range(0, 8));
        rest.addAll(range(32, 40));
        assertEquals(rest, fixture.takeReads());
    }

    /** Each time that pressure ends only one batch goes on before it begins again. */
    @Test
    void nobodyStarves() {
        open(100);
        pause(range(0, 100));
        Set<Integer> went = new HashSet<>();
        for (int round = 0; round < 7; round++) {
            fixture.end();
            List<Integer> batch = fixture.takeReads();
            fixture.underPressure = true;
            batch.forEach(this::receive);
            went.addAll(batch);
        }
        assertEquals(100, went.size());
    }

    @Test
    void anEventLoopThatIsSlowHoldsUpNobody() {
        open(40);
        pause(range(0, 40));
        fixture.underPressure = false;
        fixture.tickWithout(channels.subList(0, 16));
        assertEquals(List.of(), fixture.takeReads());
        fixture.tickWithout(channels.subList(0, 16));
        assertEquals(range(16, 32), fixture.takeReads());
        fixture.runTasks();
        assertEquals(range(0, 16), fixture.takeReads());
    }

    @Test
    void whoIsClosedWhilePausedHoldsUpNobody() {
        open(40);
        pause(range(0, 40));
        channels.subList(0, 30).forEach(EmbeddedChannel::close);
        fixture.runTasks();
        fixture.end();
        assertEquals(range(30, 40), fixture.takeReads());
        assertEquals(10, fixture.gate.channels());
    }

    // ---- while it lasts

    @Test
    void oneThatHasSomethingToReadReadsOnForAWhileAndThenTheNext() {
        open(3);
        fixture.underPressure = true;
        range(0, 3).forEach(this::receive);
        for (int number : new int[] {0, 1, 2, 0}) {
            for (int turn = 0; turn < 16; turn++) {
                fixture.turn();
                assertEquals(List.of(number), fixture.takeReads(), "turn " + turn);
                receive(number);
            }
        }
        assertEquals(3, fixture.gate.paused());
    }

    @Test
    void whoHasNothingToReadGivesItsTurnAway() {
        open(2);
        fixture.underPressure = true;
        range(0, 2).forEach(this::receive);
        fixture.turn();
        assertEquals(List.of(0), fixture.takeReads());
        fixture.turn(); // nothing has come; now it is one of the idle ones
        assertEquals(Set.of(0, 1), Set.copyOf(fixture.takeReads()));
    }

    @Test
    void idleChannelsMayLookAFewAtATime() {
        open(40);
        fixture.begin();
        List<Integer> looked = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            fixture.turn();
            assertTrue(fixture.reads.size() <= 16, fixture.reads::toString);
            looked.addAll(fixture.takeReads());
        }
        assertEquals(40, Set.copyOf(looked).size());
    }

    @Test
    void aLookIsTakenBack() {
        open(1);
        fixture.begin();
        fixture.turn();
        int before = fixture.takeBacks;
        fixture.turn();
        assertEquals(before + 1, fixture.takeBacks);
    }

    @Test
    void nobodyReadsWhenHalfOfTheRestIsUsed() {
        open(2);
        fixture.underPressure = true;
        range(0, 2).forEach(this::receive);
        fixture.used = 28 * MIB;
        fixture.turn();
        fixture.turn();
        assertEquals(List.of(), fixture.takeReads());
        fixture.used = 28 * MIB - 1;
        fixture.turn();
        assertEquals(List.of(0), fixture.takeReads());
    }

    @Test
    void theTimerEndsWithThePauses() {
        open(2);
        fixture.begin();
        assertTrue(fixture.isTicking());
        channels.forEach(EmbeddedChannel::close);
        fixture.runTasks();
        fixture.turn();
        assertFalse(fixture.isTicking());
    }
}
