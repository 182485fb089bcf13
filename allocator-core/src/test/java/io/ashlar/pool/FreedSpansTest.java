// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.Layout;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a region may be discarded, and when. */
class FreedSpansTest {

    private static final int K = 1024;
    private static final int GRAIN = Region.SMALLEST_RUN;

    private final AtomicLong discardedBytes = new AtomicLong();
    private DiscardingSource source = new DiscardingSource(GRAIN);

    private FreedSpans spans(int regionBytes) {
        return new FreedSpans(source.acquire(new Layout(regionBytes, GRAIN)), source.discardUnit(), discardedBytes);
    }

    private void assertPass(String expected, FreedSpans spans, boolean idleOnly) {
        int next = 0;
        do {
            next = spans.discardSome(next, idleOnly);
        } while (next != FreedSpans.END);
        assertEquals(expected, source.takeSpans().toString());
    }

    @Test
    void whatWasNeverUsedAndWhatIsInUseStays() {
        FreedSpans spans = spans(64 * K);
        assertPass("[]", spans, false);
        spans.take(16 * K, 16 * K);
        assertPass("[]", spans, false);
        spans.putBack(16 * K, 16 * K);
        spans.take(24 * K, 4 * K);
        assertPass("[16+8K, 28+4K]", spans, false);
        assertEquals(12 * K, discardedBytes.get());
    }

    @Test
    void nothingGoesTwiceUnlessItWasUsedInBetween() {
        FreedSpans spans = spans(64 * K);
        spans.take(0, 32 * K);
        spans.putBack(0, 32 * K);
        assertPass("[0+32K]", spans, false);
        assertPass("[]", spans, false);
        spans.take(8 * K, 4 * K);
        spans.putBack(8 * K, 4 * K);
        assertPass("[8+4K]", spans, false);
        assertPass("[]", spans, false);
        assertEquals(36 * K, discardedBytes.get());
    }

    @Test
    void whatWasFreedSinceTheLastLookIsNotIdle() {
        FreedSpans spans = spans(64 * K);
        spans.take(0, 32 * K);
        spans.putBack(0, 32 * K);
        assertPass("[]", spans, true);
        spans.take(8 * K, 8 * K);
        spans.putBack(8 * K, 8 * K);
        assertPass("[0+8K, 16+16K]", spans, true);
        assertPass("[8+8K]", spans, true);
        assertPass("[]", spans, true);
    }

    @Test
    void aRunThatHasGrownIsInUse() {
        FreedSpans spans = spans(64 * K);
        spans.take(0, 64 * K);
        spans.putBack(0, 64 * K);
        spans.take(0, 4 * K);
        spans.take(0, 16 * K); // grown
        assertPass("[16+48K]", spans, false);
        spans.putBack(0, 16 * K);
        assertPass("[0+16K]", spans, false);
    }

    @Test
    void aUnitGoesWhenAllOfItIsFree() {
        source = new DiscardingSource(16 * K);
        FreedSpans spans = spans(64 * K);
        spans.take(4 * K, 4 * K);
        spans.take(16 * K, 16 * K);
        spans.take(32 * K, 4 * K);
        spans.putBack(16 * K, 16 * K);
        spans.putBack(32 * K, 4 * K);
        spans.take(44 * K, 4 * K);
        assertPass("[16+16K]", spans, false);
        spans.putBack(44 * K, 4 * K);
        spans.putBack(4 * K, 4 * K);
        assertPass("[0+16K, 32+16K]", spans, false);
        assertPass("[]", spans, false);
    }

    @Test
    void aUnitLongerThanTheRegionNeverGoes() {
        source = new DiscardingSource(128 * K);
        FreedSpans spans = spans(64 * K);
        spans.take(0, 64 * K);
        spans.putBack(0, 64 * K);
        assertPass("[]", spans, false);
    }

    @Test
    void oneCallDiscardsABoundedNumberOfBytes() {
        int region = 2 * FreedSpans.MOST_BYTES + GRAIN;
        FreedSpans spans = spans(region);
        spans.take(0, region);
        spans.putBack(0, region);
        int next = spans.discardSome(0, false);
        assertEquals("[0+1024K]", source.takeSpans().toString());
        next = spans.discardSome(next, false);
        assertEquals("[1024+1024K]", source.takeSpans().toString());
        assertEquals(FreedSpans.END, spans.discardSome(next, false));
        assertEquals("[2048+4K]", source.takeSpans().toString());
    }

