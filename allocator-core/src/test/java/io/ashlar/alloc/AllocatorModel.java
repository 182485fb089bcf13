// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** Random work for one kind of allocator, under the eyes of an {@link AllocatorOracle}. */
abstract class AllocatorModel {

    /** What a broken allocator implements to get in between when memory is taken back as a whole. */
    interface Resettable {
        void reset();
    }

    /** What a broken allocator implements to get in between when a block grows. */
    interface Growable {
        boolean tryGrow(int offset, int newSize);
    }

    final SplittableRandom random;

    /** Whether the figures that only the allocator itself has are those of the oracle's allocator. */
    boolean isUndisguised;

    private int allocatingPercent = 60;

    AllocatorModel(SplittableRandom random) {
        this.random = random;
    }

    abstract AllocatorOracle oracle();

    abstract void allocate();

    /** Something that only this kind of allocator can do. */
    abstract void special();

    /** The allocator itself, whatever stands in front of it. */
    abstract Allocator real();

    abstract void released();

    /** What remains to be verified when all is returned. */
    abstract void finished();

    /** Works for so many steps, then verifies and returns everything. */
    final void run(int ops) {
        for (int i = 0; i < ops; i++) {
            step(i);
        }
        oracle().finish(random);
        finished();
        real().checkInvariants();
        real().close();
    }

    private void step(int number) {
        if (number % 256 == 0) {
            // Phases of filling, of balance, of emptying.
            allocatingPercent = 30 + random.nextInt(50);
            if (random.nextInt(8) == 0) {
                real().checkInvariants();
            }
        }
        int dice = random.nextInt(110);
        if (dice >= 102) {
            special();
        } else if (dice >= 100) {
            oracle().misuse(random);
        } else if (dice < allocatingPercent || oracle().liveCount() == 0) {
            allocate();
        } else {
            oracle().release(oracle().anyLive(random));
            released();
        }
    }

    /** Mostly small, sometimes anything up to the limit. */
    final int anySize(int limit) {
        int bits = 32 - Integer.numberOfLeadingZeros(limit);
        return random.nextInt(1 << random.nextInt(bits + 1));
    }

    final int anyAlign(int bits) {
        return 1 << random.nextInt(bits + 1);
    }

    /** Where a model comes from: one allocator of random configuration. */
    interface Kind {
        AllocatorModel create(SplittableRandom random, UnaryOperator<Allocator> inFront);
    }
}
