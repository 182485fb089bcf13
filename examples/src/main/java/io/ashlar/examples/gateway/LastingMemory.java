// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

import io.ashlar.memory.MemorySource;
import java.nio.ByteBuffer;

/**
 * Memory that only the garbage collector gives back. From JDK 25 on the regions of all other sources can be closed while somebody writes from them to
 * a socket, and NIO makes 40 bytes of garbage for each buffer that it writes, to prevent that.
 */
final class LastingMemory {

    private LastingMemory() {}

    static MemorySource of(int bytes) {
        return MemorySource.wrap(ByteBuffer.allocateDirect(bytes));
    }
}
