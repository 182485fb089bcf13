// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What went wrong; thread-safe. */
final class Failures {

    // Synchronization: a concurrent list.
    private final List<Throwable> all = new CopyOnWriteArrayList<>();

    void add(Throwable failure) {
        all.add(failure);
    }

    List<Throwable> all() {
        return List.copyOf(all);
    }

    /**
     * Fails with the first, if there is one.
     *
     * @throws IllegalStateException with the failure as its cause
     */
    void rethrow() {
        if (!all.isEmpty()) {
            throw new IllegalStateException(all.size() + " failures, the first: " + all.get(0), all.get(0));
        }
    }
}
