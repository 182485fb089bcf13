// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.AllocatorConfigException;

/**
 * Memory within a region that its allocator must leave alone. A gap without bytes has no effect.
 *
 * @param start its first byte, in bytes from the start of the region
 * @param end the first byte above it, in bytes from the start of the region
 */
public record Gap(int start, int end) {

    /**
     * Checks the bounds.
     *
     * @throws AllocatorConfigException if {@code start} is negative or greater than {@code end}
     */
    public Gap {
        if (start < 0 || end < start) {
            throw new AllocatorConfigException(
                    "start=" + start + ", end=" + end + ": a gap must not be negative nor end before it starts");
        }
    }
}
