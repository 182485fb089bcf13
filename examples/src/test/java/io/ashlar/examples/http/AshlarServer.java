// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The server on Ashlar, for each test a new one. After the test no buffer may be outstanding. */
final class AshlarServer implements BeforeEachCallback, AfterEachCallback {

    private Contender ashlar;

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        ashlar = Contender.ashlar(0, true);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        ashlar.server().close();
        MemoryReading end = memory();
        ashlar.close();
        assertEquals(0, end.outstanding());
        assertEquals(0, end.requested());
        assertEquals(0, end.used());
    }

    DemoServer server() {
        return ashlar.server();
    }

    String url() {
        return ashlar.server().url();
    }

    MemoryReading memory() {
        return ashlar.memory().get();
    }

    Socket connect() throws IOException {
        return connect(ashlar.server());
    }

    /** A bare connection that gives up when nothing comes. */
    static Socket connect(DemoServer server) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.address().getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    /** Waits until there are buffers outstanding, or none. */
    void awaitOutstanding(boolean some) throws InterruptedException {
        for (int i = 0; i < 3_000 && memory().outstanding() > 0 != some; i++) {
            Thread.sleep(10);
        }
        assertEquals(some, memory().outstanding() > 0);
    }
}
