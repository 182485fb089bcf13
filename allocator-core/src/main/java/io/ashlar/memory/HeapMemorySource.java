// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Java arrays. */
final class HeapMemorySource extends CountedMemorySource {

    HeapMemorySource() {
        super("heap");
    }

    @Override
    @Nullable
    NativeMemory obtain(Layout layout) {
        try {
            return new NativeMemory(ByteBuffer.allocate(layout.size()), MemoryRegion.NO_ADDRESS, () -> {});
        } catch (OutOfMemoryError none) {
            return null;
        }
    }
}
