// SPDX-License-Identifier: Apache-2.0
/**
 * Off-heap memory cut to size: regions and their sources, the three single-threaded allocators, the thread-safe
 * pool above them, and fixed-size message objects.
 *
 * <p>The packages are layers; each uses only those named before it: {@code io.ashlar.memory},
 * {@code io.ashlar.alloc}, {@code io.ashlar.pool}, {@code io.ashlar.message}. There is no dependency at run time beyond the JDK itself.
 */
module io.ashlar.core {
    requires jdk.unsupported; // only one class uses it, by name, and only below JDK 25
    requires static jdk.jfr; // used where it is there
    requires static org.jspecify;

    exports io.ashlar.memory;
    exports io.ashlar.alloc;
    exports io.ashlar.pool;
    exports io.ashlar.message;
}
