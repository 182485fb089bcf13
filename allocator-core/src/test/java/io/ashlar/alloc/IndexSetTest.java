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
    @ValueSource(ints = {1, 2, 63, 64, 65, 128, 4_095, 4_096, 4_097, 300_000})
    void behavesLikeASortedSet(int capacity) {
        SplittableRandom random = new SplittableRandom(capacity);
        IndexSet set = new IndexSet(capacity);
        TreeSet<Integer> expected = new TreeSet<>();
        for (int i = 0; i < 20_000; i++) {
            // Mostly few elements, so that words and their summaries become empty often.
            int index = random.nextInt(3) == 0 && !expected.isEmpty() ? expected.first() : random.nextInt(capacity);
            if (expected.contains(index)) {
                set.remove(index);
                expected.remove(index);
            } else if (expected.size() < 1 + i / 2_000) {
                set.add(index);
                expected.add(index);
            }
            assertEquals(expected.contains(index), set.contains(index));
            assertEquals(expected.isEmpty(), set.isEmpty());
            if (!expected.isEmpty()) {
                assertEquals(expected.first(), set.least());
            }
        }
        assertEquals(expected.size(), set.count());
        assertTrue(set.isConsistent());
        boolean pair = expected.stream().anyMatch(n -> n % 2 == 0 && expected.contains(n + 1));
        assertEquals(pair, set.hasPair());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 64, 65, 5_000})
    void findsPairsOfNeighboursThatBeginAtAnEvenNumber(int capacity) {
        IndexSet set = new IndexSet(capacity);
        for (int i = 1; i + 1 < capacity; i += 4) {
            set.add(i);
            set.add(i + 1);
        }
        assertFalse(set.hasPair());
        int even = (capacity - 2) & ~1;
        for (int i = even; i < even + 2; i++) {
            if (!set.contains(i)) {
                set.add(i);
            }
        }
        assertTrue(set.hasPair());
    }
}
