// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

/**
 * A request has asked its {@link RequestArena} for more bytes than it may have. Nothing was allocated, and the arena goes on as
 * before: an application answers such a request with 413 or 503.
 */
public final class RequestBudgetExceededException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long budgetBytes;
    private final long usedBytes;
    private final long requestedBytes;

    RequestBudgetExceededException(long budgetBytes, long usedBytes, long requestedBytes) {
        super("a request asked for requested=" + requestedBytes + " bytes, but has used=" + usedBytes
                + " of its budget=" + budgetBytes
                + " bytes: raise the budget, or refuse requests as large as this one");
        this.budgetBytes = budgetBytes;
        this.usedBytes = usedBytes;
        this.requestedBytes = requestedBytes;
    }

    /**
     * What the request may have.
     *
     * @return bytes
     */
    public long budgetBytes() {
        return budgetBytes;
    }

    /**
     * What the request had before.
     *
     * @return bytes
     */
    public long usedBytes() {
        return usedBytes;
    }

    /**
     * What it asked for.
     *
     * @return bytes
     */
    public long requestedBytes() {
        return requestedBytes;
    }
}
