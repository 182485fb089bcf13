// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SizeClassesTest {

    private static final int LARGEST = 1 << 20;

    @Test
    void everySizeIsServedByTheSmallestClassThatHoldsIt() {
        for (int size = 0; size <= LARGEST; size++) {
            int index = SizeClasses.indexOf(size);
            assertTrue(SizeClasses.blockSize(index) >= size, () -> "class " + index + " is too small");
            if (index > 0) {
                int below = SizeClasses.blockSize(index - 1);
                int wanted = size;
                assertTrue(below < size, () -> "size " + wanted + " would have fitted into " + below);
            }
        }
    }

    @Test
    void lessThanAFifthOfABlockIsWastedAbove64BytesAndLessThanANinthAbove8KiB() {
        for (int size = 65; size <= LARGEST; size++) {
            int block = SizeClasses.blockSize(SizeClasses.indexOf(size));
            assertTrue((block - size) * (size <= 8192 ? 5L : 9L) < block, "size=" + size + " block=" + block);
        }
    }

    @Test
    void thereAreFourClassesPerDoublingAndEightAbove8KiB() {
        assertEquals(16, SizeClasses.blockSize(SizeClasses.indexOf(0)));
        assertEquals(16, SizeClasses.blockSize(SizeClasses.indexOf(16)));
        assertEquals(32, SizeClasses.blockSize(SizeClasses.indexOf(17)));
        assertEquals(64, SizeClasses.blockSize(SizeClasses.indexOf(64)));
        assertEquals(80, SizeClasses.blockSize(SizeClasses.indexOf(65)));
        for (int doubling = 64; doubling < LARGEST; doubling *= 2) {
            int perDoubling = doubling < 8192 ? 4 : 8;
            assertEquals(perDoubling, SizeClasses.indexOf(2 * doubling) - SizeClasses.indexOf(doubling));
        }
    }
}
