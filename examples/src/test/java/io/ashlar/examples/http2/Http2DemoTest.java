// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http2;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class Http2DemoTest {

    /** The demonstration checks every answer and its protocol; here, that each request had an arena, which has ended. */
    @Test
    void everyStreamHasAnArenaAndEveryRequestOfHttp1Too() throws Exception {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        Http2Demo.run(new PrintStream(text, true, UTF_8));
        String said = text.toString(UTF_8);
        String[] parts = said.split("\n\n");
        assertTrue(parts[0].contains("HTTP_2"), said);
        assertTrue(parts[1].contains("HTTP_1_1"), said);
        for (int i = 0; i < 2; i++) {
            assertTrue(parts[i].contains("had an arena  2,000"), said);
            assertTrue(parts[i].contains("still open                  0"), said);
        }
    }
}
