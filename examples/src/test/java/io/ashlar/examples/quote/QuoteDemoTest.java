// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.quote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class QuoteDemoTest {

    @Test
    void theDemonstrationRuns() throws InterruptedException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        QuoteDemo.run(new PrintStream(text, true, UTF_8));
        String said = text.toString(UTF_8);
        assertTrue(said.contains("Schema Quote, 72 bytes, little-endian"), said);
        assertTrue(said.contains("200,000 quotes went"), said);
        assertTrue(said.contains("least spread in FRANKFURT  3.00"), said);
        assertTrue(said.contains("Objects in use   0"), said);
    }
}
