// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import java.util.List;
import org.junit.jupiter.api.Nested;

/** The contract, for every way to come to a {@link Buddy}. */
class BuddyContractTest {

    abstract static class Of64Bytes extends AllocatorContract {

        @Override
        int size() {
            return 64;
        }

        @Override
        int capacity() {
            return 24;
        }
    }

    @Nested
    class WithItsOwnRegion extends Of64Bytes {

        @Override
        Allocator create() {
            return Buddy.create(checks.blind(), 512, 6, 3);
        }
    }

    @Nested
    class OverTheCallersRegion extends Of64Bytes {

        @Override
        Allocator create() {
            return Buddy.over(checks.region(checks.blind(), 3 * 512 + 100, 1), 512, 6, 3);
        }
    }

    @Nested
    class WithOneLevel extends Of64Bytes {

        @Override
        Allocator create() {
            return Buddy.create(checks.blind(), 64, 1, 24);
        }
    }

    @Nested
    class WithGaps extends Of64Bytes {

        @Override
        Allocator create() {
            List<Gap> gaps = List.of(new Gap(1_100, 1_101), new Gap(0, 64), new Gap(3_000, 3_072));
            return Buddy.create(checks.blind(), 1_024, 6, 3, gaps);
        }

        @Override
        int capacity() {
            return 48 - 4;
        }
    }

    @Nested
    class PopulatedPieceByPiece extends Of64Bytes {

        @Override
        Allocator create() {
            Buddy buddy = Buddy.unpopulated(checks.region(checks.blind(), 2_048, 1), 512, 6, 4);
            buddy.addRegion(1_024, 1_280);
            buddy.addRegion(512, 1_024);
            buddy.addRegion(1_280, 2_048);
            return buddy;
        }
    }

    @Nested
    class OnARunOfABuddy extends Of64Bytes {

        @Override
        Allocator create() {
            Buddy outer = checks.watch(Buddy.create(checks.blind(), 4_096, 4, 1));
            return Buddy.create(outer.asSource(), 512, 4, 3);
        }
    }
}
