// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadClientTest {

    private static final long SEED = 7;

    @Test
    void aServerThatAnswersRightIsLoadedUntilTheTimeIsUp() throws Exception {
        try (Contender ashlar = Contender.ashlar(0, false);
                LoadClient client = new LoadClient(SEED)) {
            LoadRun run = client.start(ashlar.server().address(), 3, 4, Duration.ofMillis(300));
            assertTrue(run.await(20_000));
            assertTrue(run.done().isSuccess(), () -> run.done().cause().toString());
            assertTrue(run.answers() >= 12, "answers=" + run.answers());
            assertTrue(run.latencies().getTotalCount() <= run.answers());
        }
    }

    @Test
    void aLightLoadEndsWhenItIsStopped() throws Exception {
        try (Contender ashlar = Contender.ashlar(0, false);
                LoadClient client = new LoadClient(SEED)) {
            LoadRun run = client.startLight(ashlar.server().address());
            for (int i = 0; i < 2_000 && run.answers() < 20; i++) {
                assertFalse(run.await(5));
            }
            run.stop();
            assertTrue(run.await(20_000));
            assertTrue(run.done().isSuccess());
            assertTrue(run.answers() >= 20);
        }
    }

    @Test
    void aBackgroundLoadKeepsBuffersOutAndEndsWhenItIsStopped() throws Exception {
        try (Contender ashlar = Contender.ashlar(0, true);
                LoadClient client = new LoadClient(SEED)) {
            List<LoadRun> runs = client.startBackground(ashlar.server().address());
            long out = ashlar.memory().get().outstanding();
            for (int i = 0; i < 2_000 && out < 200; i++) {
                assertFalse(runs.get(0).await(5));
                out = ashlar.memory().get().outstanding();
            }
            assertTrue(out >= 200, out + " buffers are out");
            runs.forEach(LoadRun::stop);
            for (LoadRun run : runs) {
                assertTrue(run.await(20_000));
                assertTrue(run.done().isSuccess(), () -> run.done().cause().toString());
            }
        }
    }

    /** Servers that answer everything with the same bytes: none of them may pass for one that works. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "another body;    differs;      HTTP/1.1 200 OK~Content-Length: 1~~?",
                "an empty body;   bytes;        HTTP/1.1 200 OK~Content-Length: 0~~",
                "an error;        status 500;   HTTP/1.1 500 Oops~Content-Length: 0~~",
                "no HTTP;         no HTTP;      hello~~",
                "hanging up;      owes;         HTTP/1.1",
            })
    void aWrongAnswerFailsTheRun(String what, String message, String answer) throws Exception {
        try (ServerSocket liar = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
                LoadClient client = new LoadClient(SEED)) {
            Thread thread = new Thread(() -> lie(liar, answer.replace("~", "\r\n")));
            thread.start();
            LoadRun run = client.start((InetSocketAddress) liar.getLocalSocketAddress(), 1, 1, Duration.ofHours(1));
            assertTrue(run.await(20_000), what);
            assertFalse(run.done().isSuccess(), what);
            String cause = run.done().cause().getMessage();
            assertTrue(cause.contains(message), what + ": " + cause);
            thread.join(10_000);
        }
    }

    private static void lie(ServerSocket listener, String answer) {
        try (Socket socket = listener.accept()) {
            socket.getInputStream().read(new byte[1 << 20]);
            socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void nobodyListeningIsSaidAtOnce() throws Exception {
        InetSocketAddress closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            closed = (InetSocketAddress) socket.getLocalSocketAddress();
        }
        try (LoadClient client = new LoadClient(SEED)) {
            IOException e = assertThrows(IOException.class, () -> client.start(closed, 2, 1, Duration.ofSeconds(1)));
            assertEquals("only 0 of 2 connections could be opened", e.getMessage());
        }
    }

    @Test
    void theSameSeedGivesTheSameRequests() {
        assertEquals(requests(new Workload(1), 200), requests(new Workload(1), 200));
        assertNotEquals(requests(new Workload(1), 200), requests(new Workload(2), 200));
    }

    private static long requests(Workload workload, int count) {
        SplittableRandom random = new SplittableRandom(SEED);
        long hash = 0;
        for (int i = 0; i < count; i++) {
            ByteBuf wire = workload.pick(random).wire();
            hash = hash * 31 + wire.hashCode();
        }
        return hash;
    }
}
