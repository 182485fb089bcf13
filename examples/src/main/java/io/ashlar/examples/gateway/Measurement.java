// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

import io.ashlar.examples.client.LoopThreads;

/** What happens between the first look, when everything has got going, and the end. */
final class Measurement {

    private final GatewayServer server;
    private final Session session;
    private boolean looked;
    private long nanos = System.nanoTime();
    private long messages;
    private long heapBytes;

    Measurement(GatewayServer server, Session session) {
        this.server = server;
        this.session = session;
        start();
    }

    private void start() {
        nanos = System.nanoTime();
        messages = messages();
        heapBytes = heapBytes();
    }

    private long messages() {
        return session.sent() + session.received();
    }

    private long heapBytes() {
        long sent = session.threads().allocatedBytes();
        long served = server.threads().allocatedBytes();
        return sent < 0 || served < 0 ? LoopThreads.UNKNOWN : sent + served;
    }

    /** Begins anew at the first call. */
    void look() {
        if (!looked) {
            looked = true;
            start();
        }
    }

    /** Makes the figures those of the time until now. */
    void end() {
        nanos = Math.max(1, System.nanoTime() - nanos);
        messages = Math.max(1, messages() - messages);
        long now = heapBytes();
        heapBytes = now < 0 ? LoopThreads.UNKNOWN : now - heapBytes;
    }

    double messagesPerSecond() {
        return messages * 1e9 / nanos;
    }

    /** Bytes, or {@link LoopThreads#UNKNOWN}. */
    double heapPerMessage() {
        return heapBytes < 0 ? LoopThreads.UNKNOWN : heapBytes / (double) messages;
    }
}
