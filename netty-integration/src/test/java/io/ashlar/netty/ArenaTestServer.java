// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.ashlar.netty.ArenaTestLoad.Piece;
import io.ashlar.netty.ArenaTestPlan.Delivery;
import io.ashlar.netty.ArenaTestPlan.Fate;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The application of {@link RequestArenaChannelTest}: does with buffers what a request's plan says, whatever the protocol is. */
abstract class ArenaTestServer extends ChannelInboundHandlerAdapter {

    /** One request under way. */
    static final class Job {

        final ArenaTestPlan plan;
        final RequestArena arena;
        private final ArrayDeque<ByteBuf> ready = new ArrayDeque<>();
        private int received;
        private int produced;
        private int parts;
        private boolean begun;
        private boolean dead;
        /** Whether the last part of the answer has left, or could not. */
        private boolean written;

        Job(ArenaTestPlan plan, RequestArena arena) {
            this.plan = plan;
            this.arena = arena;
        }
    }

    private static final class Planned extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final boolean byHook;

        Planned(boolean byHook) {
            super("planned", null, false, false);
            this.byHook = byHook;
        }
    }

    final ArenaTestLoad load;
    private final ArenaTestBuffers buffers;
    private final ArrayDeque<Job> unanswered = new ArrayDeque<>();
    private @Nullable Job receiving;
    private boolean gone;

    ArenaTestServer(ArenaTestLoad load) {
        this.load = load;
        this.buffers = new ArenaTestBuffers(load);
    }

    /** Writes a part of an answer. */
    abstract void write(
            ChannelHandlerContext ctx, Job job, ByteBuf part, boolean first, boolean last, ChannelPromise promise);

    /** Makes the client see no answer. */
    abstract void refuse(ChannelHandlerContext ctx, Job job);

    // ---- receiving

    final Job begin(ChannelHandlerContext ctx, long id) {
        load.begun.increment();
        RequestArena arena = (id & 1) == 0
                ? RequestArenaHandler.current(ctx)
                : ((ScopedAllocator) ctx.alloc()).arena(); // so that it is taken for unknown, and serves again
        assertNotNull(arena);
        Job job = new Job(load.plan(id), arena);
        receiving = job;
        unanswered.addLast(job);
        if (job.plan.early) {
            serve(ctx, job);
        }
        return job;
    }

    final boolean isFirst(Job job) {
        return unanswered.peekFirst() == job;
    }

    /** Takes over the content, checks it, and maybe keeps it. */
    final void receive(ChannelHandlerContext ctx, ByteBuf content, boolean last) {
        Job job = receiving;
        assertNotNull(job);
        Piece piece = new Piece(content, job.plan.bodyKey(), job.received, "the body of " + job.plan);
        job.received += content.readableBytes();
        if (content.isReadable() && job.plan.transport.nextInt(32) == 0) {
            load.keep(piece, job.plan.transport);
        } else {
            load.checkAndRelease(piece);
        }
        if (job.plan.fate == Fate.SERVER_CLOSES || job.plan.fate == Fate.SERVER_RESETS) {
            if (!job.dead) {
                buffers.scratch(ctx.alloc(), job.arena, job.plan);
                job.dead = true;
                refuse(ctx, job);
            }
        } else if (last) {
            assertEquals(job.plan.bodyBytes, job.received, () -> "body of " + job.plan);
            if (!job.plan.early) {
                serve(ctx, job);
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        forget();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        forget();
    }

    private void forget() {
        gone = true;
        for (Job job = unanswered.pollFirst(); job != null; job = unanswered.pollFirst()) {
            job.dead = true;
            for (ByteBuf part = job.ready.pollFirst(); part != null; part = job.ready.pollFirst()) {
                part.release();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof Planned planned && planned.byHook) {
            load.thrownByHooks.increment();
            return;
        }
        if (!(cause instanceof Planned) && !(cause instanceof IOException)) {
            load.fail(cause);
        }
        ctx.close();
    }

    // ---- serving

    private void serve(ChannelHandlerContext ctx, Job job) {
        SplittableRandom random = job.plan.server;
        buffers.scratch(ctx.alloc(), job.arena, job.plan);
        if (random.nextInt(12) == 0) {
            inner(job);
        }
        if (random.nextInt(8) == 0) {
            marked(ctx, job);
        }
        if (random.nextInt(8) == 0) {
            hook(job);
        }
        if (job.plan.fate == Fate.OVER_BUDGET) {
            buffers.exceed(ctx.alloc(), job.plan);
        }
        if (job.plan.fate == Fate.APPLICATION_THROWS) {
            throw new Planned(false);
        }
        if (job.plan.delivery == Delivery.AT_ONCE) {
            step(ctx, job);
        } else {
            later(ctx, job);
        }
    }

    private void later(ChannelHandlerContext ctx, Job job) {
        SplittableRandom random = job.plan.server;
        switch (job.plan.delivery) {
            case TIMER ->
                ctx.executor()
                        .schedule(guarded(ctx, () -> step(ctx, job)), random.nextInt(1, 4), TimeUnit.MILLISECONDS);
            case OTHER_THREAD -> {
                int length = nextLength(job);
                int from = job.produced;
                SplittableRandom own = random.split();
                load.elsewhere(() -> {
                    load.offLoop.increment();
                    Piece part =
                            buffers.piece(ctx.alloc(), own, job.plan.answerKey(), from, length, job.plan.toString());
                    try {
                        ctx.executor().execute(guarded(ctx, () -> add(ctx, job, part)));
                    } catch (RejectedExecutionException e) {
                        part.buf().release();
                    }
                });
            }
            default -> ctx.executor().execute(guarded(ctx, () -> step(ctx, job)));
        }
    }

    private Runnable guarded(ChannelHandlerContext ctx, Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (Throwable e) {
                exceptionCaught(ctx, e);
            }
        };
    }

    private void add(ChannelHandlerContext ctx, Job job, Piece part) {
        if (job.dead) {
            load.checkAndRelease(part);
            return;
        }
        job.parts++;
        job.produced += part.buf().readableBytes();
        job.ready.addLast(part.buf());
        goOn(ctx, job);
    }

    /** Produces the next part of an answer, in the request's arena. */
    private void step(ChannelHandlerContext ctx, Job job) {
        if (job.dead) {
            return;
        }
        SplittableRandom random = job.plan.server;
        job.arena.run(() -> {
            if (random.nextInt(6) == 0) {
                buffers.scratch(ctx.alloc(), job.arena, job.plan);
            }
            int length = nextLength(job);
            Piece part =
                    buffers.piece(ctx.alloc(), random, job.plan.answerKey(), job.produced, length, job.plan.toString());
            if (length > 0 && random.nextInt(24) == 0) {
                buffers.keepSlice(part, random);
            }
            job.parts++;
            job.produced += length;
            job.ready.addLast(part.buf());
        });
        goOn(ctx, job);
    }

    private int nextLength(Job job) {
        int left = job.plan.answerBytes - job.produced;
        return job.parts == job.plan.answerParts - 1 ? left : job.plan.server.nextInt(left + 1);
    }

    private void goOn(ChannelHandlerContext ctx, Job job) {
        boolean more = job.parts < job.plan.answerParts;
        drain(ctx);
        if (more && !job.dead) {
            if (job.plan.delivery != Delivery.AT_ONCE || job.plan.server.nextBoolean()) {
                later(ctx, job);
            } else {
                step(ctx, job);
            }
        }
    }

    /** Writes what may be written: answers are in the order of their requests. */
    private void drain(ChannelHandlerContext ctx) {
        for (Job job = unanswered.peekFirst(); job != null; job = unanswered.peekFirst()) {
            for (ByteBuf part = job.ready.pollFirst(); part != null; part = job.ready.pollFirst()) {
                boolean first = !job.begun;
                job.begun = true;
                boolean last = job.ready.isEmpty() && job.parts == job.plan.answerParts;
                if (last) {
                    unanswered.pollFirst();
                }
                write(ctx, job, part, first, last, last ? written(ctx, job) : ctx.newPromise());
            }
            if (unanswered.peekFirst() == job) {
                break;
            }
        }
        ctx.flush();
    }

    // ---- in and at the end of a request

    private ChannelPromise written(ChannelHandlerContext ctx, Job job) {
        if (job.plan.unheard) {
            job.written = true; // or soon: nobody will tell
            return ctx.voidPromise();
        }
        return ctx.newPromise().addListener(done -> job.written = true);
    }

    private void inner(Job job) {
        load.children.increment();
        RequestArena inner = job.arena.child();
        buffers.scratch(inner, job.arena, job.plan);
        if (job.plan.server.nextInt(4) > 0) {
            inner.close(); // otherwise with the request
        }
    }

    private void marked(ChannelHandlerContext ctx, Job job) {
        load.marks.increment();
        SplittableRandom random = job.plan.server;
        RequestArena.Mark mark = job.arena.mark();
        buffers.scratch(ctx.alloc(), job.arena, job.plan);
        if (random.nextInt(4) == 0) {
            job.arena.mark(); // goes with the other
            buffers.scratch(ctx.alloc(), job.arena, job.plan);
        }
        if (random.nextInt(4) > 0) {
            job.arena.rewind(mark); // otherwise with the request
        }
    }

    private void hook(Job job) {
        load.hooks.increment();
        boolean throwing = job.plan.server.nextInt(16) == 0;
        job.arena.onEnd(() -> {
            load.hooksRun.increment();
            if (!job.written && !job.dead && !gone) {
                load.fail(new AssertionError("ended before its answer was written: " + job.plan));
            }
            Piece piece = buffers.piece(job.arena, job.plan.server, job.plan.id, 0, 100, job.plan.toString());
            load.checkAndRelease(piece);
            if (throwing) {
                throw new Planned(true);
            }
        });
    }
}
