// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import io.ashlar.memory.Layout;
import org.junit.jupiter.api.Nested;

/** The contract, for every way to come to a {@link Bump}. */
class BumpContractTest {

    abstract static class Of36Bytes extends AllocatorContract {

        @Override
        int size() {
            return 36;
        }

        @Override
        int capacity() {
            return 9;
        }
    }

    @Nested
    class WithItsOwnRegion extends Of36Bytes {

        @Override
        Allocator create() {
            return Bump.create(checks.blind(), Layout.ofSize(8 * 40 + 36));
        }
    }

    @Nested
    class OverTheCallersRegion extends Of36Bytes {

        @Override
        Allocator create() {
            return Bump.over(checks.region(checks.blind(), 9 * 40 + 3, 1));
        }
    }

    @Nested
    class PackedTightly extends Of36Bytes {

        @Override
        Allocator create() {
            return Bump.create(checks.blind(), Layout.ofSize(9 * 36), 1);
        }
    }

    @Nested
    class WithACoarseGranularity extends Of36Bytes {

        @Override
        Allocator create() {
            return Bump.create(checks.blind(), Layout.ofSize(9 * 64), 64);
        }
    }

    @Nested
    class TheFreePartOfASplit extends Of36Bytes {

        @Override
        Allocator create() {
            Bump whole = Bump.over(checks.region(checks.blind(), 1_000 + 9 * 40, 1));
            whole.tryAllocate(1_000, 1);
            Bump.Split split = whole.split();
            checks.watch(split.allocated());
            return split.unallocated();
        }
    }

    @Nested
    class TheAllocatedPartOfASplit extends Of36Bytes {

        @Override
        Allocator create() {
            Bump whole = Bump.over(checks.region(checks.blind(), 1_000, 1));
            int first = whole.tryAllocate(8 * 40 + 36, 1);
            Bump.Split split = whole.split();
            checks.watch(split.unallocated());
            split.allocated().deallocate(first);
            return split.allocated();
        }
    }

    @Nested
    class OnABlockOfASlab extends Of36Bytes {

        @Override
        Allocator create() {
            Slab slab = checks.watch(Slab.create(checks.blind(), 400, 3));
            return Bump.create(slab.asSource(), Layout.ofSize(9 * 40));
        }
    }
}
