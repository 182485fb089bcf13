// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(QuietPools.class)
class BumpRunTest {

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final int ROUNDS = 50_000;
    private static final IntFunction<RawView> NO_OVERFLOW = size -> {
        throw new AssertionError("nothing outgrows its place here");
    };

    private final CountingSource source = new CountingSource();
    private final MemoryPool<RawView> pool = TestPools.oneStripe(RawView::new, source)
            .limit(4 * MIB)
            .regionSize(MIB)
            .build();
    private BumpRun<RawView> run = pool.newBumpRun();

    @AfterEach
    void everythingComesBack() {
        run.close();
        TestPools.closeAndVerify(pool, source);
    }

    private void open(BumpRun<RawView> opened, int bytes, IntFunction<RawView> overflow) {
        RawView block = pool.allocate(bytes);
        opened.open(block, block.run(), block.index(), bytes, overflow);
    }

    private RawView allocate(int size) {
        RawView view = run.tryAllocate(size);
        assertNotNull(view);
        assertSame(run, view.run());
        return view;
    }

    private static int offset(RawView view) {
        return view.run().blockOffset(view.index());
    }

    @ParameterizedTest
    @CsvSource({"49152, 65536", "4093, 4096", "300, 320"})
    void itsMemoryIsOneBlockOfThePoolWhileItIsOpen(int bytes, int blockBytes) {
        assertNull(run.tryAllocate(1));
        open(run, bytes, NO_OVERFLOW);
        assertTrue(run.isOpen());
        assertEquals(bytes, run.capacity());
        assertEquals(1, pool.stats().outstanding());
        assertEquals(bytes, pool.stats().requestedBytes());
        assertEquals(blockBytes, pool.stats().usedBytes());
        RawView first = allocate(100);
        int rest = (bytes & -8) - 104;
        RawView last = allocate(rest);
        assertNull(run.tryAllocate(1));
        last.free(rest);
        first.free(100);
        assertEquals(1, pool.stats().outstanding());
        assertTrue(run.close());
        assertFalse(run.isOpen());
        assertEquals(0, pool.stats().outstanding());
        assertEquals(0, pool.stats().usedBytes());
        assertNull(run.tryAllocate(1));
        assertTrue(run.close());
    }

    @Test
    void blocksLieOneAfterTheOtherWithinTheMemory() {
        open(run, 4 * KIB, NO_OVERFLOW);
        int end = run.offset();
        List<RawView> views = new ArrayList<>();
        for (int size : new int[] {1, 8, 9, 0, 1000}) {
            RawView view = allocate(size);
            views.add(view);
            assertEquals(end, offset(view));
            assertTrue(run.blockSize(view.index()) >= size);
            end += size + 7 & -8;
        }
        assertEquals(end - run.offset(), run.usedBytes());
        assertEquals(5, run.outstanding());
        assertNull(run.tryAllocate(4 * KIB - run.usedBytes() + 1));
        int rest = 4 * KIB - run.usedBytes();
        RawView last = allocate(rest);
        assertEquals(run.offset() + 4 * KIB - rest, offset(last));
        assertNull(run.tryAllocate(1));
        last.free(rest);
        views.forEach(view -> view.free(0));
        assertEquals(0, run.outstanding());
        assertEquals(0, run.usedBytes());
    }

    @Test
    void viewsAndMemoryAreUsedAgainByTheNextRequest() {
        List<RawView> first = new ArrayList<>();
        for (int request = 0; request < 100; request++) {
            open(run, 64 * KIB, NO_OVERFLOW);
            for (int i = 0; i < 50; i++) {
                RawView view = allocate(200 + i);
                if (request == 0) {
                    first.add(view);
                }
                assertSame(first.get(i), view);
            }
            first.forEach(view -> view.free(0));
            assertTrue(run.close());
        }
        assertEquals(1, source.calls.get());
    }

    @Test
    void theNewestBlockGrowsAndShrinksWhereItIs() {
        open(run, 4 * KIB, NO_OVERFLOW);
        RawView older = allocate(100);
        RawView newest = allocate(100);
        assertTrue(run.tryResize(newest.index(), 100, 2000));
        assertEquals(2000, run.blockSize(newest.index()));
        assertFalse(run.tryResize(older.index(), 100, 105 + 8));
        assertTrue(run.tryResize(older.index(), 100, 104));
        assertTrue(run.tryResize(older.index(), 104, 10));
        assertEquals(104, run.blockSize(older.index()));
        assertTrue(run.tryResize(newest.index(), 2000, 0));
        RawView next = allocate(8);
        assertTrue(offset(next) <= offset(newest) + 8);
        assertFalse(run.tryResize(newest.index(), 0, 9));
        next.free(8);
        newest.free(0);
        older.free(10);
        assertEquals(0, run.usedBytes());
    }

