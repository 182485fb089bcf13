// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.alloc.OracleFailure.Finding;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemorySource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** Random work for a {@link Bump} of random configuration. */
final class BumpModel extends AllocatorModel {

    /**
     * What a mark must do.
     *
     * @param value what the allocator returned
     * @param position where the top was
     * @param nextId the first block that came after it
     * @param cycle how often all memory had come back by itself
     */
    private record Mark(long value, int position, long nextId, int cycle) {}

    private final int limit;
    private final Bump bump;
    private final Resettable resettable;
    private final BumpExpectation expectation;
    private final AllocatorOracle oracle;
    /** Marks that can be rewound to. */
    private final List<Mark> valid = new ArrayList<>();
    /** Marks that cannot. */
    private final List<Mark> stale = new ArrayList<>();

    /** Where marks were taken since all memory last came back, unless it was rewound to below. */
    private final TreeSet<Integer> markedPositions = new TreeSet<>();

    private int cycle;

    BumpModel(SplittableRandom random, UnaryOperator<Allocator> inFront) {
        super(random);
        limit = 1 + anySize(1 << 15);
        int granularity = random.nextBoolean() ? Bump.DEFAULT_GRANULARITY : 1 << random.nextInt(8);
        bump = Bump.create(MemorySource.heap(), Layout.ofSize(limit), granularity);
        expectation = new BumpExpectation(granularity, limit);
        Allocator subject = inFront.apply(bump);
        resettable = subject instanceof Resettable other ? other : bump::reset;
        oracle = new AllocatorOracle(subject, expectation, bump.region());
    }

    @Override
    AllocatorOracle oracle() {
        return oracle;
    }

    @Override
    Allocator real() {
        return bump;
    }

    @Override
    void allocate() {
        int size = random.nextInt(32) == 0 ? random.nextInt(limit + 2) : anySize(Math.max(1, limit / 32));
        oracle.allocate(size, anyAlign(random.nextInt(8) == 0 ? 14 : 4));
    }

    @Override
    void released() {
        if (oracle.liveCount() == 0) {
            nextCycle();
        }
    }

    private void nextCycle() {
        cycle++;
        markedPositions.clear();
    }

    @Override
    void special() {
        int dice = random.nextInt(40);
        if (dice == 0) {
            reset();
        } else if (dice < 12) {
            mark();
        } else if (dice < 18 && !valid.isEmpty()) {
            rewind(valid.get(random.nextInt(valid.size())));
        } else if (dice < 20 && !stale.isEmpty()) {
            rewindToStale(stale.get(random.nextInt(stale.size())));
        } else if (oracle.liveCount() > 0) {
            resize(random.nextInt(4) == 0 ? oracle.anyLive(random) : oracle.topmost(), random.nextBoolean());
        }
    }

    private void reset() {
        oracle.takenBackFrom(0);
        resettable.reset();
        expectation.everythingReturned();
        stale.clear();
        stale.addAll(valid);
        valid.clear();
        nextCycle();
        oracle.checkAccounts("reset");
    }

    private void mark() {
        Mark mark = new Mark(bump.mark(), expectation.top(), oracle.nextId(), cycle);
        // What was taken at the same place before, and was rewound over since, has the same value.
        stale.removeIf(other -> other.value == mark.value);
        valid.removeIf(other -> other.value == mark.value);
        valid.add(mark);
        markedPositions.add(mark.position);
        if (valid.size() > 16) {
            valid.remove(random.nextInt(valid.size()));
        }
    }

    private void rewind(Mark mark) {
        boolean sameCycle = mark.cycle == cycle;
        int position = sameCycle ? mark.position : 0;
        oracle.takenBackFrom(sameCycle ? mark.nextId : 0);
        bump.rewind(mark.value);
        if (oracle.liveCount() == 0) {
            expectation.everythingReturned();
        } else {
            expectation.setTop(position);
        }
        markedPositions.tailSet(position, false).clear();
        for (Mark other : List.copyOf(valid)) {
            if (other.cycle == cycle && other.position > position) {
                valid.remove(other);
                // Only until all memory comes back: then everything that is outstanding is younger than any mark.
                if (oracle.liveCount() > 0) {
                    stale.add(other);
                }
            }
        }
        released();
        oracle.checkAccounts("rewind");
    }

    private void rewindToStale(Mark mark) {
        if (mark.cycle < cycle && stale.size() > 1) {
            stale.remove(mark);
            return;
        }
        if (mark.cycle != cycle) {
            return;
        }
        try {
            bump.rewind(mark.value);
        } catch (IllegalArgumentException expected) {
            oracle.checkAccounts("a refused rewind");
            return;
        }
        throw new OracleFailure(Finding.MISUSE_ACCEPTED, "rewound to the void " + mark);
    }

    private boolean hasMarkBetween(int low, int high) {
        Integer next = markedPositions.higher(low);
        return next != null && next < high;
    }

    private void resize(AllocatorOracle.Block block, boolean onlyGrow) {
        int top = expectation.top();
        int newSize = 1 + anySize(Math.max(1, limit / 4));
        boolean isTopmost = oracle.topmost() == block && !hasMarkBetween(block.offset, top);
        BumpExpectation after = new BumpExpectation(bump.granularity(), limit);
        after.setTop((long) block.offset + newSize);
        boolean fits = (long) block.offset + newSize <= limit && (after.top() == top || !markedPositions.contains(top));
        boolean held = onlyGrow && newSize <= top - block.offset;
        boolean possible = isTopmost && (held || fits);
        boolean done = onlyGrow ? bump.tryGrow(block.offset, newSize) : bump.tryResize(block.offset, newSize);
        if (done != possible) {
            throw new OracleFailure(
                    possible ? Finding.REFUSED : Finding.IMPOSSIBLE,
                    (onlyGrow ? "tryGrow(" : "tryResize(") + newSize + ") = " + done + " of " + block + ", top=" + top);
        }
        if (done) {
            if (!held) {
                expectation.setTop((long) block.offset + newSize);
            }
            oracle.resized(block, onlyGrow ? Math.max(block.size, newSize) : newSize);
        }
        oracle.checkAccounts("resize");
    }

    @Override
    void finished() {
        // The oracle has taken the whole region as one block.
    }
}
