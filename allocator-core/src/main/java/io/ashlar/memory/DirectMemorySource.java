// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import org.jspecify.annotations.Nullable;

/** Memory that the JVM allocates and zeroes. It says with an error that it has none left; here that is a null. */
final class DirectMemorySource extends CountedMemorySource {

    DirectMemorySource() {
        super("direct");
    }

    @Override
    @Nullable
    NativeMemory obtain(Layout layout) {
        return allocate(layout);
    }

    /** Shared with the mapped source, whose substitute this is. */
    static @Nullable NativeMemory allocate(Layout layout) {
        try {
            return JdkInternals.allocate(layout.size(), layout.align());
        } catch (OutOfMemoryError none) {
            return null;
        }
    }
}
