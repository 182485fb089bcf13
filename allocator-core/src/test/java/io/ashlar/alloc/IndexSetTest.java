// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexSetTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 63, 64, 65, 128, 4_095, 4_096, 4_097, 300_000, 2_000_000})
    void behavesLikeASortedSet(int capacity) {
        SplittableRandom random = new SplittableRandom(capacity);
        IndexSet set = new IndexSet(capacity);
        TreeSet<Integer> expected = new TreeSet<>();
        for (int i = 0; i < 20_000; i++) {
            int start = 1 << random.nextInt(21);
            Integer least = expected.ceiling(start);
            int index = random.nextInt(Math.min(capacity, 1 << random.nextInt(22)));
            if (least != null && least < 2 * start) {
                assertEquals(least, set.takeLeast(start), "start=" + start);
                assertFalse(set.contains(least));
                expected.remove(least);
            } else if (expected.contains(index)) {
                set.remove(index);
                expected.remove(index);
            } else if (expected.size() < 1 + i / 2_000) {
                // Only few elements, so that words and their summaries become empty often.
                set.add(index);
                expected.add(index);
            }
            assertEquals(expected.contains(index), set.contains(index));
        }
        assertEquals(expected.size(), set.count(0, capacity));
        assertEquals(expected.headSet(capacity / 2).size(), set.count(0, capacity / 2));
        assertTrue(set.isConsistent());
        boolean pair = expected.stream().anyMatch(n -> n % 2 == 0 && expected.contains(n + 1));
        assertEquals(pair, set.hasPair(0, capacity));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 64, 65, 5_000})
    void findsPairsOfNeighboursThatBeginAtAnEvenNumber(int capacity) {
        IndexSet set = new IndexSet(capacity);
        for (int i = 1; i + 1 < capacity; i += 4) {
            set.add(i);
            set.add(i + 1);
        }
        assertFalse(set.hasPair(0, capacity));
        int even = (capacity - 2) & ~1;
        for (int i = even; i < even + 2; i++) {
            if (!set.contains(i)) {
                set.add(i);
            }
        }
        assertTrue(set.hasPair(0, capacity));
    }
}
