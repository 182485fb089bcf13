// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/** A listener's being registered, until it is closed. */
@FunctionalInterface
public interface Registration extends AutoCloseable {

    /**
     * Ends the registration. A notice that is under way may still arrive. Calls after the first do nothing. May be called from any thread, also
     * by the listener itself; O(listeners).
     */
    @Override
    void close();
}
