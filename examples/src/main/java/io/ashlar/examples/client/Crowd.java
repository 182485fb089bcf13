// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.client;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;
import java.util.function.ObjIntConsumer;

/** Asks many things at once. */
public final class Crowd {

    /** How many answers are waited for at the same time. */
    public static final int AT_ONCE = 64;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Crowd() {}

    /**
     * Makes requests, and waits for all answers.
     *
     * @param client sends them
     * @param count how many
     * @param request makes the request of a number, from 0; an answer may take 30 seconds
     * @param check throws if an answer is not the one to the request of this number
     * @throws IllegalStateException if one failed, with the cause, when all have been tried
     */
    public static void ask(
            HttpClient client,
            int count,
            IntFunction<HttpRequest.Builder> request,
            ObjIntConsumer<HttpResponse<byte[]>> check) {
        Semaphore places = new Semaphore(AT_ONCE);
        CompletableFuture<?>[] answers = new CompletableFuture<?>[count];
        for (int i = 0; i < count; i++) {
            int number = i;
            places.acquireUninterruptibly();
            answers[i] = client.sendAsync(request.apply(i).timeout(PATIENCE).build(), BodyHandlers.ofByteArray())
                    .thenAccept(answer -> check.accept(answer, number))
                    .whenComplete((done, failure) -> places.release());
        }
        try {
            CompletableFuture.allOf(answers).join();
        } catch (CompletionException e) {
            throw new IllegalStateException("a request failed: " + e.getCause(), e.getCause());
        }
    }
}
