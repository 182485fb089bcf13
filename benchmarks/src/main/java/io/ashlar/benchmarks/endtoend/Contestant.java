// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.endtoend;

import io.ashlar.benchmarks.Peer;

/** Who serves: the example server on one of the allocators, and on Ashlar with request arenas besides. */
enum Contestant {
    ASHLAR(Peer.ASHLAR, false),
    ARENAS(Peer.ASHLAR, true),
    ADAPTIVE(Peer.ADAPTIVE, false),
    POOLED(Peer.POOLED, false),
    UNPOOLED(Peer.UNPOOLED, false);

    private final Peer peer;
    private final boolean arenas;

    Contestant(Peer peer, boolean arenas) {
        this.peer = peer;
        this.arenas = arenas;
    }

    Peer peer() {
        return peer;
    }

    boolean hasArenas() {
        return arenas;
    }

    boolean isOurs() {
        return peer == Peer.ASHLAR;
    }

    /** How the table calls it. */
    String title() {
        return arenas ? peer.title() + ", request arenas" : peer.title();
    }
}
