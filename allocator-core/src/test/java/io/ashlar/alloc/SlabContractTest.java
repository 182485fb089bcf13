// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import org.junit.jupiter.api.Nested;

/** The contract, for every way to come to a {@link Slab}. */
class SlabContractTest {

    abstract static class Of100Bytes extends AllocatorContract {

        @Override
        int size() {
            return 100;
        }

        @Override
        int capacity() {
            return 7;
        }
    }

    @Nested
    class WithItsOwnRegion extends Of100Bytes {

        @Override
        Allocator create() {
            return Slab.create(checks.blind(), 100, 7);
        }
    }

    @Nested
    class OverTheCallersRegion extends Of100Bytes {

        @Override
        Allocator create() {
            return Slab.over(checks.region(checks.blind(), 799, 1), 100, 7);
        }
    }

    @Nested
    class OverASlice extends Of100Bytes {

        @Override
        Allocator create() {
            return Slab.over(checks.region(checks.blind(), 1_000, 1).slice(33, 700), 100, 7);
        }
    }

    @Nested
    class OnARunOfABuddy extends Of100Bytes {

        @Override
        Allocator create() {
            Buddy buddy = checks.watch(Buddy.create(checks.blind(), 1_024, 2, 2));
            return Slab.create(buddy.asSource(), 100, 7);
        }
    }
}
