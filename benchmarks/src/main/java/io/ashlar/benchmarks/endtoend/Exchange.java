// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.endtoend;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A request and its answer, as they go over the wire. All requests are the same, and so are all answers, so that looking
 * at an answer costs the client next to nothing: what is measured is the server.
 *
 * @param request head and body
 * @param answer head and body
 */
record Exchange(byte[] request, byte[] answer) {

    private static final long SEED = 42;
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final String END_OF_HEAD = "\r\n\r\n";

    /**
     * Asks once, to learn how the server's answers look.
     *
     * @throws IOException if the answer is not the echo that it has to be
     */
    static Exchange learn(InetSocketAddress server, int bodyBytes) throws IOException {
        byte[] body = new byte[bodyBytes];
        new SplittableRandom(SEED).nextBytes(body);
        byte[] request = joined(
                ("POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: "
                                + bodyBytes + END_OF_HEAD)
                        .getBytes(US_ASCII),
                body);
        try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(request);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            StringBuilder head = new StringBuilder();
            while (head.indexOf(END_OF_HEAD) < 0) {
                head.append((char) in.readUnsignedByte());
            }
            byte[] echo = in.readNBytes(bodyBytes);
            if (!head.toString().startsWith("HTTP/1.1 200 ")
                    || !head.toString().toLowerCase(Locale.ROOT).contains("content-length: " + bodyBytes + "\r\n")
                    || !Arrays.equals(echo, body)) {
                throw new IOException("not the echo of the request: " + head);
            }
            return new Exchange(request, joined(head.toString().getBytes(US_ASCII), echo));
        }
    }

    private static byte[] joined(byte[] head, byte[] body) {
        byte[] all = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
    }

    /** So many bytes or a few more, of one after the other. */
    static byte[] repeated(byte[] one, int bytes) {
        int times = (bytes + one.length - 1) / one.length;
        byte[] all = new byte[times * one.length];
        for (int i = 0; i < times; i++) {
            System.arraycopy(one, 0, all, i * one.length, one.length);
        }
        return all;
    }
}
