// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

import io.ashlar.examples.client.LoopThreads;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;

/** Has traders exchange with each other through the gateway, and tells how fast, and what it cost the Java heap. */
public final class GatewayDemo {

    private static final int TRADERS = 4;
    private static final int MOST_ORDERS = 100_000_000;
    private static final long SEED = 42;
    private static final String USAGE = "usage: GatewayDemo [ORDERS], a number from " + TRADERS + " to " + MOST_ORDERS
            + " (default 2000000); every order makes about one and a half fills";

    /**
     * Netty reuses the entries of its outbound buffers in chunks, by default of 32, each with a new array when that many are written between
     * two flushes: 4.5 bytes per message here, and nothing that a message could do about.
     */
    private static final String CHUNK = "io.netty.recycler.chunkSize";

    private GatewayDemo() {}

    /**
     * Runs the demonstration.
     *
     * @param args how many orders, if not two million
     */
    public static void main(String[] args) {
        if (System.getProperty(CHUNK) == null) {
            System.setProperty(CHUNK, "1024");
        }
        int orders = orders(args);
        if (orders < 0) {
            System.err.println(USAGE);
            System.exit(2);
        }
        if (!run(orders, System.out)) {
            System.exit(1);
        }
    }

    /** The number of orders on the command line; negative if it makes no sense. */
    static int orders(String... args) {
        if (args.length == 0) {
            return 2_000_000;
        }
        try {
            int orders = Integer.parseInt(args[0]);
            return args.length == 1 && orders >= TRADERS && orders <= MOST_ORDERS ? orders : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Returns false if something is wrong; it has been printed then. */
    static boolean run(int orders, PrintStream out) {
        int each = orders / TRADERS;
        print(
                out,
                "%d traders send %,d orders each to a gateway on the loopback address, %d unanswered at a time (seed %d).%n",
                TRADERS,
                each,
                Session.WINDOW,
                SEED);
        GatewayServer server = new GatewayServer();
        Session session = new Session(server.address(), TRADERS, each, SEED);
        Measurement measured = new Measurement(server, session);
        String wrong = null;
        try {
            CompletableFuture<Void> all = CompletableFuture.runAsync(session::await);
            while (!isDone(all)) {
                measured.look();
                print(out, "  %,d orders, %,d fills%n", session.sent(), session.received());
            }
            measured.end();
            server.failures().rethrow();
            wrong = checkSums(server, session);
            report(out, session, measured);
        } catch (CompletionException | IllegalStateException e) {
            server.failures().all().forEach(failure -> out.println("The gateway: " + failure));
            wrong = "Something went wrong: " + e.getCause();
        } finally {
            session.close();
            server.close();
        }
        long out0 = session.orders().outstanding()
                + session.fills().outstanding()
                + server.orders().outstanding()
                + server.fills().outstanding();
        print(out, "Objects outstanding       %,d%n", out0);
        print(out, "Buffers outstanding       %,d%n", session.buffersOutstanding() + server.buffersOutstanding());
        if (wrong != null) {
            out.println(wrong);
        }
        return wrong == null && out0 == 0;
    }

    private static boolean isDone(CompletableFuture<Void> all) {
        try {
            all.get(1, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new CompletionException(e.getCause());
        }
    }

    /** What was bought has to be sold, and what the traders think rests has to rest. */
    private static String checkSums(GatewayServer server, Session session) {
        long bought = session.sum(trader -> trader.filled(Side.BUY));
        long sold = session.sum(trader -> trader.filled(Side.SELL));
        if (bought != sold) {
            return "bought=" + bought + " is not sold=" + sold;
        }
        for (Side side : Side.values()) {
            long open = session.sum(trader -> trader.open(side));
            if (open != server.open(side)) {
                return "the traders think that open=" + open + " rests to " + side + ", and it is " + server.open(side);
            }
        }
        return null;
    }

    private static void report(PrintStream out, Session session, Measurement measured) {
        Histogram latencies = session.latencies();
        print(out, "%nEvery order and every fill came once, in order and undamaged.%n%n");
        print(out, "Messages                  %,d%n", session.sent() + session.sum(Trader::fills));
        print(out, "  per second              %,.0f%n", measured.messagesPerSecond());
        print(
                out,
                "An order is answered after p50 %,.0f, p99 %,.0f, p99.9 %,.0f us%n",
                latencies.getValueAtPercentile(50) / 1e3,
                latencies.getValueAtPercentile(99) / 1e3,
                latencies.getValueAtPercentile(99.9) / 1e3);
        print(out, "Quantity exchanged        %,d%n", session.sum(trader -> trader.filled(Side.BUY)));
        print(
                out,
                "Java heap per message     %s%n",
                measured.heapPerMessage() == LoopThreads.UNKNOWN
                        ? "unknown on this JVM"
                        : String.format(
                                Locale.ROOT,
                                "%.3f bytes, on both event loops after the first look",
                                measured.heapPerMessage()));
    }

    private static void print(PrintStream out, String format, Object... values) {
        out.printf(Locale.ROOT, format, values);
    }
}
