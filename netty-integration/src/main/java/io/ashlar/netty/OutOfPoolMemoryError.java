// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.memory.AllocationException;
import java.io.Serial;

/**
 * A direct buffer could not be allocated, or could not grow: the allocator has reached its limit, or its source has no
 * more memory. Nothing was changed; a buffer that was to grow is as it was.
 *
 * <p>It is an {@link OutOfMemoryError} because Netty's transports look for one: a channel whose read buffer cannot be
 * had is closed then. After any other exception they would try the same read again and again, without end.
 *
 * <p>The JVM itself is not out of memory, and its options for that case ({@code -XX:+ExitOnOutOfMemoryError} and the
 * like) do not apply. {@link #getCause()} has the figures.
 */
public final class OutOfPoolMemoryError extends OutOfMemoryError {

    @Serial
    private static final long serialVersionUID = 1L;

    OutOfPoolMemoryError(AllocationException cause) {
        super(cause.getMessage());
        initCause(cause);
    }

    /**
     * Why the memory could not be had, with the figures.
     *
     * @return the pool's exception
     */
    @Override
    public synchronized AllocationException getCause() {
        return (AllocationException) super.getCause();
    }
}
