// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.io.Serial;

/** Memory could not be had. Nothing was changed: the caller may release something and try again. */
public final class AllocationException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Why memory could not be had. */
    public enum Reason {
        /** The allocator has no block of that size left. */
        EXHAUSTED,
        /** The source, or its limit, has no region of that size left. */
        SOURCE_EXHAUSTED,
        /** No block of this allocator is ever that large. */
        TOO_LARGE,
        /** No block of this allocator is ever aligned that coarsely. */
        ALIGNMENT,
        /** Zero bytes were asked of an allocator that has no empty blocks. */
        ZERO_SIZE
    }

    /** Why memory could not be had. */
    private final Reason reason;
    /** The allocator's or source's name. */
    private final String allocator;
    /** Bytes that were asked for. */
    private final long requested;
    /** Bytes that could still have been had. */
    private final long available;

    /**
     * Creates the exception; its message names all the values.
     *
     * @param reason why memory could not be had
     * @param allocator the name of the allocator or source that said no
     * @param requested bytes that were asked for
     * @param available bytes that could still be had, in blocks of whatever size
     * @param hint the likely cause, or what limits the allocator
     */
    public AllocationException(Reason reason, String allocator, long requested, long available, String hint) {
        super(reason + ": " + allocator + " cannot serve requested=" + requested + " bytes, available=" + available
                + " bytes: " + hint);
        this.reason = reason;
        this.allocator = allocator;
        this.requested = requested;
        this.available = available;
    }

    /**
     * Why memory could not be had.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /**
     * The name of the allocator or source that said no.
     *
     * @return the name
     */
    public String allocator() {
        return allocator;
    }

    /**
     * What was asked for.
     *
     * @return bytes
     */
    public long requested() {
        return requested;
    }

    /**
     * What could still have been had, in blocks of whatever size.
     *
     * @return bytes
     */
    public long available() {
        return available;
    }
}
