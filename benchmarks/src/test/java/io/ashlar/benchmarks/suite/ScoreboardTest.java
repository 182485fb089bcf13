// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.benchmarks.Column;
import io.ashlar.benchmarks.Peer;
import io.ashlar.benchmarks.message.MessagePeer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How figures become rows: who is compared with whom, and in which table. */
class ScoreboardTest {

    private final Scoreboard scoreboard = new Scoreboard();

    private static Question question(String id) {
        return Questions.ALL.stream()
                .filter(question -> question.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private void put(String id, Map<? extends Column, Double> nanos) {
        nanos.forEach((column, each) ->
                scoreboard.put(question(id), "row of " + id, "message", column, new Row.Cell(each, 0, 0)));
    }

    /** The cells of a table's only row. */
    private static List<String> row(TextTable table) {
        String[] lines = table.text().split("\n");
        assertEquals(3, lines.length, table.text());
        return List.of(lines[2].split("\\|", -1)).stream().map(String::strip).toList();
    }

    @Test
    void messagesAreComparedWithTheBestPoolAndNothingElse() {
        put(
                "message",
                Map.of(
                        MessagePeer.ASHLAR, 10.0,
                        MessagePeer.COMMONS_POOL2, 300.0,
                        MessagePeer.STORMPOT, 19.0,
                        MessagePeer.NETTY_RECYCLER, 50.0,
                        MessagePeer.JAVA_OBJECT, 2.0,
                        MessagePeer.FFM, 5.0));
        List<String> row = row(scoreboard.tables().get(0));
        assertEquals(
                List.of("10.0", "300", "19.0", "50.0", "2.0", "5.0", "", "", "1.90", ">= 2.00", "SHORT", "0"),
                row.subList(1, row.size()));
        assertEquals(1, scoreboard.missed());
    }

    @Test
    void fieldsAreComparedWithTheByteBuffer() {
        put(
                "message-fields",
                Map.of(
                        MessagePeer.ASHLAR, 3.0,
                        MessagePeer.JAVA_OBJECT, 1.0,
                        MessagePeer.BYTE_BUFFER, 2.8,
                        MessagePeer.FLYWEIGHT, 2.0));
        List<String> row = row(scoreboard.tables().get(0));
        assertEquals(List.of("0.93", ">= 0.91", "", "0"), row.subList(9, row.size()));
        assertEquals(0, scoreboard.missed());
    }

    @Test
    void messagesHaveATableOfTheirOwn() {
        put("loop", Map.of(Peer.ASHLAR, 10.0, Peer.ADAPTIVE, 35.0, Peer.POOLED, 40.0, Peer.UNPOOLED, 5.0));
        put("message", Map.of(MessagePeer.ASHLAR, 10.0));
        List<TextTable> tables = scoreboard.tables();
        assertEquals(2, tables.size());
        List<String> row = row(tables.get(0));
        assertEquals(List.of("10.0", "35.0", "40.0", "5.0", "3.50", ">= 3.00", "", "0"), row.subList(1, row.size()));
        assertTrue(
                tables.get(1).markdown().contains("| commons-pool2 |"),
                tables.get(1).markdown());
    }

    @Test
    void whoTakesTurnsInAForkGetsHisIterationsOfAllForks() {
        Rounds rounds = new Rounds();
        rounds.add(List.of(MadeUp.fork("", 10, 20, 30, 40, 11, 21, 31, 41)));
        rounds.add(List.of(MadeUp.fork("", 12, 22, 32, 42)));
        rounds.together().forEach(result -> scoreboard.add(question("watched"), result));
        List<String> row = row(scoreboard.tables().get(0));
        assertEquals(List.of("11.0", "21.0", "31.0", "41.0", "3.73", ">= 0.98", "", "0"), row.subList(1, row.size()));
    }

    @Test
    void whatTheJdkLacksIsLeftOut() {
        List<String> contestants = question("message").overrides(true).get("contestant");
        assertEquals(Runtime.version().feature() >= 22, contestants.contains("FFM"), contestants::toString);
        assertTrue(contestants.contains("STORMPOT"), contestants::toString);
    }
}
