// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

import java.util.ArrayList;
import java.util.List;

/** The connections of one event loop that have something to flush. */
final class Unflushed {

    private final List<Gateway> gateways = new ArrayList<>();

    void add(Gateway gateway) {
        if (!gateway.written) {
            gateway.written = true;
            gateways.add(gateway);
        }
    }

    void flush() {
        for (int i = 0; i < gateways.size(); i++) {
            Gateway gateway = gateways.get(i);
            gateway.written = false;
            gateway.flush();
        }
        gateways.clear();
    }
}
