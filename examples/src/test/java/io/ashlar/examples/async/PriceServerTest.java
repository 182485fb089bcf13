// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.async;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PriceServerTest {

    private final PriceServer server = new PriceServer();

    @AfterEach
    void nothingIsLeft() throws InterruptedException {
        awaitIdle();
        assertEquals(0, server.buffersOutstanding());
        server.close();
    }

    /** The client has the last answer a little before the server knows. */
    private void awaitIdle() throws InterruptedException {
        for (int i = 0; i < 3_000 && (server.arenas().open() > 0 || server.buffersOutstanding() > 0); i++) {
            Thread.sleep(10);
        }
        assertEquals(0, server.arenas().open());
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", server.address().getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static byte[] get(String item, boolean last) {
        return ("GET /price/" + item + " HTTP/1.1\r\nHost: a\r\n" + (last ? "Connection: close\r\n" : "") + "\r\n")
                .getBytes(ISO_8859_1);
    }

    @Test
    void answersComeInTheOrderOfTheirRequestsThoughPricesDoNot() throws IOException, InterruptedException {
        int count = 100; // Netty closes a connection with more than 128 unanswered
        String answers;
        try (Socket socket = connect()) {
            for (int i = 0; i < count; i++) {
                socket.getOutputStream().write(get("thing" + i, i == count - 1));
            }
            answers = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
        List<String> found = Pattern.compile("thing\\d+ costs \\d+ cents")
                .matcher(answers)
                .results()
                .map(MatchResult::group)
                .toList();
        List<String> expected = IntStream.range(0, count)
                .mapToObj(i -> "thing" + i + " costs " + PriceService.centsFor("thing" + i) + " cents")
                .toList();
        assertEquals(expected, found);
        awaitIdle();
        assertEquals(count, server.arenas().requests());
    }

    @Test
    void aPriceThatIsNotKnownIsAnAnswerToo() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(get("", true));
            String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            assertTrue(answer.startsWith("HTTP/1.1 502 "), answer);
        }
    }

    @Test
    void clientsThatGoAwayBeforeTheirAnswerLeaveNothing() throws IOException {
        for (int i = 0; i < 50; i++) {
            try (Socket socket = connect()) {
                for (int n = 0; n < 10; n++) {
                    socket.getOutputStream().write(get("thing" + n, false));
                }
                if (i % 2 == 0) {
                    socket.setSoLinger(true, 0); // a reset
                }
            }
        }
        try (Socket socket = connect()) { // and nobody else is served in their arenas
            socket.getOutputStream().write(get("last", true));
            String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            assertTrue(answer.endsWith("last costs " + PriceService.centsFor("last") + " cents\n"), answer);
        }
    }

    @Test
    void theDemonstrationRuns() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        AsyncDemo.run(new PrintStream(text, true, UTF_8));
        String said = text.toString(UTF_8);
        assertTrue(said.contains("had an arena  5,000"), said);
        assertTrue(said.contains("still open                0"), said);
    }
}
