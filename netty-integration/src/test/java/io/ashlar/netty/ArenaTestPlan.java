// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What is to become of one request of {@link RequestArenaChannelTest}: drawn from the seed and the request's number alone, so that both
 * ends of a connection know it without telling each other.
 */
final class ArenaTestPlan {

    /** How a request ends. */
    enum Fate {
        ANSWERED,
        /** The application runs into the budget, and answers 413. */
        OVER_BUDGET,
        /** The application throws, and then closes the channel: of HTTP/2, that of the stream. */
        APPLICATION_THROWS,
        SERVER_CLOSES,
        CLIENT_CLOSES,
        /** HTTP/2 only. */
        SERVER_RESETS,
        /** HTTP/2 only. */
        CLIENT_RESETS
    }

    /** From where an answer comes. */
    enum Delivery {
        AT_ONCE,
        TASK,
        TIMER,
        OTHER_THREAD
    }

    private static final int FATES = 2000;
    private static final byte[] NOISE = new byte[1 << 20];
    private static final ThreadLocal<byte[]> READ = ThreadLocal.withInitial(() -> new byte[NOISE.length / 2]);

    static {
        new SplittableRandom(4).nextBytes(NOISE);
    }

    final long id;
    final Fate fate;
    final Delivery delivery;
    final int bodyBytes;
    final int answerBytes;
    final int answerParts;
    /** Whether the answer begins before the whole request is there. */
    final boolean early;
    /** Whether the client asks for an interim answer, 100 Continue. */
    final boolean expectsContinue;
    /** Whether the answer's head tells how long it is: HTTP/1.1 only. */
    final boolean tellsLength;
    /** Whether nobody is told when the answer has been written: HTTP/1.1 only. */
    final boolean unheard;
    /** For all that the application does. Used by the server's event loop only. */
    final SplittableRandom server;
    /** For how the client sends, and for what the server keeps of that: depends on how many parts arrive. */
    final SplittableRandom transport;

    ArenaTestPlan(long seed, long id, boolean http2) {
        SplittableRandom random = new SplittableRandom(seed + id * 0x9E3779B97F4A7C15L);
        this.id = id;
        fate = fate((int) Math.floorMod(seed + id * 769, (long) FATES), http2);
        int kind = random.nextInt(20);
        delivery = kind < 8
                ? Delivery.AT_ONCE
                : kind < 13 ? Delivery.TASK : kind < 15 ? Delivery.TIMER : Delivery.OTHER_THREAD;
        boolean stopsShort = fate == Fate.CLIENT_CLOSES || fate == Fate.CLIENT_RESETS;
        bodyBytes =
                stopsShort ? 1000 : random.nextInt(3) > 0 ? 0 : random.nextInt(random.nextInt(16) == 0 ? 20_000 : 600);
        answerBytes = fate == Fate.OVER_BUDGET ? 0 : size(random);
        answerParts = fate == Fate.OVER_BUDGET || random.nextBoolean() ? 1 : random.nextInt(2, 6);
        early = fate == Fate.ANSWERED && bodyBytes > 0 && random.nextInt(8) == 0;
        expectsContinue = !http2 && bodyBytes > 0 && random.nextBoolean();
        tellsLength = random.nextBoolean();
        unheard = !http2 && random.nextInt(4) == 0;
        server = random.split();
        transport = random.split();
    }

    /** Of each {@value #FATES} requests in a row one has each number: so none of the fates is missing by chance. */
    private static Fate fate(int dice, boolean http2) {
        if (dice < 2) {
            return Fate.APPLICATION_THROWS;
        } else if (dice < 4) {
            return Fate.SERVER_CLOSES;
        } else if (dice < 5) {
            return Fate.CLIENT_CLOSES;
        } else if (dice < 13 && http2) {
            return Fate.SERVER_RESETS;
        } else if (dice < 21 && http2) {
            return Fate.CLIENT_RESETS;
        }
        return dice < 50 ? Fate.OVER_BUDGET : Fate.ANSWERED;
    }

    /** Mostly small, seldom longer than a run. */
    static int size(SplittableRandom random) {
        int dice = random.nextInt(200);
        return random.nextInt(dice == 0 ? 200_000 : dice < 6 ? 20_000 : dice < 60 ? 2_000 : 300);
    }

    /** Whether the client gets no complete answer, by intention. */
    boolean isUnanswered() {
        return fate != Fate.ANSWERED && fate != Fate.OVER_BUDGET;
    }

    /** Whether the connection ends with it, and so maybe other requests. */
    boolean endsConnection(boolean http2) {
        return fate == Fate.SERVER_CLOSES || fate == Fate.CLIENT_CLOSES || fate == Fate.APPLICATION_THROWS && !http2;
    }

    int status() {
        return fate == Fate.OVER_BUDGET ? 413 : 200;
    }

    long bodyKey() {
        return 2 * id;
    }

    long answerKey() {
        return 2 * id + 1;
    }

    @Override
    public String toString() {
        return "request " + id + " " + fate + " " + delivery + " body=" + bodyBytes + " answer=" + answerBytes + " in "
                + answerParts + (early ? " early" : "") + (expectsContinue ? " expects" : "");
    }

    // ---- contents

    private static int start(long key) {
        long mixed = key * 0xD1342543DE82EF95L;
        return (int) (mixed >>> 40) & NOISE.length / 2 - 1;
    }

    /** Appends a piece of what belongs to a key. */
    static void fill(ByteBuf buf, long key, int from, int length) {
        buf.writeBytes(NOISE, start(key) + from, length);
    }

    /** Fails unless what is readable is the piece of what belongs to a key that begins there. */
    static void check(ByteBuf buf, long key, int from, String what) {
        int length = buf.readableBytes();
        assertTrue(from + length <= NOISE.length / 2, what);
        byte[] read = READ.get();
        buf.getBytes(buf.readerIndex(), read, 0, length);
        int at = start(key) + from;
        int different = Arrays.mismatch(read, 0, length, NOISE, at, at + length);
        assertEquals(-1, different, () -> what + ": first wrong byte, of " + length + " from " + from + ", in " + buf);
    }
}
