// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.alloc.OracleFailure.Finding;
import io.ashlar.memory.MemorySource;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The tests of the tests: the oracle finds every broken allocator, whatever the seed, and for the right reason. */
class OracleSelfTest {

    private static final int SEEDS = 20;
    private static final int ROUNDS = 60;

    static Stream<Arguments> faults() {
        return Stream.of(
                fault("overlapping slab", SlabModel::new, BrokenAllocators.Overlapping::new, Finding.OVERLAP),
                fault(
                        "overlapping buddy",
                        BuddyModel::new,
                        BrokenAllocators.Overlapping::new,
                        Finding.OVERLAP,
                        Finding.UNMANAGED),
                fault("overlapping bump", BumpModel::new, BrokenAllocators.Overlapping::new, Finding.OVERLAP),
                fault("misaligning slab", SlabModel::new, BrokenAllocators.Misaligning::new, Finding.MISALIGNED),
                fault("misaligning buddy", BuddyModel::new, BrokenAllocators.Misaligning::new, Finding.MISALIGNED),
                fault("misaligning bump", BumpModel::new, BrokenAllocators.Misaligning::new, Finding.MISALIGNED),
                fault("slab out of bounds", SlabModel::new, BrokenAllocators.OutOfBounds::new, Finding.OUT_OF_BOUNDS),
                fault("buddy out of bounds", BuddyModel::new, BrokenAllocators.OutOfBounds::new, Finding.OUT_OF_BOUNDS),
                fault("bump out of bounds", BumpModel::new, BrokenAllocators.OutOfBounds::new, Finding.OUT_OF_BOUNDS),
                fault(
                        "leaking slab",
                        SlabModel::new,
                        BrokenAllocators.Leaking::new,
                        Finding.REFUSED,
                        Finding.NOT_WHOLE,
                        Finding.MISUSE_ACCEPTED),
                fault(
                        "leaking buddy",
                        BuddyModel::new,
                        BrokenAllocators.Leaking::new,
                        Finding.REFUSED,
                        Finding.NOT_WHOLE,
                        Finding.MISUSE_ACCEPTED),
                fault(
                        "never coalescing buddy",
                        BuddyModel::new,
                        BrokenAllocators.NeverCoalescing::new,
                        Finding.REFUSED,
                        Finding.NOT_WHOLE),
                fault("always failing slab", SlabModel::new, BrokenAllocators.AlwaysFailing::new, Finding.REFUSED),
                fault("always failing buddy", BuddyModel::new, BrokenAllocators.AlwaysFailing::new, Finding.REFUSED),
                fault("always failing bump", BumpModel::new, BrokenAllocators.AlwaysFailing::new, Finding.REFUSED),
                fault(
                        "sometimes failing slab",
                        SlabModel::new,
                        BrokenAllocators.SometimesFailing::new,
                        Finding.REFUSED,
                        Finding.NOT_WHOLE),
                fault(
                        "sometimes failing buddy",
                        BuddyModel::new,
                        BrokenAllocators.SometimesFailing::new,
                        Finding.REFUSED,
                        Finding.NOT_WHOLE),
                fault(
                        "sometimes failing bump",
                        BumpModel::new,
                        BrokenAllocators.SometimesFailing::new,
                        Finding.REFUSED,
                        Finding.NOT_WHOLE),
                fault(
                        "wrong outstanding",
                        SlabModel::new,
                        BrokenAllocators.WrongOutstanding::new,
                        Finding.OUTSTANDING_WRONG),
                fault(
                        "wrong available",
                        BuddyModel::new,
                        BrokenAllocators.WrongAvailable::new,
                        Finding.AVAILABLE_WRONG),
                fault("handing out twice", SlabModel::new, BrokenAllocators.DoubleHandOut::new, Finding.OVERLAP),
                fault("scribbling slab", SlabModel::new, BrokenAllocators.Scribbling::new, Finding.CONTENT_CHANGED),
                fault("scribbling buddy", BuddyModel::new, BrokenAllocators.Scribbling::new, Finding.CONTENT_CHANGED),
                fault("scribbling bump", BumpModel::new, BrokenAllocators.Scribbling::new, Finding.CONTENT_CHANGED),
                fault(
                        "accepting double release: slab",
                        SlabModel::new,
                        BrokenAllocators.AcceptingDoubleRelease::new,
                        Finding.MISUSE_ACCEPTED),
                fault(
                        "accepting double release: buddy",
                        BuddyModel::new,
                        BrokenAllocators.AcceptingDoubleRelease::new,
                        Finding.MISUSE_ACCEPTED),
                fault(
                        "accepting double release: bump",
                        BumpModel::new,
                        BrokenAllocators.AcceptingDoubleRelease::new,
                        Finding.MISUSE_ACCEPTED),
                fault(
                        "counting refusals",
                        SlabModel::new,
                        BrokenAllocators.CountingRefusals::new,
                        Finding.OUTSTANDING_WRONG),
                fault(
                        "resurrecting after reset",
                        BumpModel::new,
                        BrokenAllocators.Resurrecting::new,
                        Finding.MISUSE_ACCEPTED),
                fault(
                        "memory kept on reset",
                        BumpModel::new,
                        BrokenAllocators.ForgettingReset::new,
                        Finding.OUTSTANDING_WRONG),
                fault(
                        "growing over neighbours",
                        BuddyModel::new,
                        BrokenAllocators.GrowingOverNeighbours::new,
                        Finding.IMPOSSIBLE),
                fault("using gaps", BuddyModel::new, BrokenAllocators.UsingGaps::new, Finding.UNMANAGED));
    }

    private static Arguments fault(
            String name, AllocatorModel.Kind kind, UnaryOperator<Allocator> fault, Finding first, Finding... more) {
        return Arguments.of(name, kind, fault, EnumSet.of(first, more));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void everyFaultIsFoundWhateverTheSeed(
            String name, AllocatorModel.Kind kind, UnaryOperator<Allocator> fault, Set<Finding> expected) {
        for (int seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            OracleFailure failure = assertThrows(
                    OracleFailure.class,
                    () -> {
                        for (int round = 0; round < ROUNDS; round++) {
                            kind.create(random.split(), fault).run(1 + random.nextInt(4_000));
                        }
                    },
                    "not found with seed=" + seed);
            assertTrue(expected.contains(failure.finding()), () -> expected + " expected, but " + failure.getMessage());
        }
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        String first = messageOf(7);
        assertEquals(first, messageOf(7));
        assertNotEquals(first, messageOf(8));
    }

    private static String messageOf(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return assertThrows(OracleFailure.class, () -> {
                    for (int round = 0; round < ROUNDS; round++) {
                        new BuddyModel(random.split(), BrokenAllocators.Scribbling::new).run(4_000);
                    }
                })
                .getMessage();
    }

    @Test
    void theExtensionReportsABrokenInvariantAndARegionThatDidNotGoBack() {
        AllocatorChecks invariant = new AllocatorChecks();
        invariant.watch(new BrokenAllocators.AlwaysFailing(Slab.create(MemorySource.heap(), 8, 1)) {
            @Override
            public void checkInvariants() {
                throw new IllegalStateException("violated");
            }
        });
        assertThrows(IllegalStateException.class, () -> invariant.afterEach(null));

        AllocatorChecks region = new AllocatorChecks();
        Slab.create(region.heap(), 8, 1);
        assertThrows(AssertionError.class, () -> region.afterEach(null));
    }
}
