// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.endtoend;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/** One connection of the load: keeps a fixed number of requests in flight until the time is up. One thread uses it. */
final class LoadConnection {

    private final LoadThread thread;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final int requestBytes;
    private final int answerBytes;

    /** As many requests as may be in flight, one after the other; what is sent next starts at its position. */
    private final ByteBuffer requests;

    private int unsent;

    // When each request in flight was asked, oldest first: a ring, since answers come in the order of the requests.
    private final long[] askedAt;
    private int oldest;
    private int inFlight;

    /** How many bytes of the oldest answer have come. */
    private int received;

    LoadConnection(LoadThread thread, SocketChannel channel, SelectionKey key, Exchange exchange, int depth) {
        this.thread = thread;
        this.channel = channel;
        this.key = key;
        requestBytes = exchange.request().length;
        answerBytes = exchange.answer().length;
        byte[] all = Exchange.repeated(exchange.request(), requestBytes * depth);
        requests = ByteBuffer.allocateDirect(all.length).put(all).flip();
        askedAt = new long[depth];
    }

    void start() throws IOException {
        ask(askedAt.length, System.nanoTime());
    }

    /** Does what the selector says can be done; closes the connection after its last answer. */
    void proceed() throws IOException {
        if (key.isWritable()) {
            send();
        }
        if (key.isReadable()) {
            read();
        }
    }

    private void read() throws IOException {
        ByteBuffer into = thread.received().clear();
        int bytes = channel.read(into);
        if (bytes < 0) {
            throw new IOException("the server closed a connection and owes it " + inFlight + " answers");
        }
        byte[] expected = thread.answers();
        if (!Arrays.equals(into.array(), 0, bytes, expected, received, received + bytes)) {
            throw new IOException("an answer differs from what it must be, within " + bytes + " bytes");
        }
        int answers = (received + bytes) / answerBytes;
        received = (received + bytes) % answerBytes;
        if (answers > 0) {
            answered(answers);
        }
    }

    private void answered(int answers) throws IOException {
        if (answers > inFlight) {
            throw new IOException("answers=" + answers + " came to requests=" + inFlight);
        }
        long now = System.nanoTime();
        for (int i = 0; i < answers; i++) {
            thread.record(now, now - askedAt[oldest]);
            oldest = (oldest + 1) % askedAt.length;
        }
        inFlight -= answers;
        if (!thread.isOver(now)) {
            ask(answers, now);
        } else if (inFlight == 0) {
            channel.close();
        }
    }

    private void ask(int count, long now) throws IOException {
        for (int i = 0; i < count; i++) {
            askedAt[(oldest + inFlight++) % askedAt.length] = now;
        }
        unsent += count * requestBytes;
        send();
    }

    private void send() throws IOException {
        int written = 1;
        while (unsent > 0 && written > 0) {
            int from = requests.position() % requests.capacity();
            requests.limit(Math.min(requests.capacity(), from + unsent)).position(from);
            written = channel.write(requests);
            unsent -= written;
        }
        int interest = unsent > 0 ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
        if (key.interestOps() != interest) {
            key.interestOps(interest);
        }
    }
}
