// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.async;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** A back end that takes its time: it answers on its own threads, and not in the order in which it was asked. */
final class PriceService implements AutoCloseable {

    /** The longest that it takes. */
    static final int MOST_MILLIS = 20;

    private final ScheduledExecutorService threads =
            Executors.newScheduledThreadPool(2, new DefaultThreadFactory("price-service", true));

    /** What an item costs, in cents; fails for an item without a name. */
    CompletionStage<Integer> priceOf(String item) {
        CompletableFuture<Integer> price = new CompletableFuture<>();
        Runnable answer = () -> {
            if (item.isEmpty()) {
                price.completeExceptionally(new IllegalArgumentException("which item?"));
            } else {
                price.complete(centsFor(item));
            }
        };
        threads.schedule(answer, ThreadLocalRandom.current().nextInt(MOST_MILLIS), TimeUnit.MILLISECONDS);
        return price;
    }

    static int centsFor(String item) {
        return Math.floorMod(item.hashCode(), 10_000);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
