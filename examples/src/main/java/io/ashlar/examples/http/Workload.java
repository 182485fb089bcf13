// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The mix of requests that a load is made of, each with the answer that it must get.
 *
 * <p>One in five is a small {@code GET}; the others are posts to {@code /echo} with random bodies: most of them small,
 * a few of them large. The same seed gives the same requests, byte for byte.
 */
final class Workload {

    private static final int VARIANTS = 500;
    private static final int LARGE_VARIANTS = 24;

    /**
     * One request as it goes over the wire, and the body that must come back.
     *
     * @param wire request line, headers and body; shared, so it is only ever written as a duplicate
     * @param expected the body of the answer; shared, so it is only ever read by index
     */
    record Exchange(ByteBuf wire, ByteBuf expected) {}

    private final List<Exchange> exchanges;

    private Workload(List<Exchange> exchanges) {
        this.exchanges = exchanges;
    }

    Workload(long seed) {
        this(new ArrayList<>(VARIANTS));
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < VARIANTS; i++) {
            exchanges.add(i % 5 == 0 ? get(random) : echo(random, bodySize(random)));
        }
    }

    /** Posts alone, with bodies from 64 KiB to 4 MiB; each doubling is as likely. */
    static Workload large(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Workload load = new Workload(new ArrayList<>(LARGE_VARIANTS));
        for (int i = 0; i < LARGE_VARIANTS; i++) {
            int least = (64 << 10) << i % 6;
            load.exchanges.add(echo(random, random.nextInt(least, 2 * least)));
        }
        return load;
    }

    /** One of the requests. */
    Exchange pick(SplittableRandom random) {
        return exchanges.get(random.nextInt(exchanges.size()));
    }

    private static Exchange get(SplittableRandom random) {
        boolean greeting = random.nextBoolean();
        String head = "GET " + (greeting ? "/" : "/healthz") + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        return new Exchange(
                shared(head.getBytes(UTF_8)),
                shared((greeting ? RoutingHandler.GREETING : RoutingHandler.HEALTHY).getBytes(UTF_8)));
    }

    private static Exchange echo(SplittableRandom random, int size) {
        byte[] body = new byte[size];
        random.nextBytes(body);
        String head =
                "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: "
                        + body.length + "\r\n\r\n";
        return new Exchange(shared(head.getBytes(UTF_8), body), shared(body));
    }

    /** 75 % up to 512 bytes, 18 % up to 8 KiB, 6 % up to 64 KiB, 1 % up to 256 KiB. */
    private static int bodySize(SplittableRandom random) {
        int percent = random.nextInt(100);
        if (percent < 75) {
            return random.nextInt(1, 513);
        }
        if (percent < 93) {
            return random.nextInt(513, (8 << 10) + 1);
        }
        return percent < 99 ? random.nextInt(8 << 10, (64 << 10) + 1) : random.nextInt(64 << 10, (256 << 10) + 1);
    }

    /** Bytes that live as long as the workload is reachable: nobody releases them. */
    private static ByteBuf shared(byte[]... parts) {
        int size = 0;
        for (byte[] part : parts) {
            size += part.length;
        }
        ByteBuffer bytes = ByteBuffer.allocateDirect(size);
        for (byte[] part : parts) {
            bytes.put(part);
        }
        return Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(bytes.flip()).asReadOnly());
    }
}
