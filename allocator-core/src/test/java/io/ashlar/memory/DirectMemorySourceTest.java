// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** {@link MemorySource#direct()}. */
final class DirectMemorySourceTest extends MemorySourceContract {

    @Override
    MemorySource newSource() {
        return MemorySource.direct();
    }

    @Override
    String kind() {
        return "direct";
    }

    @Test
    void itIsZeroed() {
        try (MemoryRegion region = newSource().acquire(new Layout(1 << 20, 65_536))) {
            ByteBuffer buffer = region.buffer();
            for (int at = 0; at < region.size(); at++) {
                assertEquals(0, buffer.get(at));
            }
        }
    }
}
