// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer. Used again for later ones of any channel of the event loop, the last one first: with one for each of many
 * channels the processor's caches would not hold them.
 */
final class Exchange implements ChannelFutureListener {

    final RequestArena arena;
    // Synchronization: used by the event loop of the handler's channel only.
    private @Nullable RequestArenaHandler handler;

    /** The promise of the last part of the answer; null before that is written. */
    @Nullable
    ChannelFuture written;

    /** Whether this listens to {@link #written}. */
    private boolean listening;
    /** Whether the answer has been written to the socket, or never will be. */
    boolean answered;
    /** Whether the arena's request has ended. */
    boolean ended;
    /** How many calls further up the stack are at work in it. */
    int depth;

    Exchange(RequestArenas arenas) {
        arena = arenas.newArena(this::run);
    }

    void begin(RequestArenaHandler newHandler, ArenaThread thread) {
        handler = newHandler;
        written = null;
        listening = false;
        answered = false;
        ended = false;
        arena.beginRequest(thread);
    }

    /** Keeps no channel alive. */
    void forget() {
        handler = null;
        written = null;
    }

    private void run(Runnable work) {
        RequestArena outer = enter();
        try {
            work.run();
        } finally {
            leaveTo(outer);
            handler().endIfDone(this);
        }
    }

    boolean isWritten() {
        return written != null && written.isDone();
    }

    void listen() {
        if (!listening && written != null) {
            listening = true;
            written.addListener(this);
        }
    }

    @Nullable
    RequestArena enter() {
        depth++;
        return handler().scope.enter(arena);
    }

    void leaveTo(@Nullable RequestArena outer) {
        depth--;
        handler().scope.leaveTo(outer);
    }

    /** Its answer has been written; or, if it was ended before, that of a request that it served earlier. */
    @Override
    public void operationComplete(ChannelFuture done) {
        if (handler != null) {
            handler.endWritten();
        }
    }

    private RequestArenaHandler handler() {
        RequestArenaHandler h = handler;
        assert h != null;
        return h;
    }
}
