// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whether somebody hears of it when a process fails. */
class ChildProcessTest {

    @Test
    void whatAFailedProcessPrintedIsInTheMessage() throws IOException {
        ChildProcess process = ChildProcess.start(List.of("-Xmx32m"), SmallHeapProcess.class, "NOBODY");
        String message = assertThrows(IOException.class, process::lines).getMessage();
        assertTrue(message.startsWith("SmallHeapProcess NOBODY ended with code=1"), message);
        assertTrue(message.contains("No enum constant"), message);
    }
}
