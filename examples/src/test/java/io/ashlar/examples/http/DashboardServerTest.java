// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The dashboard as the server has it, over a bare socket: what is sent is what is written here. */
class DashboardServerTest {

    @RegisterExtension
    final AshlarServer ashlar = new AshlarServer();

    /** An answer: all lines up to the body in lower case, and the body. */
    private record Answer(String head, String body) {
        String status() {
            return head.substring("http/1.1 ".length(), "http/1.1 ".length() + 3);
        }

        String header(String name) {
            Matcher line = Pattern.compile("(?m)^" + Pattern.quote(name) + ": (.*?)\\r?$")
                    .matcher(head);
            return line.find() ? line.group(1) : "";
        }
    }

    private Answer ask(String method, String target) throws IOException {
        try (Socket socket = ashlar.connect()) {
            return ask(socket, method, target);
        }
    }

    private static Answer ask(Socket socket, String method, String target) throws IOException {
        socket.getOutputStream()
                .write((method + " " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                        .getBytes(ISO_8859_1));
        String all = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        int end = all.indexOf("\r\n\r\n");
        return new Answer(all.substring(0, end).toLowerCase(Locale.ROOT), all.substring(end + 4));
    }

    @ParameterizedTest
    @CsvSource({
        "/dashboard, text/html; charset=utf-8, no-cache",
        "/dashboard?from=a-bookmark, text/html; charset=utf-8, no-cache",
        "/dashboard/style.css, text/css; charset=utf-8, no-cache",
        "/dashboard/icon.svg, image/svg+xml, no-cache",
        "/dashboard/page.js, text/javascript; charset=utf-8, no-cache",
        "/dashboard/echarts.min.js, text/javascript; charset=utf-8, max-age=86400",
        "/dashboard/data, application/json, no-store",
    })
    void everythingHasItsTypeAndIsKeptIn(String path, String type, String caching) throws IOException {
        Answer answer = ask("GET", path);
        assertEquals("200", answer.status());
        assertEquals(type, answer.header("content-type"));
        assertEquals(caching, answer.header("cache-control"));
        assertEquals("nosniff", answer.header("x-content-type-options"));
        assertEquals("no-referrer", answer.header("referrer-policy"));
        assertTrue(answer.header("content-security-policy").startsWith("default-src 'self'; "), answer.head());
        assertFalse(answer.header("content-security-policy").contains("unsafe"), answer.head());
        assertEquals(Integer.toString(answer.body().length()), answer.header("content-length"));
    }

    @Test
    void theDataIsJson() throws IOException {
        ask("GET", "/healthz");
        JsonNode data =
                new ObjectMapper().readTree(ask("GET", "/dashboard/data").body());
        assertEquals("http-demo", data.get("name").textValue());
        assertTrue(data.get("counts").get("allocations").longValue() > 0, data::toString);
        assertTrue(data.get("latency").get("count").longValue() > 0, data::toString);
        assertTrue(data.get("memory").get("reserved").longValue() > 0, data::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dashboard", "/dashboard/echarts.min.js", "/dashboard/data"})
    void headTellsWhatGetWouldWithoutTheBody(String path) throws IOException {
        Answer answer = ask("HEAD", path);
        assertEquals("200", answer.status());
        assertEquals("", answer.body());
        assertTrue(Integer.parseInt(answer.header("content-length")) > 0, answer.head());
    }

    @ParameterizedTest
    @CsvSource({"POST, /dashboard", "PUT, /dashboard/data", "DELETE, /dashboard/style.css"})
    void aWrongMethodIsToldWhichAreRight(String method, String path) throws IOException {
        Answer answer = ask(method, path);
        assertEquals("405", answer.status());
        assertEquals("get, head", answer.header("allow"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/dashboard/",
                "/dashboard/../../etc/passwd",
                "/dashboard/../../../../../../etc/passwd",
                "/dashboard/%2e%2e/%2e%2e/etc/passwd",
                "/dashboard/..%2f..%2fetc%2fpasswd",
                "/dashboard/..\\..\\etc\\passwd",
                "/dashboard//style.css",
                "//dashboard",
                "//dashboard/style.css",
                "/dashboard/./style.css",
                "/dashboard/style.css/",
                "/dashboard/style.css%00.html",
                "/dashboard/style.css\0",
                "/dashboard/\0",
                "/dashboard/st\u00ffle.css",
                "/dashboard/%ff%fe",
                "/dashboard/Dashboard.class",
                "/dashboard/index.html",
                "/dashboard/Style.css",
                "/DASHBOARD",
                "/dashboard;v=1",
                "/dashboard#data",
                "dashboard",
                "file:///dashboard/../etc/passwd",
            })
    void aPathThatLeadsElsewhereLeadsNowhere(String target) throws IOException {
        Answer answer = ask("GET", target);
        assertTrue(List.of("404", "400").contains(answer.status()), answer.head());
        assertFalse(answer.body().contains("root:") || answer.body().contains("<"), answer.body());
    }

    @ParameterizedTest
    @CsvSource({"3000, 200", "100000, 414"})
    void aQueryIsPassedOverUnlessItIsTooLong(int length, String status) throws IOException {
        Answer answer = ask("GET", "/dashboard/data?" + "q".repeat(length));
        assertEquals(status, answer.status());
    }

    @Test
    void aServerOnAnotherAllocatorHasNoDashboard() throws Exception {
        try (Contender netty = Contender.nettyDefault()) {
            for (String path : List.of("/dashboard", "/dashboard/data", "/dashboard/style.css")) {
                try (Socket socket = AshlarServer.connect(netty.server())) {
                    assertEquals("404", ask(socket, "GET", path).status(), path);
                }
            }
        }
    }

    @Test
    void bothServersTimeEachOfTheirRequests() throws Exception {
        try (Contender netty = Contender.nettyDefault()) {
            for (DemoServer server : List.of(netty.server(), ashlar.server())) {
                try (Socket socket = AshlarServer.connect(server)) {
                    String pipelined = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".repeat(100);
                    socket.getOutputStream().write(pipelined.getBytes(ISO_8859_1));
                    socket.shutdownOutput();
                    socket.getInputStream().readAllBytes();
                }
                assertEquals(100, timed(server));
            }
        }
    }

    /** Scrapes until the requests before have been counted; they are only when their answers are flushed. */
    private static long timed(DemoServer server) throws Exception {
        Pattern count = Pattern.compile("(?m)^http_server_requests_seconds_count (\\d+)");
        long found = 0;
        for (int scrapes = 0; scrapes < 2_000; scrapes++) {
            try (Socket socket = AshlarServer.connect(server)) {
                Matcher line = count.matcher(ask(socket, "GET", "/metrics").body());
                assertTrue(line.find());
                found = Long.parseLong(line.group(1)) - scrapes;
            }
            if (found >= 100) {
                break;
            }
            Thread.sleep(10);
        }
        return found;
    }
}
