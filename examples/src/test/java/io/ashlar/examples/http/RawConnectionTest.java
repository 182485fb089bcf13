// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a well-behaved client never sends, written to a bare socket. */
class RawConnectionTest {

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

    @RegisterExtension
    final AshlarServer ashlar = new AshlarServer();

    /** Sends all of it, closes the sending side, and reads until the server closes. */
    private String exchange(String text) throws IOException {
        try (Socket socket = ashlar.connect()) {
            socket.getOutputStream().write(text.replace("\n", "\r\n").getBytes(ISO_8859_1));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private static List<String> statuses(String answers) {
        List<String> found = new ArrayList<>();
        Matcher matcher = STATUS.matcher(answers);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private static String post(String body) {
        return "POST /echo HTTP/1.1\nHost: a\nContent-Length: " + body.length() + "\n\n" + body;
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        StringBuilder requests = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            requests.append(post("<body-" + i + ">"));
            expected.append("<body-").append(i).append(">");
        }
        String answers = exchange(requests.toString());
        assertEquals(300, statuses(answers).size());
        Matcher bodies = Pattern.compile("<body-\\d+>").matcher(answers);
        StringBuilder found = new StringBuilder();
        while (bodies.find()) {
            found.append(bodies.group());
        }
        assertEquals(expected.toString(), found.toString());
    }

    @Test
    void differentKindsOfAnswersKeepTheirOrder() throws IOException {
        String answers = exchange("HEAD / HTTP/1.1\nHost: a\n\n" + "GET /nothing HTTP/1.1\nHost: a\n\n" + post("x")
                + "GET /echo HTTP/1.1\nHost: a\n\n"
                + "POST /echo HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n3\nabc\n2\nde\n0\n\n"
                + "HEAD /metrics HTTP/1.1\nHost: a\n\n" + "GET /healthz HTTP/1.1\nHost: a\n\n");
        assertEquals(List.of("200", "404", "200", "405", "200", "200", "200"), statuses(answers));
        assertTrue(answers.contains("\r\n\r\nabcde"), answers);
        assertTrue(answers.endsWith("\r\n\r\nok\n"), answers);
    }

    @Test
    void expectContinueIsAnsweredBeforeTheBodyIsSent() throws IOException {
        try (Socket socket = ashlar.connect()) {
            socket.getOutputStream()
                    .write("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
                            .getBytes(ISO_8859_1));
            String go = "HTTP/1.1 100 Continue\r\n\r\n";
            assertEquals(go, new String(socket.getInputStream().readNBytes(go.length()), ISO_8859_1));
            socket.getOutputStream()
                    .write("hiHEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(ISO_8859_1));
            String rest = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            assertEquals(List.of("200", "200"), statuses(rest));
            assertTrue(rest.contains("\r\n\r\nhiHTTP/1.1 200"), rest);
        }
    }

    @Test
    void nothingIsAnsweredAfterConnectionClose() throws IOException {
        try (Socket socket = ashlar.connect()) {
            String requests = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                    + "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
            socket.getOutputStream().write(requests.getBytes(ISO_8859_1));
            String answers = new String(socket.getInputStream().readAllBytes(), ISO_8859_1); // ends: the server closed
            assertEquals(List.of("200"), statuses(answers));
            assertTrue(answers.toLowerCase().contains("connection: close"), answers);
        }
    }

    @Test
    void anHttp10ClientIsHungUpOnUnlessItAsksOtherwise() throws IOException {
        try (Socket socket = ashlar.connect()) {
            socket.getOutputStream().write("GET /healthz HTTP/1.0\r\n\r\n".getBytes(ISO_8859_1));
            assertTrue(new String(socket.getInputStream().readAllBytes(), ISO_8859_1).endsWith("ok\n"));
        }
        String kept = exchange(
                "GET /healthz HTTP/1.0\nConnection: keep-alive\n\nGET /healthz HTTP/1.0\nConnection: keep-alive\n\n");
        assertEquals(List.of("200", "200"), statuses(kept));
        assertTrue(kept.toLowerCase().contains("connection: keep-alive"), kept);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "400; no host;              GET / HTTP/1.1~~",
                "400; no request;           hello~~",
                "400; no length;            POST /echo HTTP/1.1~Host: a~Content-Length: many~~",
                "400; negative length;      POST /echo HTTP/1.1~Host: a~Content-Length: -5~~",
                "400; two lengths;          POST /echo HTTP/1.1~Host: a~Content-Length: 1~Content-Length: 2~~ab",
                "400; broken piece;         POST /echo HTTP/1.1~Host: a~Transfer-Encoding: chunked~~zz~abc~",
                "505; another HTTP;         GET / HTTP/3.7~Host: a~~",
                "417; other expectation;    POST /echo HTTP/1.1~Host: a~Expect: money~Content-Length: 1~~x",
                "404; asterisk;             GET * HTTP/1.1~Host: a~Connection: close~~",
                "404; a path of no server;  GET ../../etc/passwd HTTP/1.1~Host: a~Connection: close~~",
                "200; proxy form;           GET http://a/healthz HTTP/1.1~Host: a~Connection: close~~",
            })
    void oddRequestsGetOneClearAnswer(String status, String what, String text) throws IOException {
        String answers = exchange(text.replace('~', '\n'));
        assertEquals(List.of(status), statuses(answers), what + ": " + answers);
    }

    @Test
    void whatIsTooLongIsRefused() throws IOException {
        assertEquals(List.of("414"), statuses(exchange("GET /" + "a".repeat(6_000) + " HTTP/1.1\nHost: a\n\n")));
        assertEquals(List.of("431"), statuses(exchange("GET / HTTP/1.1\nHost: a\nX: " + "a".repeat(10_000) + "\n\n")));
    }

    @Test
    void aBodyThatBreaksOffReleasesWhatHasArrived() throws Exception {
        try (Socket socket = ashlar.connect()) {
            socket.getOutputStream()
                    .write("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\npart".getBytes(ISO_8859_1));
            socket.getOutputStream().flush();
            ashlar.awaitOutstanding(true);
        }
        ashlar.awaitOutstanding(false);
        assertTrue(statuses(exchange("GET /healthz HTTP/1.1\nHost: a\n\n")).contains("200"));
    }

    @RepeatedTest(5)
    void aClientThatDoesNotFetchItsAnswersIsNotReadForever() throws Exception {
        String request = post("x".repeat(60_000)).replace("\n", "\r\n");
        Socket socket = ashlar.connect();
        try {
            Thread writer = new Thread(() -> {
                try {
                    for (int i = 0; i < 5_000; i++) {
                        socket.getOutputStream().write(request.getBytes(ISO_8859_1));
                    }
                } catch (IOException expected) {
                    // The socket is closed below, while the server does not read from it.
                }
            });
            writer.start();
            long last = -1;
            for (int quiet = 0; quiet < 20; quiet++) {
                Thread.sleep(50);
                long now = ashlar.memory().requested();
                quiet = now == last && now > 0 ? quiet : 0;
                last = now;
            }
            assertTrue(last < 16 << 20, "the server holds " + last + " bytes for a client that reads nothing");
            assertTrue(writer.isAlive(), "300 MB went into sockets that nobody reads from");
            socket.close();
            writer.join(10_000);
            assertFalse(writer.isAlive());
        } finally {
            socket.close();
        }
        ashlar.awaitOutstanding(false);
    }
}
