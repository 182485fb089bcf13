// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.netty.ArenaTestLoad.Piece;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What the requests of {@link RequestArenaChannelTest} do with buffers. */
final class ArenaTestBuffers {

    private final ArenaTestLoad load;

    ArenaTestBuffers(ArenaTestLoad load) {
        this.load = load;
    }

    /** Allocates and fills a buffer, in one of several ways. */
    Piece piece(ByteBufAllocator alloc, SplittableRandom random, long key, int from, int length, String of) {
        load.buffers.increment();
        switch (random.nextInt(8)) {
            case 0 -> { // grows
                ByteBuf buf = alloc.directBuffer(length / 3);
                ArenaTestPlan.fill(buf, key, from, length / 3);
                ArenaTestPlan.fill(buf, key, from + length / 3, length - length / 3);
                return new Piece(buf, key, from, of);
            }
            case 1 -> { // shrinks
                ByteBuf buf = alloc.directBuffer(length + random.nextInt(300));
                ArenaTestPlan.fill(buf, key, from, length);
                return new Piece(buf.capacity(length), key, from, of);
            }
            case 2 -> { // part of a longer one
                int before = random.nextInt(50);
                ByteBuf buf = alloc.directBuffer(before + length + 20).writeZero(before);
                ArenaTestPlan.fill(buf, key, from, length);
                buf.writeZero(20);
                ByteBuf slice = buf.retainedSlice(before, length);
                buf.release();
                return new Piece(slice, key, from, of);
            }
            case 3 -> {
                CompositeByteBuf buf = alloc.compositeBuffer();
                int half = random.nextInt(length + 1);
                ByteBuf one = alloc.directBuffer(half + 1);
                ByteBuf two = alloc.directBuffer(length - half + 1);
                ArenaTestPlan.fill(one, key, from, half);
                ArenaTestPlan.fill(two, key, from + half, length - half);
                return new Piece(buf.addComponents(true, one, two), key, from, of);
            }
            default -> {
                ByteBuf buf = random.nextInt(8) == 0 ? alloc.buffer(length) : alloc.directBuffer(length);
                ArenaTestPlan.fill(buf, key, from, length);
                return new Piece(buf, key, from, of);
            }
        }
    }

    /** Keeps a part of a buffer beyond it. */
    void keepSlice(Piece piece, SplittableRandom random) {
        ByteBuf buf = piece.buf();
        int skipped = random.nextInt(buf.readableBytes());
        int length = random.nextInt(1, buf.readableBytes() - skipped + 1);
        ByteBuf slice = buf.retainedSlice(buf.readerIndex() + skipped, length);
        load.keep(new Piece(slice, piece.key(), piece.from() + skipped, piece.of()), random);
    }

    /** Some buffers in use at the same time, released in any order, here, elsewhere, at the end, or much later. */
    void scratch(ByteBufAllocator alloc, RequestArena arena, ArenaTestPlan plan) {
        SplittableRandom random = plan.server;
        List<Piece> pieces = new ArrayList<>();
        for (int left = random.nextInt(1, 9); left > 0; left--) {
            int length = ArenaTestPlan.size(random) >> 1;
            Piece piece = piece(alloc, random, random.nextLong(), 0, length, plan.toString());
            if (random.nextInt(4) == 0) {
                load.checkAndRelease(piece);
            } else {
                pieces.add(piece);
            }
        }
        while (!pieces.isEmpty()) {
            Piece piece = pieces.remove(random.nextInt(3) == 0 ? random.nextInt(pieces.size()) : pieces.size() - 1);
            switch (random.nextInt(50)) {
                case 0 -> load.keep(piece, random);
                case 1 -> {
                    if (piece.buf().isReadable()) {
                        keepSlice(piece, random);
                    }
                    load.checkAndRelease(piece);
                }
                case 2, 3, 4 -> load.elsewhere(() -> load.checkAndRelease(piece));
                case 5, 6 -> {
                    load.hooks.increment();
                    arena.onEnd(() -> {
                        load.hooksRun.increment();
                        load.checkAndRelease(piece);
                    });
                }
                default -> load.checkAndRelease(piece);
            }
        }
    }

    /** Allocates until the budget is used up, and releases everything. */
    void exceed(ByteBufAllocator alloc, ArenaTestPlan plan) {
        SplittableRandom random = plan.server;
        ArrayDeque<Piece> pieces = new ArrayDeque<>();
        boolean refused = false;
        try {
            while (pieces.size() < 1000) {
                int length = random.nextInt(10_000, 100_000);
                ByteBuf buf = alloc.directBuffer(length);
                pieces.addLast(new Piece(buf, random.nextLong(), 0, plan.toString()));
                ArenaTestPlan.fill(buf, pieces.getLast().key(), 0, 1000);
            }
        } catch (RequestBudgetExceededException e) {
            refused = true;
            load.budgetHits.increment();
        } finally {
            while (!pieces.isEmpty()) {
                load.checkAndRelease(random.nextBoolean() ? pieces.pollFirst() : pieces.pollLast());
            }
        }
        assertTrue(refused, () -> "no budget for " + plan);
    }
}