    @Test
    void oneCallDiscardsABoundedNumberOfSpans() {
        FreedSpans spans = spans(2 * FreedSpans.MOST_SPANS * 2 * GRAIN);
        for (int i = 0; i < 2 * FreedSpans.MOST_SPANS; i++) {
            spans.take(2 * i * GRAIN, GRAIN);
            spans.putBack(2 * i * GRAIN, GRAIN);
        }
        int next = spans.discardSome(0, false);
        assertEquals(FreedSpans.MOST_SPANS, source.takeSpans().size());
        assertNotEquals(FreedSpans.END, next);
        spans.discardSome(next, false);
        assertEquals(FreedSpans.MOST_SPANS, source.takeSpans().size());
        assertPass("[]", spans, false);
    }

    @Test
    void memoryThatRefusesIsAskedOnceForAllThatWasFreed() {
        source.refuses = true;
        FreedSpans spans = spans(64 * K);
        spans.take(0, 4 * K);
        spans.take(8 * K, 4 * K);
        spans.putBack(0, 4 * K);
        spans.putBack(8 * K, 4 * K);
        assertPass("[0+4K]", spans, false);
        assertPass("[]", spans, false);
        assertEquals(0, discardedBytes.get());
    }

    /** Against a model with an entry for each of the shortest runs. Run again with {@code -Dashlar.test.seed=...}. */
    @ParameterizedTest
    @ValueSource(ints = {GRAIN, 4 * GRAIN})
    void whateverIsTakenAndPutBack(int unit) {
        long seed = Long.getLong("ashlar.test.seed", System.nanoTime());
        System.out.println("FreedSpansTest: -Dashlar.test.seed=" + seed);
        Random random = new Random(seed);
        source = new DiscardingSource(unit);
        int grains = 256;
        FreedSpans spans = spans(grains * GRAIN);
        int[] runs = new int[grains]; // by its first grain, the length of a run
        BitSet taken = new BitSet();
        BitSet touched = new BitSet();
        BitSet lately = new BitSet();
        for (int i = 0; i < 20_000; i++) {
            int length = 1 << random.nextInt(5);
            int at = random.nextInt(grains) & -length;
            if (runs[at] > 0) {
                spans.putBack(at * GRAIN, runs[at] * GRAIN);
                taken.clear(at, at + runs[at]);
                lately.set(at, at + runs[at]);
                runs[at] = 0;
            } else if (taken.get(at, at + length).isEmpty()) {
                spans.take(at * GRAIN, length * GRAIN);
                taken.set(at, at + length);
                touched.set(at, at + length);
                runs[at] = length;
            }
            spans.checkInvariants(taken.cardinality() * GRAIN);
            if (random.nextInt(10) == 0) {
                look(spans, random.nextBoolean(), unit / GRAIN, taken, touched, lately);
            }
        }
    }

    private void look(FreedSpans spans, boolean idleOnly, int perUnit, BitSet taken, BitSet touched, BitSet lately) {
        BitSet expected = new BitSet();
        for (int at = 0; at < 256; at += perUnit) {
            boolean goes = taken.get(at, at + perUnit).isEmpty()
                    && !touched.get(at, at + perUnit).isEmpty()
                    && !(idleOnly && !lately.get(at, at + perUnit).isEmpty());
            expected.set(at, at + perUnit, goes);
        }
        int next = 0;
        while (next != FreedSpans.END) {
            next = spans.discardSome(next, idleOnly);
        }
        BitSet discarded = new BitSet();
        for (DiscardingSource.Span span : source.takeSpans()) {
            int from = span.offset() / GRAIN;
            int to = from + span.size() / GRAIN;
            assertTrue(discarded.get(from, to).isEmpty(), "twice in one pass");
            discarded.set(from, to);
        }
        assertEquals(expected, discarded);
        touched.andNot(discarded);
        lately.clear();
    }
}
