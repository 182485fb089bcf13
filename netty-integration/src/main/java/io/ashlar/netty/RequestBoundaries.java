// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

/**
 * Tells a {@link RequestArenaHandler} where a protocol's requests begin and end. Requests are answered in the order in which they
 * came. One object serves one channel, on its event loop, and may remember what it has seen.
 */
public interface RequestBoundaries {

    /**
     * Whether a request begins with this message.
     *
     * @param received what is about to be passed to the next inbound handler
     * @return true if so; the message itself is part of the request
     */
    boolean begins(Object received);

    /**
     * Whether a request is complete with this message, so that what comes next is not part of it.
     *
     * @param received what is about to be passed to the next inbound handler
     * @return true if so
     */
    boolean completes(Object received);

    /**
     * Whether the answer to the oldest unanswered request is complete with this message.
     *
     * @param written what is about to be passed to the next outbound handler
     * @return true if so
     */
    boolean answers(Object written);
}
