// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** Random work for a {@link Slab} of random configuration. */
final class SlabModel extends AllocatorModel {

    private final Slab slab;
    private final AllocatorOracle oracle;

    SlabModel(SplittableRandom random, UnaryOperator<Allocator> inFront) {
        super(random);
        int blockSize = 1 + anySize(512);
        int numBlocks = 1 + random.nextInt(300);
        if (random.nextBoolean()) {
            slab = Slab.create(MemorySource.heap(), blockSize, numBlocks);
        } else {
            MemoryRegion region = MemorySource.heap().acquire(Layout.ofSize(blockSize * numBlocks + 20));
            slab = Slab.over(region.slice(random.nextInt(20), blockSize * numBlocks), blockSize, numBlocks);
        }
        Allocator subject = inFront.apply(slab);
        isUndisguised = subject == slab;
        oracle = new AllocatorOracle(subject, new SlabExpectation(blockSize, numBlocks), slab.region());
    }

    @Override
    AllocatorOracle oracle() {
        return oracle;
    }

    @Override
    Allocator real() {
        return slab;
    }

    @Override
    void allocate() {
        int bits = Integer.numberOfTrailingZeros(slab.blockAlign());
        oracle.allocate(
                random.nextInt(16) == 0 ? random.nextInt(slab.blockSize() + 3) : slab.blockSize(),
                anyAlign(random.nextInt(32) == 0 ? bits + 1 : bits));
    }

    @Override
    void special() {
        if (isUndisguised && slab.canAllocate() != (oracle.liveCount() < slab.numBlocks())) {
            throw new OracleFailure(
                    OracleFailure.Finding.FIGURE_WRONG, "canAllocate=" + slab.canAllocate() + " with " + oracle);
        }
    }

    @Override
    void released() {
        // A slab has no state that depends on it.
    }

    @Override
    void finished() {
        // The oracle has taken all blocks at once.
    }
}
