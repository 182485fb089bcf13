// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.io.Serial;

/** The values that an allocator, a source or a pool was to be built with make no sense together. */
public final class AllocatorConfigException extends IllegalArgumentException {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message the values, as {@code name=value}, and what is wrong with them
     */
    public AllocatorConfigException(String message) {
        super(message);
    }
}