    @Test
    void theNewestBlockThatIsFreedFirstLeavesNothingBehind() {
        open(run, 4 * KIB, NO_OVERFLOW);
        RawView kept = allocate(100);
        for (int i = 0; i < 1000; i++) {
            allocate(3000).free(3000);
        }
        assertEquals(104, run.usedBytes());
        kept.free(100);
    }

    @Test
    void thePeakIsWhatWasUsedAtTheSameTime() {
        open(run, 64 * KIB, NO_OVERFLOW);
        RawView first = allocate(1000);
        RawView second = allocate(2000);
        RawView third = allocate(3000);
        third.free(3000);
        second.free(2000);
        assertEquals(1000, run.usedBytes());
        assertEquals(6000, run.peakBytes());
        assertTrue(run.tryResize(first.index(), 1000, 10_000));
        assertTrue(run.tryResize(first.index(), 10_000, 8));
        assertEquals(8, run.usedBytes());
        assertEquals(10_000, run.peakBytes());
        first.free(8);
        assertTrue(run.close());
        assertEquals(0, run.peakBytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 50})
    void blocksFreedByAnotherThreadCountWhenTheRunIsClosed(int count) throws Exception {
        open(run, 64 * KIB, NO_OVERFLOW);
        List<RawView> views = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            views.add(allocate(100));
        }
        Daemon.start(() -> views.forEach(view -> view.free(100))).join();
        assertEquals(0, run.outstanding());
        assertTrue(run.close());
        open(run, 64 * KIB, NO_OVERFLOW);
        assertEquals(run.offset(), offset(allocate(100)));
        views.get(0).free(100);
    }

    @Test
    void aBlockThatEscapesKeepsTheMemoryUntilItIsFreed() throws Exception {
        for (boolean byOwner : new boolean[] {true, false}) {
            open(run, 64 * KIB, NO_OVERFLOW);
            RawView freed = allocate(100);
            RawView escaping = allocate(100);
            freed.free(100);
            BumpRun<RawView> ended = run;
            int at = offset(escaping);
            assertFalse(run.close());
            assertFalse(run.close());
            assertEquals(0, run.usedBytes());
            assertEquals(0, run.peakBytes());
            RawView refused = pool.allocate(100);
            assertThrows(
                    IllegalStateException.class,
                    () -> ended.open(refused, refused.run(), refused.index(), 100, NO_OVERFLOW));
            refused.free(100);
            assertEquals(64 * KIB, pool.stats().usedBytes());
            run = pool.newBumpRun();
            open(run, 64 * KIB, NO_OVERFLOW);
            assertTrue(run.offset() != ended.offset() || run.region() != ended.region());
            assertEquals(at, offset(escaping));
            if (byOwner) {
                escaping.free(100);
            } else {
                Daemon.start(() -> escaping.free(100)).join();
            }
            assertEquals(1, pool.stats().outstanding());
            assertTrue(run.close());
            assertEquals(0, pool.stats().outstanding());
        }
    }

    /** The last blocks come back while the owner closes the run: the memory goes back once, whoever is last. */
    @Test
    void closingMeetsTheLastFree() throws Exception {
        AtomicReference<RawView[]> inbox = new AtomicReference<>();
        AtomicBoolean end = new AtomicBoolean();
        Daemon other = Daemon.start(() -> {
            while (!end.get()) {
                RawView[] views = inbox.get();
                if (views != null) {
                    views[0].free(100);
                    views[1].free(100);
                    inbox.set(null);
                }
            }
        });
        int escapes = 0;
        for (int round = 0; round < ROUNDS; round++) {
            open(run, 8 * KIB, NO_OVERFLOW);
            RawView kept = allocate(100);
            inbox.set(new RawView[] {allocate(100), allocate(100)});
            for (int i = 0; i < round % 64; i++) {
                Thread.onSpinWait();
            }
            kept.free(100);
            boolean whole = run.close();
            while (inbox.get() != null) {
                Thread.onSpinWait();
            }
            if (!whole) {
                escapes++;
                run = pool.newBumpRun();
            }
            assertEquals(0, pool.stats().outstanding());
        }
        end.set(true);
        other.join();
        System.out.println("escaped in " + escapes + " of " + ROUNDS + " rounds");
    }

    @Test
    void freeingTwiceIsNoticed() {
        open(run, 4 * KIB, NO_OVERFLOW);
        RawView kept = allocate(100);
        RawView view = allocate(100);
        view.free(100);
        assertThrows(IllegalArgumentException.class, () -> view.free(100));
        assertEquals(1, run.outstanding());
        kept.free(100);
        assertThrows(IllegalArgumentException.class, () -> kept.free(100));
    }

    @Test
    void whatMakesNoSenseIsRefused() throws Exception {
        RawView block = pool.allocate(64);
        for (int bytes : new int[] {0, -1, block.run().blockSize(block.index()) + 1}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> run.open(block, block.run(), block.index(), bytes, NO_OVERFLOW));
        }
        assertFalse(run.isOpen());
        Daemon.run(() -> assertThrows(
                IllegalStateException.class, () -> run.open(block, block.run(), block.index(), 64, NO_OVERFLOW)));
        run.open(block, block.run(), block.index(), 64, NO_OVERFLOW);
        assertThrows(IllegalStateException.class, () -> run.open(block, block.run(), block.index(), 64, NO_OVERFLOW));
        assertThrows(IllegalArgumentException.class, () -> run.tryAllocate(-1));
        Daemon.run(() -> assertThrows(IllegalStateException.class, run::close));
    }

    @Test
    void theMemoryOfAnEscapedBlockOutlivesThePool() {
        MemoryPool<RawView> closing =
                TestPools.oneStripe(RawView::new, source).regionSize(MIB).build();
        BumpRun<RawView> last = closing.newBumpRun();
        RawView block = closing.allocate(64 * KIB);
        last.open(block, block.run(), block.index(), 64 * KIB, NO_OVERFLOW);
        RawView view = last.tryAllocate(100);
        assertNotNull(view);
        closing.close();
        view.run().memory().put(offset(view), (byte) 7);
        assertFalse(last.close());
        assertEquals(7, view.run().memory().get(offset(view)));
        view.free(100);
        TestPools.assertClosedWithNothingLeft(closing, source);
    }

    /** However short they are, blocks are limited in number: their views are kept. */
    @Test
    void theNumberOfBlocksIsLimited() {
        open(run, MIB, NO_OVERFLOW);
        List<RawView> views = new ArrayList<>();
        for (RawView view = run.tryAllocate(8); view != null; view = run.tryAllocate(8)) {
            views.add(view);
        }
        assertEquals(256, views.size());
        views.get(0).free(8);
        assertNull(run.tryAllocate(8));
        views.get(255).free(8);
        assertSame(views.get(255), run.tryAllocate(8));
        views.subList(1, 256).forEach(view -> view.free(8));
        assertEquals(0, run.outstanding());
    }

    @Test
    void aSealedRunGivesNothingMoreAndLetsNothingGrow() {
        open(run, 64 * KIB, NO_OVERFLOW);
        RawView view = allocate(100);
        run.seal();
        assertNull(run.tryAllocate(8));
        assertFalse(run.tryResize(view.index(), 100, 200));
        assertTrue(run.tryResize(view.index(), 100, 104));
        assertEquals(104, run.usedBytes());
        view.free(100);
        run.close();
        open(run, 64 * KIB, NO_OVERFLOW);
        RawView first = allocate(100);
        RawView second = allocate(30 * KIB);
        run.seal();
        second.free(0);
        assertFalse(run.tryResize(first.index(), 100, 20 * KIB), "though there is room behind it again");
        assertTrue(run.tryResize(first.index(), 100, 50));
        first.free(0);
        assertNull(run.tryAllocate(8));
        run.close();
        open(run, 64 * KIB, NO_OVERFLOW);
        allocate(60 * KIB).free(0);
    }

    @Test
    void anUnsealedRunGoesOnWhereItWas() throws Exception {
        run.unseal(); // not open: nothing happens
        assertNull(run.tryAllocate(8));
        open(run, 64 * KIB, NO_OVERFLOW);
        RawView view = allocate(100);
        run.seal();
        Daemon.run(() -> assertThrows(IllegalStateException.class, run::unseal));
        assertNull(run.tryAllocate(8));
        run.unseal();
        assertEquals(64 * KIB, run.capacity());
        RawView next = allocate(64 * KIB - 104);
        assertNull(run.tryAllocate(8));
        next.free(0);
        view.free(100);
        run.close();
    }

    @Test
    void onlyTheOwnerOfAnOpenRunIsGivenOtherBlocks() throws Exception {
        BumpRun<RawView> other = pool.newBumpRun();
        open(other, 64 * KIB, NO_OVERFLOW);
        open(run, 64 * KIB, other::tryAllocate);
        RawView moved = run.tryOverflow(100);
        assertNotNull(moved);
        assertSame(other, moved.run());
        Daemon.run(() -> assertNull(run.tryOverflow(100)));
        run.close();
        assertNull(run.tryOverflow(100));
        moved.free(100);
        other.close();
    }
}
