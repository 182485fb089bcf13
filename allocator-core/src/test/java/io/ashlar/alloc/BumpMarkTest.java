// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import static io.ashlar.alloc.AllocatorContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.Layout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Marking and rewinding a {@link Bump}. */
class BumpMarkTest {

    @RegisterExtension
    final AllocatorChecks checks = new AllocatorChecks();

    private Bump bump;

    @BeforeEach
    void createBump() {
        bump = checks.watch(Bump.create(checks.blind(), Layout.ofSize(1_001)));
    }

    private void assertVoid(long mark) {
        int outstanding = bump.outstanding();
        int available = bump.available();
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> bump.rewind(mark));
        assertMessage(e, bump.name(), "mark=0x" + Long.toHexString(mark), "top=");
        assertEquals(outstanding, bump.outstanding());
        assertEquals(available, bump.available());
    }

    @Test
    void rewindingTakesBackWhatIsYoungerThanTheMark() {
        int a = bump.tryAllocate(20, 1);
        long mark = bump.mark();
        int available = bump.available();
        int b = bump.tryAllocate(20, 1);
        int c = bump.tryAllocate(100, 64);
        bump.deallocate(b);
        bump.rewind(mark);
        assertEquals(1, bump.outstanding());
        assertEquals(available, bump.available());
        assertThrows(IllegalArgumentException.class, () -> bump.deallocate(b));
        assertMessage(assertThrows(IllegalArgumentException.class, () -> bump.deallocate(c)), "rewind");
        assertEquals(b, bump.tryAllocate(20, 1));
        bump.deallocate(a);
        bump.deallocate(b);
    }

    @Test
    void aMarkCanBeRewoundToAgainAndAgain() {
        bump.tryAllocate(8, 1);
        long mark = bump.mark();
        for (int i = 0; i < 500; i++) {
            assertEquals(8, bump.tryAllocate(100, 1));
            bump.rewind(mark);
            bump.checkInvariants();
        }
        assertEquals(1, bump.outstanding());
    }

    @Test
    void marksNest() {
        bump.tryAllocate(8, 1);
        long outer = bump.mark();
        bump.tryAllocate(8, 1);
        long inner = bump.mark();
        bump.tryAllocate(8, 1);
        bump.rewind(inner);
        assertEquals(2, bump.outstanding());
        bump.tryAllocate(8, 1);
        bump.rewind(outer);
        assertEquals(1, bump.outstanding());
        assertVoid(inner);
    }

    @Test
    void anInnerMarkStaysVoidAlsoWhenTheMemoryAroundItIsUsedAgain() {
        bump.tryAllocate(8, 1);
        long outer = bump.mark();
        bump.tryAllocate(100, 1);
        long inner = bump.mark();
        bump.rewind(outer);
        int across = bump.tryAllocate(300, 1);
        assertVoid(inner);
        bump.deallocate(across);
        assertVoid(inner);
    }

    @Test
    void aMarkOfTheEmptyBumpTakesBackEverything() {
        long mark = bump.mark();
        bump.tryAllocate(100, 1);
        bump.tryAllocate(100, 1);
        bump.rewind(mark);
        assertEquals(1_001, bump.available());
        assertEquals(0, bump.tryAllocate(1_001, 1));
        bump.rewind(mark);
        assertEquals(0, bump.outstanding());
    }

    @Test
    void aMarkAtTheVeryEndTakesBackNothing() {
        bump.tryAllocate(1_001, 1);
        long mark = bump.mark();
        bump.rewind(mark);
        assertEquals(1, bump.outstanding());
        assertEquals(0, bump.available());
    }

    @Test
    void ifAllMemoryCameBackByItselfEverythingIsYoungerThanTheMark() {
        int a = bump.tryAllocate(100, 1);
        long mark = bump.mark();
        int b = bump.tryAllocate(100, 1);
        bump.deallocate(b);
        bump.deallocate(a);
        bump.rewind(mark);
        assertEquals(1_001, bump.available());
        bump.tryAllocate(300, 1);
        bump.rewind(mark);
        assertEquals(0, bump.outstanding());
        assertEquals(1_001, bump.available());
    }

    @Test
    void rewindingToAMarkBelowWhichNothingIsLeftGivesAllMemoryBack() {
        int a = bump.tryAllocate(100, 1);
        long mark = bump.mark();
        bump.tryAllocate(100, 1);
        bump.deallocate(a);
        bump.rewind(mark);
        assertEquals(1_001, bump.available());
    }

    @Test
    void aResetVoidsAllMarks() {
        long atStart = bump.mark();
        bump.tryAllocate(8, 1);
        long later = bump.mark();
        bump.reset();
        assertVoid(atStart);
        assertMessage(assertThrows(IllegalArgumentException.class, () -> bump.rewind(later)), "reset");
        bump.tryAllocate(8, 1);
        assertVoid(later);
    }

    @Test
    void foreignMarksAreRefused() {
        bump.tryAllocate(8, 1);
        Bump other = checks.watch(Bump.create(checks.blind(), Layout.ofSize(1_001)));
        other.tryAllocate(8, 1);
        bump.mark();
        assertVoid(other.mark());
        assertVoid(0);
        assertVoid(-1);
        assertVoid(Long.MAX_VALUE);
        assertVoid(bump.mark() + 8);
        assertVoid(bump.mark() - 8);
    }

    @Test
    void noBlockGrowsBeyondAMarkOrShrinksBelowIt() {
        int a = bump.tryAllocate(10, 1);
        long mark = bump.mark();
        assertTrue(bump.tryGrow(a, 16), "it has these bytes already");
        assertFalse(bump.tryGrow(a, 17));
        assertFalse(bump.tryResize(a, 3));
        assertTrue(bump.tryResize(a, 9), "nothing moves");
        int b = bump.tryAllocate(10, 1);
        bump.deallocate(b);
        assertFalse(bump.tryGrow(a, 17));
        bump.rewind(mark);
        assertFalse(bump.tryGrow(a, 17));
        int c = bump.tryAllocate(8, 1);
        assertEquals(16, c);
        assertTrue(bump.tryGrow(c, 500), "it begins at the mark, and is younger");
        bump.rewind(mark);
        assertEquals(1, bump.outstanding());
    }

    @Test
    void afterRewindingTheTopmostBlockIsTheNewestAgain() {
        int a = bump.tryAllocate(8, 1);
        int b = bump.tryAllocate(8, 1);
        long outer = bump.mark();
        bump.tryAllocate(8, 1);
        bump.rewind(outer);
        assertFalse(bump.tryGrow(a, 9));
        assertTrue(bump.tryGrow(b, 8));
        assertFalse(bump.tryGrow(b, 9), "the mark can still be rewound to");
    }

    @Test
    void marksFromBeforeASplitAreValidForTheAllocatedPart() {
        Bump whole = Bump.over(checks.region(checks.blind(), 100, 1));
        whole.tryAllocate(8, 1);
        long mark = whole.mark();
        int b = whole.tryAllocate(8, 1);
        Bump.Split split = whole.split();
        Bump used = checks.watch(split.allocated());
        Bump free = checks.watch(split.unallocated());
        assertThrows(IllegalArgumentException.class, () -> free.rewind(mark));
        used.rewind(mark);
        assertEquals(1, used.outstanding());
        assertEquals(b, used.tryAllocate(8, 1));
    }
}
