// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.quote;

import io.ashlar.message.ObjectPool;
import java.io.PrintStream;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** One thread fills quotes, another reads them and gives them back: a few objects serve for all. */
public final class QuoteDemo {

    private static final int QUOTES = 200_000;
    /** How many wait for the reader at most. */
    private static final int WAITING = 64;

    private QuoteDemo() {}

    /**
     * Runs the demonstration.
     *
     * @param args none
     * @throws InterruptedException if somebody interrupts it
     */
    public static void main(String[] args) throws InterruptedException {
        run(System.out);
    }

    static void run(PrintStream out) throws InterruptedException {
        ObjectPool<QuoteMessage> quotes =
                QuoteMessage.pool().name("quotes").limit(1 << 20).build();
        try (quotes) {
            out.println("The layout of a quote, made of an interface:");
            out.println(quotes.schema());
            BlockingQueue<QuoteMessage> queue = new ArrayBlockingQueue<>(WAITING);
            Thread writer = new Thread(() -> write(quotes, queue), "writer");
            writer.start();
            Map<Quote.Venue, Double> best = read(queue);
            writer.join();
            out.printf("%,d quotes went from one thread to another.%n", QUOTES);
            best.forEach((venue, spread) -> out.printf("  least spread in %-10s %.2f%n", venue, spread));
            out.printf("Objects in use   %,d%n", quotes.stats().outstanding());
            out.printf("Memory for them  %,d KiB%n", quotes.stats().memory().reservedBytes() >> 10);
        }
    }

    private static void write(ObjectPool<QuoteMessage> quotes, BlockingQueue<QuoteMessage> queue) {
        Quote.Venue[] venues = Quote.Venue.values();
        try {
            for (int i = 0; i < QUOTES; i++) {
                int venue = i % venues.length;
                QuoteMessage quote = quotes.acquire();
                quote.sequence(i).symbol("ASHLAR").venue(venues[venue]).orders(i % 1_000);
                for (int level = 0; level < Quote.DEPTH; level++) {
                    quote.bid(level, 100 - level).ask(level, 101 + level + venue + i % 7);
                }
                queue.put(quote);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static Map<Quote.Venue, Double> read(BlockingQueue<QuoteMessage> queue) throws InterruptedException {
        Map<Quote.Venue, Double> least = new EnumMap<>(Quote.Venue.class);
        for (int i = 0; i < QUOTES; i++) {
            try (QuoteMessage quote = queue.take()) {
                if (quote.sequence() != i || quote.orders() != i % 1_000) {
                    throw new IllegalStateException("expected sequence=" + i + ", found " + quote);
                }
                least.merge(quote.venue(), quote.spread(), Math::min);
            }
        }
        return least;
    }
}
