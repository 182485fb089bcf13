// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.nio.ByteBuffer;

/**
 * Memory as a source obtained it, before a region is made of it.
 *
 * @param buffer all of it, big-endian, with position 0
 * @param address of the first byte, or {@link MemoryRegion#NO_ADDRESS}
 * @param free gives the memory back; is run once. It may throw {@link IllegalStateException} to say that the memory is
 *     in use by an I/O operation and that nothing was freed
 * @param mapped whether it is a private mapping of a file, of which {@link JdkInternals#discard} may let a part go
 */
record NativeMemory(ByteBuffer buffer, long address, Runnable free, boolean mapped) {

    /** Memory that is no mapping. */
    NativeMemory(ByteBuffer buffer, long address, Runnable free) {
        this(buffer, address, free, false);
    }
}
